"""Claimed levels against the graph and the documents of a region."""
