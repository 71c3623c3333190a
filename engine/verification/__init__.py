"""Verification of claimed levels by the graph and the documents of a region."""
