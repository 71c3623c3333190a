"""The entries of a region's log, which form a hash chain.

The hash of an entry covers its sequence, the hash of the entry before it, and one hash each of its
header and its body. Both of these are taken with a random salt. So an entry can be sent without its
header, body and salt: what remains reveals nothing, not even to a reader who guesses, and still
proves that no entry was removed or changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import rfc8785

from engine.model import EventKind, Visibility

GENESIS = "0" * 64  # the previous hash of a region's first entry
SALT_BYTES = 16  # random, and sent as hexadecimal digits


@dataclass(frozen=True, slots=True)
class Entry:
    """The change of one subject by one transaction, in the log of one region.

    `body` is the subject's state after the change, as JSON values without floats. `at` is the time
    of the owner's commit, in UTC. Entries are ordered by `sequence`, never by `at`.
    """

    region: str  # the region in whose log it is
    sequence: int
    at: datetime
    actor: str
    kind: EventKind
    subject: str
    visibility: Visibility
    body: Mapping[str, Any]
    salt: str
    header_hash: str
    body_hash: str
    previous_hash: str
    hash: str

    def withhold(self) -> WithheldEntry:
        """Return what a reader receives who may not see the entry."""
        return WithheldEntry(
            self.region,
            self.sequence,
            self.header_hash,
            self.body_hash,
            self.previous_hash,
            self.hash,
        )


@dataclass(frozen=True, slots=True)
class WithheldEntry:
    """An entry of which the reader may see neither header nor body; it still proves the chain."""

    region: str
    sequence: int
    header_hash: str
    body_hash: str
    previous_hash: str
    hash: str


LogEntry = Entry | WithheldEntry


class BrokenChain(Exception):
    """An entry does not follow the entry before it.

    Attributes: the region, the sequence of the first entry that does not follow, and the reason.
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
    salt: str,
    previous_hash: str,
) -> Entry:
    """Return the entry with its hashes.

    Args:
        salt: SALT_BYTES random bytes as hexadecimal digits, used for no other entry.
    """
    header_hash = _digest(_header(region, at, actor, kind, subject, visibility, salt))
    body_hash = _digest(_salted_body(body, salt))
    return Entry(
        region=region,
        sequence=sequence,
        at=at,
        actor=actor,
        kind=kind,
        subject=subject,
        visibility=visibility,
        body=body,
        salt=salt,
        header_hash=header_hash,
        body_hash=body_hash,
        previous_hash=previous_hash,
        hash=_digest(_chain_link(sequence, previous_hash, header_hash, body_hash)),
    )


def verify_chain(
    entries: Iterable[LogEntry], *, sequence: int = 0, previous_hash: str = GENESIS
) -> tuple[int, str]:
    """Check that `entries` follow `sequence` and `previous_hash`, and return the new head.

    Raises:
        BrokenChain: there is a gap, or a hash does not match.
    """
    verified, broken = verified_prefix(entries, sequence=sequence, previous_hash=previous_hash)
    if broken is not None:
        raise broken
    return (verified[-1].sequence, verified[-1].hash) if verified else (sequence, previous_hash)


def verified_prefix(
    entries: Iterable[LogEntry], *, sequence: int = 0, previous_hash: str = GENESIS
) -> tuple[Sequence[LogEntry], BrokenChain | None]:
    """Return the leading entries that follow the given head, and the error that ends them."""
    verified: list[LogEntry] = []
    for entry in entries:
        sequence += 1
        reason = _chain_defect(entry, sequence, previous_hash)
        if reason is not None:
            return verified, BrokenChain(entry.region, sequence, reason)
        verified.append(entry)
        previous_hash = entry.hash
    return verified, None


def _chain_defect(entry: LogEntry, sequence: int, previous_hash: str) -> str | None:
    """Return the reason why an entry does not follow another, or None if it does."""
    if entry.sequence != sequence:
        return f"expected this sequence, got {entry.sequence}"
    if entry.previous_hash != previous_hash:
        return "previous hash is not that of the entry before"
    link = _chain_link(entry.sequence, entry.previous_hash, entry.header_hash, entry.body_hash)
    if not _has_digest(link, entry.hash):
        return "hashes of header and body do not match the hash of the entry"
    if isinstance(entry, WithheldEntry):
        return None
    header = _header(
        entry.region,
        entry.at,
        entry.actor,
        entry.kind,
        entry.subject,
        entry.visibility,
        entry.salt,
    )
    try:
        if not _has_digest(_salted_body(entry.body, entry.salt), entry.body_hash):
            return "body does not match its hash"
        if not _has_digest(header, entry.header_hash):
            return "header does not match its hash"
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeEncodeError) as error:
        return f"it has no canonical form: {error}"
    return None


def format_timestamp(at: datetime) -> str:
    """Format a time as it is hashed and sent: in UTC, with microseconds and `Z`."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_timestamp(text: str) -> datetime:
    """Return the time of a text that `format_timestamp` wrote."""
    return datetime.fromisoformat(text)


def _header(
    region: str,
    at: datetime,
    actor: str,
    kind: EventKind,
    subject: str,
    visibility: Visibility,
    salt: str,
) -> dict[str, Any]:
    return {
        "region": region,
        "at": format_timestamp(at),
        "actor": actor,
        "kind": kind.value,
        "subject": subject,
        "visibility": visibility.value,
        "salt": salt,
    }


def _salted_body(body: Mapping[str, Any], salt: str) -> dict[str, Any]:
    return {"body": body, "salt": salt}


def _chain_link(
    sequence: int, previous_hash: str, header_hash: str, body_hash: str
) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "previousHash": previous_hash,
        "headerHash": header_hash,
        "bodyHash": body_hash,
    }


def _has_digest(document: Mapping[str, Any], digest: str) -> bool:
    """Whether the digest is that of the document.

    For documents without floats and with ASCII keys, such as log entries, orjson writes the
    canonical form in a twentieth of the time. Any other document is hashed again by rfc8785.
    """
    try:
        canonical = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except (TypeError, RecursionError):
        canonical = b""
    return hashlib.sha256(canonical).hexdigest() == digest or _digest(document) == digest


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(document))).hexdigest()
