"""`python -m hub` is the command `simpul`."""

from hub.cli.main import main

if __name__ == "__main__":
    main()
