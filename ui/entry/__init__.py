"""The drawer of one entry, which several screens open."""
