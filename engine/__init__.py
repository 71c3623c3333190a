"""Pure computation: values in, values out. No I/O, no clock."""
