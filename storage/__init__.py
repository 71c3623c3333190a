"""The database, and the only package that contains SQL."""
