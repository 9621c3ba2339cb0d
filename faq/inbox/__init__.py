"""What needs a person: each module finds one kind of item in the collection and its log."""
