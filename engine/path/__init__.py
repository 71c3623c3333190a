"""The cheapest path to a target index, and its schedule over the years."""
