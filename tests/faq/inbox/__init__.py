"""What needs a person: found, counted, dismissed."""
