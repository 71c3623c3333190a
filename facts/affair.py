"""The government affairs that regions carry out, by the annex of UU 23/2014."""

from __future__ import annotations

from functools import cache

from engine.model import AffairGroup
from facts.row import TableRow, read_rows


class GovernmentAffair(TableRow):
    """A government affair (urusan pemerintahan) by the letter of the annex."""

    id: str
    name: str
    group: AffairGroup


@cache
def affairs_by_id() -> dict[str, GovernmentAffair]:
    """Return the government affairs by their ids, in the order of the annex."""
    return {row.id: row for row in read_rows(GovernmentAffair, "affairs.csv", "id")}
