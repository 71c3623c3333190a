"""Lines of inventories that are the same system, or have the same function."""
