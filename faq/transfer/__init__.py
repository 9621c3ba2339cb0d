"""Files into the collection and out of it: tables, datasets, and what an import did."""
