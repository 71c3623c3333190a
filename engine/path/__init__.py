"""The cheapest path to a target index, and its plan over the years."""
