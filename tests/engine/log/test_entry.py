"""Verification of the hash chain of a region's log, which reports a manipulated entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from engine.log.entry import GENESIS, BrokenChain, Entry, seal_entry, verify_chain
from engine.model import EventKind, Visibility

AT = datetime(2026, 11, 24, 3, 0, 0, 5, tzinfo=UTC)


def chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    for sequence in range(1, length + 1):
        entries.append(
            seal_entry(
                region="32.11",
                sequence=sequence,
                at=AT,
                actor="tester",
                kind=EventKind.OPD_RECORDED,
                subject=f"opd-{sequence}",
                visibility=Visibility.PUBLIC,
                body={"name": "Dinas Kesehatan", "number": sequence},
                previous_hash=entries[-1].hash if entries else GENESIS,
            )
        )
    return entries


def test_a_whole_chain_verifies_to_its_head() -> None:
    entries = chain(4)
    assert verify_chain(entries) == (4, entries[3].hash)
    assert all(after.previous_hash == before.hash for before, after in pairwise(entries))


def test_a_chain_verifies_on_from_any_entry() -> None:
    entries = chain(4)
    head = verify_chain(entries[2:], sequence=2, previous_hash=entries[1].hash)
    assert head == (4, entries[3].hash)


def test_an_entry_without_its_body_still_proves_the_chain() -> None:
    entries = chain(3)
    entries[1] = replace(entries[1], body=None)
    assert verify_chain(entries) == (3, entries[2].hash)


def test_the_hash_of_an_entry_is_stable_between_versions() -> None:
    (entry,) = chain(1)
    assert entry.hash == "495cfc3956d7a3885ac4688ad86cbe7abf01be103d4e9b01875f6655ab04ab49"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"body": {"name": "Dinas Kesehatan", "number": 20}}, "body does not match its hash"),
        ({"actor": "another actor"}, "header does not match its hash"),
        ({"at": AT.replace(year=2020)}, "header does not match its hash"),
        ({"visibility": Visibility.REGION}, "header does not match its hash"),
        ({"subject": "opd-9"}, "header does not match its hash"),
        ({"region": "32.12"}, "header does not match its hash"),
        ({"body_hash": "f" * 64, "body": None}, "header does not match its hash"),
        ({"previous_hash": "f" * 64}, "previous hash is not that of the entry before"),
        ({"sequence": 3}, "expected this sequence, got 3"),
    ],
)
def test_a_manipulated_entry_is_reported_at_its_sequence(
    change: dict[str, Any], reason: str
) -> None:
    entries = chain(3)
    entries[1] = replace(entries[1], **change)
    with pytest.raises(BrokenChain) as raised:
        verify_chain(entries)
    assert (raised.value.sequence, raised.value.reason) == (2, reason)


def test_a_removed_entry_is_reported() -> None:
    entries = chain(3)
    del entries[1]
    with pytest.raises(BrokenChain) as raised:
        verify_chain(entries)
    assert (raised.value.sequence, raised.value.reason) == (2, "expected this sequence, got 3")
