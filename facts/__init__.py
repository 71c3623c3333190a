"""The facts that ship with Simpul: tidy tables, each row with its source, and documents of rules."""
