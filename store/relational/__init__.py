"""Entries, log, jobs and settings in SQL that every engine runs; written once."""
