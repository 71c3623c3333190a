"""What happened, to whoever listens: the tail of the arrival log and the bus that wakes it."""
