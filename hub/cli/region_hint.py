"""The hint in error messages about a region that is not on record."""

from __future__ import annotations

from gettext import gettext as _

from facts import tables


def recording_hint(code: str) -> str:
    """Return the end of a message, with the command that loads the region; empty if none does."""
    for national, option in ((False, ""), (True, "--national ")):
        if code in {region.code for region in tables.region_catalogue(national)}:
            return _(
                ": record it with `simpul load {option}--region {code}`, or follow its owner"
            ).format(option=option, code=code)
    return ""
