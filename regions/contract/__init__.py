"""The feed contract: the requests that instances send each other, and the validation of responses.

`feed.graphql` is the part of the schema that an owner must serve, and `bodies.json` is the JSON
Schema of each kind of body. docs/protocol.md states the promises.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.log.entry import Entry
from engine.log.snapshot import RowKind, SnapshotRow
from engine.model import EventKind, Visibility
from regions.directory import plain_url, to_websocket_url

VERSION = 1
ENTRIES_MOST = 200  # in one frame
ROWS_MOST = 500  # on one page
SUBJECT_CHARACTERS = 255

# The error codes of an owner whose schema lacks a requested field. GraphQL itself defines no code for
# this error, so the code may be empty.
NOT_IN_SCHEMA = frozenset({"", "GRAPHQL_VALIDATION_FAILED"})

_HEAD = "version region sequence hash"
HEAD = f"query Head($region: ID!) {{ feedHead(region: $region) {{ {_HEAD} }} }}"
OWNER = f"query Owner($region: ID!) {{ feedHead(region: $region) {{ {_HEAD} owner }} }}"
_FEED = """subscription Feed($region: ID!, $after: Int!) { feed(region: $region, after: $after) {
  head { %s }
  entries { region sequence at actor kind subject visibility body bodyHash previousHash hash } } }"""
FEED = _FEED % f"{_HEAD} owner"
FEED_WITHOUT_OWNER = _FEED % _HEAD  # for owners whose schema lacks the field `owner`
SNAPSHOT = """query Snapshot($region: ID!, $after: String) { snapshot(region: $region, after: $after) {
  version cursor rows { kind body } newest {
  region sequence at actor kind subject visibility body bodyHash previousHash hash } } }"""


class ContractViolation(Exception):
    """A response violates the contract. The message states what was expected and what came."""

    def __init__(self, expected: str, got: object) -> None:
        super().__init__(f"expected {expected}, got {_shown(got)}")


@dataclass(frozen=True, slots=True)
class RemoteLogHead:
    """The end of a region's log, as its owner reports it."""

    sequence: int
    hash: str
    owner: str | None = None  # URL of the owner's API; None: it is the endpoint itself


@dataclass(frozen=True, slots=True)
class RemoteFeedFrame:
    """One event of a feed: entries in order, possibly none, and the end of the log."""

    head: RemoteLogHead
    entries: tuple[Entry, ...]


def parse_feed_head(region: str, data: Mapping[str, Any]) -> RemoteLogHead:
    """Parse the response to HEAD or OWNER.

    Raises:
        ContractViolation: the response has another form.
    """
    return _head(region, data.get("feedHead"))


def parse_feed_frame(region: str, data: Mapping[str, Any]) -> RemoteFeedFrame:
    """Parse one event of FEED; the order of its entries is not checked.

    Raises:
        ContractViolation: the event has another form.
    """
    found = _object("a frame", data.get("feed"))
    entries = found.get("entries")
    if not isinstance(entries, list) or len(entries) > ENTRIES_MOST:
        raise ContractViolation(f"a list of at most {ENTRIES_MOST} entries", entries)
    read = RemoteFeedFrame(
        _head(region, found.get("head")), tuple(_entry(region, each) for each in entries)
    )
    if read.entries and read.entries[-1].sequence > read.head.sequence:
        last = read.entries[-1].sequence
        raise ContractViolation(f"a head of entry {last} or later", read.head.sequence)
    return read


@dataclass(frozen=True, slots=True)
class RemoteSnapshotPage:
    """One page of a snapshot: its rows, the newest entry they include, and the next cursor."""

    newest: Entry
    rows: tuple[SnapshotRow, ...]
    cursor: str | None


def parse_snapshot_page(region: str, data: Mapping[str, Any]) -> RemoteSnapshotPage:
    """Parse the response to SNAPSHOT.

    Raises:
        ContractViolation: the response has another form.
    """
    found = _object("a page", data.get("snapshot"))
    _version(found)
    rows = found.get("rows")
    if not isinstance(rows, list) or len(rows) > ROWS_MOST:
        raise ContractViolation(f"a list of at most {ROWS_MOST} rows", rows)
    cursor = found.get("cursor")
    if cursor is not None:
        _text("a cursor", cursor, 1000)
    newest = _entry(region, found.get("newest"))
    return RemoteSnapshotPage(newest, tuple(_row(each) for each in rows), cursor)


def _row(given: object) -> SnapshotRow:
    found = _object("a row", given)
    try:
        kind = RowKind(found.get("kind"))
    except ValueError as error:
        raise ContractViolation("a kind of row of this contract", error) from None
    return SnapshotRow(kind, _object("a body", found.get("body")))


def _version(found: Mapping[str, Any]) -> None:
    if found.get("version") != VERSION:
        raise ContractViolation(f"version {VERSION} of the feed contract", found.get("version"))


def _head(region: str, given: object) -> RemoteLogHead:
    found = _object("the end of a log", given)
    _version(found)
    if found.get("region") != region:
        raise ContractViolation(f"region {region}", found.get("region"))
    owner = found.get("owner")
    if owner is not None and not plain_url(to_websocket_url(_text("an address", owner, 2000))):
        raise ContractViolation("the address of an API", owner)
    return RemoteLogHead(
        _sequence(found.get("sequence")), _text("a hash", found.get("hash"), 64), owner
    )


def _entry(region: str, given: object) -> Entry:
    found = _object("an entry", given)
    if found.get("region") != region:
        raise ContractViolation(f"an entry of region {region}", found.get("region"))
    body = found.get("body")
    if body is not None and not isinstance(body, dict):
        raise ContractViolation("a body that is an object or null", body)
    try:
        at = datetime.fromisoformat(_text("a time", found.get("at"), 32))
        if at.tzinfo is None:
            raise ValueError(f"{at} of no zone")
        kind = EventKind(found.get("kind"))
        visibility = Visibility(found.get("visibility"))
    except ValueError as error:
        raise ContractViolation("a time, a kind and a visibility of this contract", error) from None
    return Entry(
        region=region,
        sequence=_sequence(found.get("sequence")),
        at=at,
        actor=_text("an actor", found.get("actor"), 1000),
        kind=kind,
        subject=_text("a subject", found.get("subject"), SUBJECT_CHARACTERS),
        visibility=visibility,
        body=body,
        body_hash=_text("a hash", found.get("bodyHash"), 64),
        previous_hash=_text("a hash", found.get("previousHash"), 64),
        hash=_text("a hash", found.get("hash"), 64),
    )


def _object(what: str, given: object) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise ContractViolation(f"{what} as an object", given)
    return given


def _sequence(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < 2**31:
        raise ContractViolation("a sequence from 0 to 2147483647", given)
    return given


def _text(what: str, given: object, most: int) -> str:
    if not isinstance(given, str) or len(given) > most:
        raise ContractViolation(f"{what} of at most {most} characters", given)
    return given


def _shown(given: object) -> str:
    text = repr(given)
    return text if len(text) <= 100 else f"{text[:100]}…"
