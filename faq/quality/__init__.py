"""Which ranking answers a collection best: measured, kept, and compared with later."""
