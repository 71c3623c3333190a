"""The integration graph of a region: its parts, what is wrong with it, and what depends on what."""
