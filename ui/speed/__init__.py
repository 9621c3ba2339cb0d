"""What the Speed screen shows."""
