"""Settings: who is acting, the threshold, the model, the data and its backups, the query log."""
