"""docs/protocol.md documents the feed contract, so that other programs can serve it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import rfc8785
from graphql import build_schema

from engine.log.entry import GENESIS, Entry
from engine.log.snapshot import RegionSnapshotRowKind, SnapshotRow
from engine.model import EventKind
from facts.instrument import instrument_catalogue
from hub.cli.schema_export import FEED
from regions import (
    conformance,
    connection,
    contract,
    endpoint_directory,
    peer,
    replication_client,
    wire_message,
)
from regions.endpoint_directory import Endpoint
from resolvers import region_log
from storage.tables import EntryRow, OpdRow, RegionRow
from tests.regions import protocol_document
from tests.regions.protocol_document import blocks, chapter, table
from tests.regions.toy_owner import ToyOwner


def test_the_order_of_rows_is_that_of_the_contract() -> None:
    kinds = build_schema(FEED.read_text()).type_map["RegionSnapshotRowKind"]
    assert protocol_document.order_of_rows() == [kind.value for kind in RegionSnapshotRowKind]
    assert protocol_document.order_of_rows() == list(kinds.values)  # type: ignore[attr-defined]


async def test_a_reader_sends_what_the_document_says_and_nothing_else(
    sumedang: tuple[list[Entry], list[SnapshotRow]], tmp_path: Path
) -> None:
    secret = tmp_path / "token"
    secret.write_text("secret")
    async with ToyOwner("32.11", *sumedang).running() as toy:
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        verdicts = await conformance.check_conformance(endpoint, "32.11")
    assert all(verdict.passed for verdict in verdicts)
    first_init, *other_inits = [
        sent_message for sent_message in toy.messages if sent_message["type"] == "connection_init"
    ]
    assert first_init == protocol_document.connection_init("secret")
    assert other_inits == [{"type": "connection_init", "payload": {}}]  # without a token
    payloads = [
        sent_message["payload"]
        for sent_message in toy.messages
        if sent_message["type"] == "subscribe"
    ]
    assert {payload["query"] for payload in payloads} == set(protocol_document.documents())
    assert {frozenset(payload) for payload in payloads} == {frozenset({"query", "variables"})}
    assert all(
        isinstance(sent_message["id"], str) for sent_message in toy.messages if "id" in sent_message
    )
    kinds = {sent_message["type"] for sent_message in toy.messages}
    assert kinds == {"connection_init", "subscribe", "complete"}


def test_the_documents_are_those_of_the_contract() -> None:
    assert protocol_document.documents() == [contract.HEAD, contract.LOG, contract.SNAPSHOT]


def test_the_version_is_that_of_the_contract() -> None:
    assert f"version {contract.VERSION};" in chapter("Following a region")
    assert f"`version` is always {contract.VERSION}," in chapter("The feed")


def test_the_refusal_that_a_reader_handles_is_documented() -> None:
    refusals = {row[0].strip("`") for row in table("Refusals")}
    assert replication_client.SNAPSHOT_REQUIRED in refusals


def test_the_bounds_are_those_that_readers_enforce() -> None:
    bounds = {row[0].partition(",")[0]: row[-1] for row in table("Bounds of a reader")}
    assert bounds == {
        "from resolving the name to `connection_ack`": f"{peer.OPEN_SECONDS:g} seconds",
        "without a frame of a feed": f"{peer.SILENT_SECONDS:g} seconds",
        "until an answer of `RegionLogHead`": f"{conformance.RESPONSE_SECONDS:g} seconds",
        "until a ping of the WebSocket is answered": f"{connection.PING_SECONDS:g} seconds",
        "a message": f"{connection.MESSAGE_BYTES // 2**20} MiB",
        "values in a message": f"{wire_message.VALUES_MOST:,}",
        "nesting of a message": f"{wire_message.DEPTH_MOST} levels",
        "messages in a minute that answer nothing": f"{peer.UNSOLICITED_MOST:,}",
        "pages": f"{conformance.PAGES_MOST:,}, {replication_client.ROWS_MOST:,}",
    }
    assert f"every {region_log.HEARTBEAT_SECONDS:g} seconds" in chapter("The feed")
    assert f"up to {contract.ENTRIES_MOST} entries" in chapter("The feed")
    assert f"at most {contract.ROWS_MOST} rows" in chapter("The snapshot")


def test_the_kinds_and_lengths_of_entries_are_those_of_the_code() -> None:
    text = chapter("Entries")
    derived = {kind for kind in EventKind if kind.value in text} - {EventKind.REGION_RECORDED}
    assert derived == {kind for kind in EventKind if kind not in conformance.ENTRY_BODIES}
    assert re.findall(r"`([a-z]+-20\d\d)`", text) == list(instrument_catalogue())
    lengths = {name: int(most) for names, most in table("Entries") for name in names.split(", ")}
    assert lengths["`subjectId`"] == EntryRow.subject.type.length  # type: ignore[attr-defined]
    assert lengths["and every `id`"] == OpdRow.id.type.length  # type: ignore[attr-defined]
    assert lengths["code of a region"] == RegionRow.code.type.length  # type: ignore[attr-defined]
    assert lengths["code of a region"] == endpoint_directory.CODE_CHARACTERS
    assert lengths["`subjectId`"] == contract.SUBJECT_CHARACTERS
    assert lengths["`at`"] == EntryRow.at.type.length  # type: ignore[attr-defined]


def test_the_example_of_a_hash_is_right() -> None:
    body, header = map(json.loads, blocks("The log", "json"))
    assert [rfc8785.dumps(document).decode() for document in (body, header)] == blocks(
        "The log", "json"
    )
    assert header["bodyHash"] == hashlib.sha256(rfc8785.dumps(body)).hexdigest()
    assert header["previousHash"] == GENESIS
    assert f"`{hashlib.sha256(rfc8785.dumps(header)).hexdigest()}`" in chapter("The log")
