"""The command line `simpul`."""

from hub.cli.translation import set_language

set_language()
