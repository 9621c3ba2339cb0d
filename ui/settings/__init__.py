"""Settings: who is acting, the model, the data and its backups, the query log."""
