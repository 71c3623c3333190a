"""Checks the evidence that a client submits for a level or an exchange."""

from __future__ import annotations

from datetime import date

from engine.log.body_bounds import EARLIEST_DAY, EVIDENCE_MOST, text_bound
from engine.model import Evidence
from resolvers.problems import InvalidInput
from resolvers.region_change import checked_address, checked_text


def checked_evidence(evidence: tuple[Evidence, ...], today: date) -> tuple[Evidence, ...]:
    """Return the evidence with stripped texts, or raise InvalidInput if a part is not allowed."""
    if len(evidence) > EVIDENCE_MOST:
        raise InvalidInput("evidence", f"at most {EVIDENCE_MOST} links", str(len(evidence)))
    for index, item in enumerate(evidence):
        if item.dated is not None and item.dated > today:
            raise InvalidInput(f"evidence.{index}.date", f"a day up to {today}", str(item.dated))
        if item.dated is not None and item.dated < EARLIEST_DAY:
            expected = f"a day from {EARLIEST_DAY} on"
            raise InvalidInput(f"evidence.{index}.date", expected, str(item.dated))
    return tuple(
        Evidence(
            title=checked_text(
                f"evidence.{index}.title", item.title, text_bound(Evidence, "title")
            ),
            url=checked_address(f"evidence.{index}.url", item.url),
            kind=item.kind,
            dated=item.dated,
        )
        for index, item in enumerate(evidence)
    )
