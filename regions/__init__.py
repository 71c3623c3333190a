"""Replication between instances: the feed contract, its client and the directory of endpoints."""
