"""Checks the bodies of a log as an instance that follows it does, without a database.

Such an instance refuses a body that is about another region, exceeds a bound, has unknown fields, an id of another
log, refers to a row that it does not have, or has no score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.assessment.instrument import Instrument
from engine.assessment.score import score_assessment, score_levels
from engine.log.body_bounds import ROWS_MOST
from engine.log.body_ids import own_ids, referenced_id, stated_id
from engine.log.entry_check import (
    check_body_size,
    check_followed_body,
    check_own_id,
    check_own_region,
    parse_body,
)
from engine.log.entry_types import ClaimedLevel
from engine.log.refusal import EntryRefused
from engine.log.region_identity import RegionIdentity, identify_region
from engine.log.source import RegionHandover
from engine.model import Assessment, Region, RegionKind
from facts.instrument import instrument_by_id, instrument_catalogue
from facts.region import listed_region


class InvalidBody(Exception):
    """A body that an instance refuses; the message states what was expected and received."""


@dataclass
class BodyCheck:
    """Checks the bodies of one log in order."""

    region: str
    complete: bool = True  # False: references may point to entries that were pruned
    _recorded_ids: set[str] = field(default_factory=set)
    _row_counts: dict[type, int] = field(default_factory=dict)
    _instrument_by_assessment: dict[str, Instrument] = field(default_factory=dict)
    _has_region: bool = False

    def check(self, name: str, kind: type | None, body: Mapping[str, Any]) -> None:
        """Check the next body.

        Args:
            name: of the body in error messages.
            kind: its type; None if no entry of a log has such a body.

        Raises:
            InvalidBody: an instance that follows the log would refuse the body.
        """
        try:
            check_body_size(body)
            value = parse_body(kind, body, has_known_fields=True)
            check_own_region(self.region, value)
            for id in own_ids(value):
                check_own_id(self.region, id)
            graded = self._identify_graded(value) if isinstance(value, Assessment) else None
            check_followed_body(self.region, value, graded)
        except EntryRefused as refused:
            raise InvalidBody(f"{name}: {refused}") from None
        if isinstance(value, Region):
            self._check_identity(name, value)
        if self.complete:
            self._check_references(name, value)
        self._check_score(name, value)
        self._add_rows(name, value)

    def _identify_graded(self, assessment: Assessment) -> RegionIdentity:
        """Return the identity of a region; one that is not listed may be a child of this region."""
        listed = listed_region(assessment.region)
        parent = None if assessment.region == self.region else self.region
        return listed or RegionIdentity(assessment.region, "", RegionKind.REGENCY, parent)

    def _check_identity(self, name: str, stated: Region) -> None:
        identity = listed_region(self.region)
        if identity is not None and identify_region(stated) != identity:
            raise InvalidBody(
                f"{name}: expected {identity.name}, {identity.kind.value}, in {identity.parent}; "
                f"got {stated.name}, {stated.kind.value}, in {stated.parent}"
            )

    def _check_references(self, name: str, value: object) -> None:
        # A result, and a hand-over, may come before the region itself.
        may_be_first = isinstance(value, Region | Assessment | ClaimedLevel | RegionHandover)
        if not (self._has_region or may_be_first):
            raise InvalidBody(
                f"{name}: expected the region itself first, got {type(value).__name__}"
            )
        id = referenced_id(value)
        if id is not None and id not in self._recorded_ids:
            raise InvalidBody(f"{name}: expected an earlier entry that records {id}, got none")

    def _check_score(self, name: str, value: object) -> None:
        try:
            match value:
                case Assessment():
                    if value.instrument not in instrument_catalogue():
                        expected = f"one of the instruments {', '.join(instrument_catalogue())}"
                        raise InvalidBody(f"{name}: expected {expected}, got {value.instrument}")
                    instrument = self._instrument_by_assessment[value.id] = instrument_by_id(
                        value.instrument
                    )
                    score_assessment(instrument, value)
                case ClaimedLevel() if value.assessment in self._instrument_by_assessment:
                    instrument = self._instrument_by_assessment[value.assessment]
                    score_levels(instrument, {value.claim.indicator: value.claim.level})
        except (ValueError, KeyError) as error:
            raise InvalidBody(f"{name}: it has no score: {error}") from None

    def _add_rows(self, name: str, value: object) -> None:
        self._has_region = self._has_region or isinstance(value, Region)
        id, kind = stated_id(value), type(value)
        if id is None or id in self._recorded_ids:
            return
        self._recorded_ids.add(id)
        count = self._row_counts[kind] = self._row_counts.get(kind, 0) + 1
        if kind in ROWS_MOST and count > ROWS_MOST[kind]:
            raise InvalidBody(
                f"{name}: expected at most {ROWS_MOST[kind]} of {kind.__name__}, got more"
            )
