"""Entries of a region's log, its snapshot, and where a copy of it comes from."""
