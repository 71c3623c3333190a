"""Delivers realtime updates: the tail of the arrival log, the wake-up signal and the brokers."""
