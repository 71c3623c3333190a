"""The errors about a region that is not on record, or that this instance may not write."""

from __future__ import annotations

from gettext import gettext as _
from typing import NoReturn

from facts import tables
from hub.cli.console import exit_with_error
from hub.exit_codes import ExitCode


def recording_hint(code: str) -> str:
    """Return the end of a message, with the command that loads the region; empty if none does."""
    for national, option in ((False, ""), (True, "--national ")):
        if code in {region.code for region in tables.region_catalogue(national)}:
            return _(
                ": record it with `simpul load {option}--region {code}`, or follow its owner"
            ).format(option=option, code=code)
    return ""


def exit_with_unknown_region(code: str) -> NoReturn:
    """Exit with the error that a region is not on record, and how to record it."""
    message = _("there is no region {region!r}").format(region=code)
    exit_with_error(f"{message}{recording_hint(code)}", ExitCode.INPUT)


def exit_with_foreign_owner(code: str, url: str | None) -> NoReturn:
    """Exit with the error that another instance owns a region."""
    message = _("region {region} is owned by {url}, and read-only here")
    exit_with_error(message.format(region=code, url=url or "?"), ExitCode.STATE)
