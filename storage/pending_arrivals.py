"""Collects the arrivals of a transaction on a log, which are numbered as its last step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.log.entry import Entry, format_timestamp
from engine.model import EventKind, Visibility
from storage.projected_assessment import IndexChange


@dataclass(frozen=True, slots=True)
class DerivedEvent:
    """An event that follows from the newest entry of a log, and has no entry itself.

    A newer event of the same region, kind and topic replaces an older one.
    """

    region: str  # which it is about
    kind: EventKind
    topic: str
    body: Mapping[str, Any]
    visibility: Visibility


@dataclass
class PendingArrivals:
    """The rows of the arrivals of one transaction, without their numbers."""

    log: str
    at: datetime  # of the transaction
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add_entry(self, region: str, entry: Entry) -> None:
        """Add an entry that is about a region."""
        self._add(region, entry.sequence, entry.kind, entry.subject, None, entry.visibility)

    def add_index_change(self, sequence: int, change: IndexChange) -> None:
        """Add the change of an index by an entry."""
        region, topic = change.assessment.region, change.assessment.id
        kind = EventKind.INDEX_CHANGED
        self._add(region, sequence, kind, topic, change.document(), change.visibility)

    def add_derived(self, sequence: int, event: DerivedEvent) -> None:
        """Add an event that follows from an entry."""
        body = dict(event.body)
        self._add(event.region, sequence, event.kind, event.topic, body, event.visibility)

    def _add(
        self,
        region: str,
        sequence: int,
        kind: EventKind,
        topic: str,
        derived: dict[str, Any] | None,
        visibility: Visibility,
    ) -> None:
        self.rows.append(
            {
                "at": format_timestamp(self.at),
                "region": region,
                "log": self.log,
                "sequence": sequence,
                "kind": kind.value,
                "topic": topic,
                "visibility": visibility.value,
                "derived": derived,
            }
        )
