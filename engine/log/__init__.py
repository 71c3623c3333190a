"""The log of a region: its entries, its snapshot, and the source of a replica."""
