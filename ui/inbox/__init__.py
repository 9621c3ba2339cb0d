"""The Inbox: each module shows one kind of item that needs a person."""
