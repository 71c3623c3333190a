"""The feed contract: the requests that instances send each other, and the validation of responses.

`feed.graphql` is the part of the schema that an owner must serve, and `bodies.json` is the JSON
Schema of each kind of body. docs/protocol.md states the promises.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.log.actor import ACTOR_CHARACTERS_MOST
from engine.log.entry import Entry, LogEntry, WithheldEntry
from engine.log.snapshot import RegionSnapshotRowKind, SnapshotRow
from engine.model import EventKind, Visibility
from regions.contract.response_values import (
    ContractViolation,
    require_hash,
    require_object,
    require_salt,
    require_sequence,
    require_text,
    require_time,
)
from regions.endpoint_directory import is_plain_url, to_websocket_url

VERSION = 3
ENTRIES_MOST = 200  # in one frame
ROWS_MOST = 500  # on one page
HASHES_MOST = 1_000  # in one response
SUBJECT_CHARACTERS = 255

_HEAD = "version regionCode sequence hash ownerUrl acceptedOffer handoverUrl"
_HASHES = "sequence headerHash bodyHash previousHash hash"
_ENTRY = f"regionCode at actor kind subjectId visibility body salt {_HASHES}"
HEAD = f"""query RegionLogHead($regionCode: ID!) {{
  regionLogHead(regionCode: $regionCode) {{ {_HEAD} }} }}"""
LOG = f"""subscription RegionLog($regionCode: ID!, $afterSequence: Int!) {{
  regionLog(regionCode: $regionCode, afterSequence: $afterSequence) {{
  head {{ {_HEAD} }}
  entries {{ {_ENTRY} }} }} }}"""
SNAPSHOT = f"""query RegionSnapshot($regionCode: ID!, $after: Cursor) {{
  regionSnapshot(regionCode: $regionCode, after: $after) {{
  version nextCursor rows {{ kind body }} newestEntry {{
  {_ENTRY} }} }} }}"""
HASHES = f"""query RegionLogHashes($regionCode: ID!, $afterSequence: Int!) {{
  regionLogHashes(regionCode: $regionCode, afterSequence: $afterSequence, first: {HASHES_MOST}) {{
  {_HASHES} }} }}"""

# The fields of an entry that are null together if the reader may not see it.
_CONTENT = ("at", "actor", "kind", "subjectId", "visibility", "body", "salt")


@dataclass(frozen=True, slots=True)
class RemoteLogHead:
    """The end of a region's log, as its owner reports it."""

    sequence: int
    hash: str
    owner_url: str | None = None  # URL of the owner's API; None: it is the endpoint itself
    # Sequence of the offered hand-over that the endpoint is ready to complete; None: there is none.
    accepted_offer: int | None = None
    # URL by which the endpoint accepts a hand-over of the region; None: it does not accept it.
    handover_url: str | None = None


@dataclass(frozen=True, slots=True)
class RemoteLogFrame:
    """One event of a feed: entries in order, possibly none, and the end of the log."""

    head: RemoteLogHead
    entries: tuple[LogEntry, ...]


def parse_log_head(region: str, data: Mapping[str, Any]) -> RemoteLogHead:
    """Parse the response to HEAD.

    Raises:
        ContractViolation: the response has another form.
    """
    return _parse_head(region, data.get("regionLogHead"))


def parse_log_frame(region: str, data: Mapping[str, Any]) -> RemoteLogFrame:
    """Parse one event of LOG; the order of its entries is not checked.

    Raises:
        ContractViolation: the event has another form.
    """
    fields = require_object("a frame", data.get("regionLog"))
    entries = fields.get("entries")
    if not isinstance(entries, list) or len(entries) > ENTRIES_MOST:
        raise ContractViolation(f"a list of at most {ENTRIES_MOST} entries", entries)
    frame = RemoteLogFrame(
        _parse_head(region, fields.get("head")),
        tuple(_parse_entry(region, entry) for entry in entries),
    )
    if frame.entries and frame.entries[-1].sequence > frame.head.sequence:
        last = frame.entries[-1].sequence
        raise ContractViolation(f"a head of entry {last} or later", frame.head.sequence)
    return frame


@dataclass(frozen=True, slots=True)
class RemoteSnapshotPage:
    """One page of a snapshot: its rows, the newest entry they include, and the next cursor."""

    newest: LogEntry
    rows: tuple[SnapshotRow, ...]
    cursor: str | None


def parse_snapshot_page(region: str, data: Mapping[str, Any]) -> RemoteSnapshotPage:
    """Parse the response to SNAPSHOT.

    Raises:
        ContractViolation: the response has another form.
    """
    fields = require_object("a page", data.get("regionSnapshot"))
    _check_version(fields)
    rows = fields.get("rows")
    if not isinstance(rows, list) or len(rows) > ROWS_MOST:
        raise ContractViolation(f"a list of at most {ROWS_MOST} rows", rows)
    cursor = fields.get("nextCursor")
    if cursor is not None:
        require_text("a cursor", cursor, 1000)
    newest = _parse_entry(region, fields.get("newestEntry"))
    return RemoteSnapshotPage(newest, tuple(_parse_row(row) for row in rows), cursor)


def _parse_row(value: object) -> SnapshotRow:
    fields = require_object("a row", value)
    try:
        kind = RegionSnapshotRowKind(fields.get("kind"))
    except ValueError as error:
        raise ContractViolation("a kind of row of this contract", error) from None
    return SnapshotRow(kind, require_object("a body", fields.get("body")))


def _check_version(fields: Mapping[str, Any]) -> None:
    if fields.get("version") != VERSION:
        raise ContractViolation(f"version {VERSION} of the feed contract", fields.get("version"))


def _parse_head(region: str, value: object) -> RemoteLogHead:
    fields = require_object("the end of a log", value)
    _check_version(fields)
    if fields.get("regionCode") != region:
        raise ContractViolation(f"region {region}", fields.get("regionCode"))
    accepted_offer = fields.get("acceptedOffer")
    return RemoteLogHead(
        require_sequence(fields.get("sequence")),
        require_hash(fields.get("hash")),
        _optional_url(fields.get("ownerUrl")),
        None if accepted_offer is None else require_sequence(accepted_offer),
        _optional_url(fields.get("handoverUrl")),
    )


def _optional_url(value: object) -> str | None:
    if value is None:
        return None
    url = require_text("an address", value, 2000)
    if not is_plain_url(to_websocket_url(url)):
        raise ContractViolation("the address of an API", url)
    return url


def parse_log_hashes(region: str, data: Mapping[str, Any]) -> list[WithheldEntry]:
    """Parse the response to HASHES; the order of the entries is not checked.

    Raises:
        ContractViolation: the response has another form.
    """
    entries = data.get("regionLogHashes")
    if not isinstance(entries, list) or len(entries) > HASHES_MOST:
        raise ContractViolation(f"a list of at most {HASHES_MOST} entries", entries)
    return [_parse_hashes(region, require_object("an entry", entry)) for entry in entries]


def _parse_hashes(region: str, fields: Mapping[str, Any]) -> WithheldEntry:
    return WithheldEntry(
        region,
        require_sequence(fields.get("sequence")),
        require_hash(fields.get("headerHash")),
        require_hash(fields.get("bodyHash")),
        require_hash(fields.get("previousHash")),
        require_hash(fields.get("hash")),
    )


def _parse_entry(region: str, value: object) -> LogEntry:
    fields = require_object("an entry", value)
    if fields.get("regionCode") != region:
        raise ContractViolation(f"an entry of region {region}", fields.get("regionCode"))
    hashes = _parse_hashes(region, fields)
    content = [fields.get(name) for name in _CONTENT]
    if all(value is None for value in content):
        return hashes
    body = fields.get("body")
    if not isinstance(body, dict):
        raise ContractViolation("an entry with all of its fields, or with its hashes alone", body)
    try:
        kind = EventKind(fields.get("kind"))
        visibility = Visibility(fields.get("visibility"))
    except ValueError as error:
        raise ContractViolation("a kind and a visibility of this contract", error) from None
    return Entry(
        region=region,
        sequence=hashes.sequence,
        at=require_time(fields.get("at")),
        actor=require_text("an actor", fields.get("actor"), ACTOR_CHARACTERS_MOST),
        kind=kind,
        subject=require_text("a subject", fields.get("subjectId"), SUBJECT_CHARACTERS),
        visibility=visibility,
        body=body,
        salt=require_salt(fields.get("salt")),
        header_hash=hashes.header_hash,
        body_hash=hashes.body_hash,
        previous_hash=hashes.previous_hash,
        hash=hashes.hash,
    )
