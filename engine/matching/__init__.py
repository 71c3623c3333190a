"""Matching of inventory listings: duplicates, functions and overlapping systems."""
