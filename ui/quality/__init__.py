"""What the Quality screen shows."""
