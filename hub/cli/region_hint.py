"""What a command says of a region that is not on record: how to record it, where it ships."""

from __future__ import annotations

from facts import tables


def how_to_record(code: str) -> str:
    """Return the end of a sentence about a region that is not on record; empty: it does not ship."""
    for national, option in ((False, ""), (True, "--national ")):
        if code in {region.code for region in tables.region_catalogue(national)}:
            return f": record it with `simpul load {option}--region {code}`, or follow its owner"
    return ""
