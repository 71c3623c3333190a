"""Runs the command `simpul` for `python -m hub`."""

from hub.cli.main import main

if __name__ == "__main__":
    main()
