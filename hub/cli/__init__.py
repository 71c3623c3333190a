"""The command line `simpul`."""
