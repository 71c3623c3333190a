"""Verification of the hash chain of a region's log, which reports a manipulated entry."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from engine.log.entry import GENESIS, BrokenChain, Entry, LogEntry, seal_entry, verify_chain
from engine.model import EventKind, Visibility

AT = datetime(2026, 11, 24, 3, 0, 0, 5, tzinfo=UTC)

CONTENT: dict[str, Any] = {
    "region": "32.11",
    "sequence": 1,
    "at": AT,
    "actor": "tester",
    "kind": EventKind.OPD_RECORDED,
    "subject": "opd-1",
    "visibility": Visibility.PUBLIC,
    "body": {"name": "Dinas Kesehatan", "number": 1},
    "salt": "0" * 32,
    "previous_hash": GENESIS,
}


def chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    for sequence in range(1, length + 1):
        entries.append(
            seal_entry(
                **{
                    **CONTENT,
                    "sequence": sequence,
                    "subject": f"opd-{sequence}",
                    "body": {"name": "Dinas Kesehatan", "number": sequence},
                    "salt": f"{sequence:032x}",
                    "previous_hash": entries[-1].hash if entries else GENESIS,
                }
            )
        )
    return entries


def test_an_entry_without_a_canonical_form_breaks_the_chain() -> None:
    [entry] = chain(1)
    for body in ({"name": "\ud800"}, {"\ud800": "x"}, {"number": 2**53 + 1}):
        with pytest.raises(BrokenChain, match="it has no canonical form"):
            verify_chain([replace(entry, body=body)])


def test_a_whole_chain_verifies_to_its_head() -> None:
    entries = chain(4)
    assert verify_chain(entries) == (4, entries[3].hash)
    assert all(after.previous_hash == before.hash for before, after in pairwise(entries))


def test_a_chain_verifies_on_from_any_entry() -> None:
    entries = chain(4)
    head = verify_chain(entries[2:], sequence=2, previous_hash=entries[1].hash)
    assert head == (4, entries[3].hash)


def test_a_withheld_entry_still_proves_the_chain() -> None:
    entries = chain(3)
    read: list[LogEntry] = [entries[0], entries[1].withhold(), entries[2]]
    assert verify_chain(read) == (3, entries[2].hash)


def test_a_withheld_entry_has_hashes_and_nothing_of_the_content() -> None:
    (entry,) = chain(1)
    assert asdict(entry.withhold()) == {
        "region": "32.11",
        "sequence": 1,
        "header_hash": entry.header_hash,
        "body_hash": entry.body_hash,
        "previous_hash": GENESIS,
        "hash": entry.hash,
    }


def test_equal_entries_with_different_salts_have_different_hashes() -> None:
    first, second = (seal_entry(**{**CONTENT, "salt": salt * 32}) for salt in ("0", "1"))
    assert first.body == second.body
    assert first.body_hash != second.body_hash
    assert first.header_hash != second.header_hash


def test_the_hash_of_an_entry_is_stable_between_versions() -> None:
    (entry,) = chain(1)
    assert entry.hash == "dd3354fa4f92bfe5799ddf61d7a54fca12b3494fad7125dc6d29de1ffbceb91b"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"body": {"name": "Dinas Kesehatan", "number": 20}}, "body does not match its hash"),
        ({"actor": "another actor"}, "header does not match its hash"),
        ({"at": AT.replace(year=2020)}, "header does not match its hash"),
        ({"visibility": Visibility.REGION}, "header does not match its hash"),
        ({"subject": "opd-9"}, "header does not match its hash"),
        ({"region": "32.12"}, "header does not match its hash"),
        ({"salt": "f" * 32}, "body does not match its hash"),
        ({"body_hash": "f" * 64}, "hashes of header and body do not match the hash of the entry"),
        ({"header_hash": "f" * 64}, "hashes of header and body do not match the hash of the entry"),
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


@pytest.mark.parametrize("change", [{"body_hash": "f" * 64}, {"header_hash": "f" * 64}])
def test_a_manipulated_withheld_entry_is_reported_at_its_sequence(change: dict[str, Any]) -> None:
    entries: list[LogEntry] = [*chain(3)]
    entries[1] = replace(chain(3)[1].withhold(), **change)
    with pytest.raises(BrokenChain) as raised:
        verify_chain(entries)
    reason = "hashes of header and body do not match the hash of the entry"
    assert (raised.value.sequence, raised.value.reason) == (2, reason)


def test_a_removed_entry_is_reported() -> None:
    entries = chain(3)
    del entries[1]
    with pytest.raises(BrokenChain) as raised:
        verify_chain(entries)
    assert (raised.value.sequence, raised.value.reason) == (2, "expected this sequence, got 3")
