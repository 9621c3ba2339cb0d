"""How Askwell gets onto a machine and starts there, with nothing but Python's standard library."""
