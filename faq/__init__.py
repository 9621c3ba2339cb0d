"""What an FAQ team does, free of screens and databases."""
