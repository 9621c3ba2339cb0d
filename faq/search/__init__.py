"""Finding the entries that answer a query: ranking, scoring, threshold, and why."""
