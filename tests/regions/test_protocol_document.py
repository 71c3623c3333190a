"""docs/protocol.md documents the feed contract, so that other programs can serve it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import rfc8785
from graphql import build_schema

from engine.identifier import entity_id
from engine.log.assessment_log import NATION_CODE, RESULT_KINDS
from engine.log.entry import (
    GENESIS,
    SALT_BYTES,
    Entry,
    LogEntry,
    WithheldEntry,
    parse_timestamp,
    seal_entry,
)
from engine.log.entry_types import ENTRY_BODY_TYPES
from engine.log.refusal import RefusalReason
from engine.log.snapshot import RegionSnapshotRowKind, SnapshotRow
from engine.log.source import CLOCK_TOLERANCE, ClockDeviation
from engine.model import AssessmentKind, EventKind, Visibility
from facts.instrument import instrument_catalogue
from hub.cli.schema_export import FEED
from regions import (
    conformance,
    conformance_state,
    connection,
    contract,
    endpoint_directory,
    peer,
    snapshot_restore,
    wire_message,
)
from regions.contract import response_values
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
    assert protocol_document.documents() == [
        contract.HEAD,
        contract.LOG,
        contract.SNAPSHOT,
        contract.HASHES,
    ]


def test_the_version_is_that_of_the_contract() -> None:
    assert f"version {contract.VERSION};" in chapter("Following a region")
    assert f"`version` is always {contract.VERSION}," in chapter("The feed")


def test_the_refusal_that_a_reader_handles_is_documented() -> None:
    refusals = {row[0].strip("`") for row in table("Refusals")}
    assert snapshot_restore.SNAPSHOT_REQUIRED in refusals


def test_the_bounds_are_those_that_readers_enforce() -> None:
    limits = snapshot_restore.SNAPSHOT_LIMITS
    bounds = {row[0].partition(",")[0]: row[-1] for row in table("Bounds of a reader")}
    assert bounds == {
        "from resolving the name to `connection_ack`": f"{peer.OPEN_SECONDS:g} seconds",
        "without a frame of a feed": f"{peer.SILENT_SECONDS:g} seconds",
        "until an answer of `RegionLogHead`": f"{conformance_state.RESPONSE_SECONDS:g} seconds",
        "until a ping of the WebSocket is answered": f"{connection.PING_SECONDS:g} seconds",
        "a message": f"{connection.MESSAGE_BYTES // 2**20} MiB",
        "values in a message": f"{wire_message.VALUES_MOST:,}",
        "nesting of a message": f"{wire_message.DEPTH_MOST} levels",
        "messages in a minute that answer nothing": f"{peer.UNSOLICITED_MOST:,}",
        "pages": f"{limits.pages:,}, {limits.rows:,}",
        "bodies of a snapshot as JSON": f"{limits.row_bytes // 2**20} MiB",
        "pages of hashes that prove a snapshot": f"{limits.hash_pages}",
        "a snapshot with its proof": f"{limits.seconds:g} seconds",
    }
    assert f"every {region_log.HEARTBEAT_SECONDS:g} seconds" in chapter("The feed")
    assert f"up to {contract.ENTRIES_MOST} entries" in chapter("The feed")
    assert f"at most {contract.ROWS_MOST} rows" in chapter("The snapshot")
    assert f"at most {contract.HASHES_MOST:,} entries" in chapter("The snapshot")


def test_the_refusals_of_entries_are_those_of_the_code() -> None:
    text = chapter("What a log may say")
    assert [row[0].strip("`") for row in table("What a log may say")] == [
        reason.value for reason in RefusalReason
    ]
    [results, own_kinds] = re.findall(r"kinds ((?:`[A-Z]+`(?:, | and )?)+)", text)
    assert set(re.findall("[A-Z]+", results)) == {kind.value for kind in RESULT_KINDS}
    assert set(re.findall("[A-Z]+", own_kinds)) == {
        kind.value for kind in AssessmentKind if kind not in RESULT_KINDS
    }
    assert f"that of `{NATION_CODE}`, the nation" in text
    assert f"more than {CLOCK_TOLERANCE.seconds // 60} minutes after" in text
    assert all(f"`{deviation.value}`" in text for deviation in ClockDeviation)
    example = entity_id("32", "assessment", "32.11-spbe-2020-2024-official")
    assert f"`{example}`" in text


async def test_a_stub_has_null_where_the_document_says_so(
    sumedang: tuple[list[LogEntry], list[SnapshotRow]],
) -> None:
    [sentence] = re.findall(r"comes as a stub: (.+?) are null", chapter("The feed"), re.DOTALL)
    sent, withheld = (set(re.findall("`([A-Za-z]+)`", part)) for part in sentence.split("while"))
    wire = ToyOwner("32.11", *sumedang).to_wire_entry(stub_of(sumedang[0][0]))
    assert {name for name, value in wire.items() if value is None} == withheld
    assert {name for name, value in wire.items() if value is not None} == sent | {"regionCode"}


def stub_of(entry: LogEntry) -> WithheldEntry:
    assert isinstance(entry, Entry)
    return entry.withhold()


def test_the_kinds_and_lengths_of_entries_are_those_of_the_code() -> None:
    text = chapter("Entries")
    derived = {kind for kind in EventKind if kind.value in text} - {EventKind.REGION_RECORDED}
    assert derived == {kind for kind in EventKind if kind not in ENTRY_BODY_TYPES}
    assert re.findall(r"`([a-z]+-20\d\d)`", text) == list(instrument_catalogue())
    lengths = {name: int(most) for names, most in table("Entries") for name in names.split(", ")}
    assert lengths["`subjectId`"] == EntryRow.subject.type.length  # type: ignore[attr-defined]
    assert lengths["and every `id`"] == OpdRow.id.type.length  # type: ignore[attr-defined]
    assert lengths["code of a region"] == RegionRow.code.type.length  # type: ignore[attr-defined]
    assert lengths["code of a region"] == endpoint_directory.CODE_CHARACTERS
    assert lengths["`subjectId`"] == contract.SUBJECT_CHARACTERS
    assert lengths["`at`"] == response_values.TIME_CHARACTERS
    assert lengths["`salt`"] == 2 * SALT_BYTES


def test_the_example_of_a_hash_is_right() -> None:
    texts = blocks("The log", "json")
    header, body, link = map(json.loads, texts)
    assert [rfc8785.dumps(document).decode() for document in (header, body, link)] == texts
    assert link["headerHash"] == hashlib.sha256(rfc8785.dumps(header)).hexdigest()
    assert link["bodyHash"] == hashlib.sha256(rfc8785.dumps(body)).hexdigest()
    assert f"`{hashlib.sha256(rfc8785.dumps(link)).hexdigest()}`" in chapter("The log")
    entry = seal_entry(
        region=header["region"],
        sequence=link["sequence"],
        at=parse_timestamp(header["at"]),
        actor=header["actor"],
        kind=EventKind(header["kind"]),
        subject=header["subject"],
        visibility=Visibility(header["visibility"]),
        body=body["body"],
        salt=header["salt"],
        previous_hash=GENESIS,
    )
    assert f"The `hash` is `{entry.hash}`" in chapter("The log")
    members = [set(re.findall("`([A-Za-z]+)`", row[1])) for row in table("The log")]
    assert [set(header), set(body), set(link)] == [
        members[0] - {"regionCode", "subjectId", "Z"},
        members[1],
        members[2],
    ]
