"""One entry of a region's log, and the hash that chains it to the entry before it.

An entry's hash covers its header, and the header carries the hash of the body. So an
entry may travel without its body (a draft that the region keeps to itself) and still
prove that nothing before or after it was left out or changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import rfc8785

from engine.model import EventKind, Visibility

GENESIS = "0" * 64  # the previous hash of a region's first entry


@dataclass(frozen=True, slots=True)
class Entry:
    """What one transaction changed about one subject of one region.

    `body` is the subject's state after the change, as JSON values without floats; None when
    the reader may not have it. `at` is when the owner committed it, in UTC; order comes from
    `sequence`, never from `at`.
    """

    region: str
    sequence: int
    at: datetime
    actor: str
    kind: EventKind
    subject: str
    visibility: Visibility
    body: Mapping[str, Any] | None
    body_hash: str
    previous_hash: str
    hash: str


class BrokenChain(Exception):
    """An entry does not follow from the one before it.

    Attributes: region, sequence (of the first entry that does not fit), reason.
    """

    def __init__(self, region: str, sequence: int, reason: str) -> None:
        super().__init__(f"log of region {region} breaks at sequence {sequence}: {reason}")
        self.region = region
        self.sequence = sequence
        self.reason = reason


def seal_entry(
    *,
    region: str,
    sequence: int,
    at: datetime,
    actor: str,
    kind: EventKind,
    subject: str,
    visibility: Visibility,
    body: Mapping[str, Any],
    previous_hash: str,
) -> Entry:
    """Return the entry with its body hash and its hash."""
    body_hash = _digest(body)
    header = _header(
        region, sequence, at, actor, kind, subject, visibility, body_hash, previous_hash
    )
    return Entry(
        region=region,
        sequence=sequence,
        at=at,
        actor=actor,
        kind=kind,
        subject=subject,
        visibility=visibility,
        body=body,
        body_hash=body_hash,
        previous_hash=previous_hash,
        hash=_digest(header),
    )


def verify_chain(
    entries: Iterable[Entry], *, sequence: int = 0, previous_hash: str = GENESIS
) -> tuple[int, str]:
    """Check that `entries` follow on `sequence` and `previous_hash`; return the new head.

    Raises:
        BrokenChain: at the first gap, or the first hash that does not fit.
    """
    good, broken = verified_prefix(entries, sequence=sequence, previous_hash=previous_hash)
    if broken is not None:
        raise broken
    return (good[-1].sequence, good[-1].hash) if good else (sequence, previous_hash)


def verified_prefix(
    entries: Iterable[Entry], *, sequence: int = 0, previous_hash: str = GENESIS
) -> tuple[list[Entry], BrokenChain | None]:
    """Return those of `entries` that follow on `sequence` and `previous_hash`, and what ends them."""
    good: list[Entry] = []
    for entry in entries:
        sequence += 1
        wrong = _wrong(entry, sequence, previous_hash)
        if wrong is not None:
            return good, BrokenChain(entry.region, sequence, wrong)
        good.append(entry)
        previous_hash = entry.hash
    return good, None


def _wrong(entry: Entry, sequence: int, previous_hash: str) -> str | None:
    """Why an entry does not follow on another; None if it does."""
    if entry.sequence != sequence:
        return f"expected this sequence, got {entry.sequence}"
    if entry.previous_hash != previous_hash:
        return "previous hash is not that of the entry before"
    header = _header(
        entry.region,
        entry.sequence,
        entry.at,
        entry.actor,
        entry.kind,
        entry.subject,
        entry.visibility,
        entry.body_hash,
        entry.previous_hash,
    )
    try:
        if entry.body is not None and not _has_digest(entry.body, entry.body_hash):
            return "body does not match its hash"
        if not _has_digest(header, entry.hash):
            return "header does not match its hash"
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        return f"it has no canonical form: {error}"
    return None


def format_timestamp(at: datetime) -> str:
    """Return `at` as it is hashed and sent: UTC, microseconds, `Z`."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _header(
    region: str,
    sequence: int,
    at: datetime,
    actor: str,
    kind: EventKind,
    subject: str,
    visibility: Visibility,
    body_hash: str,
    previous_hash: str,
) -> dict[str, Any]:
    return {
        "region": region,
        "sequence": sequence,
        "at": format_timestamp(at),
        "actor": actor,
        "kind": kind.value,
        "subject": subject,
        "visibility": visibility.value,
        "bodyHash": body_hash,
        "previousHash": previous_hash,
    }


def _has_digest(document: Mapping[str, Any], digest: str) -> bool:
    """Whether the digest is that of the document.

    Without floats and with plain keys, as all of ours, what orjson writes is the canonical form, in a
    twentieth of the time. A document for which it is not is looked at once more.
    """
    try:
        quick = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except (TypeError, RecursionError):
        quick = b""
    return hashlib.sha256(quick).hexdigest() == digest or _digest(document) == digest


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(document))).hexdigest()
