"""What `make run` and `make test` set up, with nothing but Python's standard library."""
