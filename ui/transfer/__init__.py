"""Files into and out of the collection, as screens show it."""
