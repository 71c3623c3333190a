"""The facts that ship with Simpul: tables, each row with its source, and documents of rules."""
