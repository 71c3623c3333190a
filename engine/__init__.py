"""The computations of the hub, as pure functions without I/O and without a clock."""
