"""Ask: a question, its answer, and why."""
