"""`simpul conformance` passes an owner that fulfils the contract, and fails one that breaks it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.document import to_document
from engine.log.entry import Entry, LogEntry, seal_entry
from engine.log.entry_types import ClaimedLevel
from engine.log.snapshot import SnapshotRow
from engine.model import (
    Application,
    ApplicationStatus,
    Assessment,
    AssessmentKind,
    AssessmentState,
    EventKind,
    LevelClaim,
    Opd,
    Provenance,
    Region,
    RegionKind,
    Visibility,
)
from regions.conformance import CONNECTS, PROMISES, check_conformance
from regions.endpoint_directory import Endpoint
from tests.fixtures.processes import SIMPUL, StartSimpul
from tests.regions.instances import SimpulInstance
from tests.regions.toy_owner import Response, ToyOwner

pytestmark = pytest.mark.integration

NODE = "https://node.example.go.id/graphql"

OwnerData = tuple[list[LogEntry], list[SnapshotRow]]
Change = Callable[[ToyOwner], None]


TEST = Provenance("test")
ASSESSMENT = Assessment(
    id="32.11:assessment-1",
    region="32.11",
    instrument="spbe-2020",
    year=2026,
    kind=AssessmentKind.SELF,
    state=AssessmentState.DRAFT,
    version=1,
    provenance=TEST,
)


def _with_faults(**faults: Callable[[Response], Response | None]) -> Change:
    def apply(toy: ToyOwner) -> None:
        for name, fault in faults.items():
            setattr(toy, name, fault)

    return apply


def _with_changed_entry(number: int, **changed: Any) -> Change:
    """Change fields of an entry, in whichever frame it is sent."""

    def fault(answer: Response) -> Response:
        entries = [
            {**entry, **changed} if entry["sequence"] == number else entry
            for entry in answer["entries"]
        ]
        return {**answer, "entries": entries}

    return _with_faults(on_frame=fault)


def _without_entry(number: int) -> Change:
    def fault(answer: Response) -> Response:
        entries = [entry for entry in answer["entries"] if entry["sequence"] != number]
        return {**answer, "entries": entries}

    return _with_faults(on_frame=fault)


def _skip_entry_on_resume(toy: ToyOwner) -> None:
    """Make a client that resumes after entry 16 get entry 18."""
    all_entries = toy.entries

    def fault(answer: Response) -> Response:
        entries = answer["entries"]
        if entries and entries[0]["sequence"] == len(all_entries) // 2 + 1:
            return {**answer, "entries": entries[1:]}
        return answer

    toy.page_size = len(all_entries) // 2 + 5
    toy.on_frame = fault


def _advance_between_pages(toy: ToyOwner) -> None:
    positions = iter((-1, *[-2] * 100))

    def fault(answer: Response) -> Response:
        newest = toy.entries[next(positions)]
        sequence, hash = newest.sequence, newest.hash
        return {
            **answer,
            "newestEntry": {**answer["newestEntry"], "sequence": sequence, "hash": hash},
        }

    toy.on_page = fault


def _send_one_heartbeat(toy: ToyOwner) -> None:
    toy.heartbeat_seconds = 60


def _append_body_of_another_type(toy: ToyOwner) -> None:
    """Append an entry whose body is of another type, with a valid hash."""
    append_entry(toy, toy.entries[-1].kind, {"name": "Uji"})


def _append_entry_with_a_used_salt(toy: ToyOwner) -> None:
    first, last = toy.entries[0], toy.entries[-1]
    assert isinstance(first, Entry)
    assert isinstance(last, Entry)
    append_entry(toy, last.kind, last.body, salt=first.salt)


def _append_entry_of_yesterday(toy: ToyOwner) -> None:
    last = toy.entries[-1]
    assert isinstance(last, Entry)
    append_entry(toy, last.kind, last.body, at=last.at - timedelta(days=1))


def _send_a_draft_next_to_a_stub(toy: ToyOwner) -> None:
    for _ in range(2):
        append_entry(
            toy, EventKind.ASSESSMENT_STARTED, to_document(ASSESSMENT), visibility=Visibility.REGION
        )
    last = toy.entries[-1]
    assert isinstance(last, Entry)
    toy.entries[-1] = last.withhold()


def append_entry(toy: ToyOwner, kind: EventKind, body: Mapping[str, Any], **changed: Any) -> None:
    last = toy.entries[-1]
    assert isinstance(last, Entry)
    fields = {
        "region": last.region,
        "sequence": last.sequence + 1,
        "at": last.at,
        "actor": last.actor,
        "kind": kind,
        "subject": last.subject,
        "visibility": last.visibility,
        "body": body,
        "salt": f"{last.sequence + 1:032x}",
        "previous_hash": last.hash,
    }
    toy.entries.append(seal_entry(**fields | changed))


BROKEN: dict[str, tuple[Change, str]] = {
    "version": (
        _with_faults(on_head=lambda answer: {**answer, "version": 1}),
        "version 3 of the feed contract",
    ),
    "order without gaps": (_without_entry(5), "expected entry 5, got 6"),
    "hash chain": (_with_changed_entry(7, actor="another actor"), "header does not match its hash"),
    "head": (
        _with_faults(on_head=lambda answer: {**answer, "hash": "0" * 64}),
        "expected the hash of entry",
    ),
    "owner": (
        _with_faults(on_head=lambda answer: {**answer, "ownerUrl": "node"}),
        "the head of the log could not be read",
    ),
    "hashes": (
        _with_faults(
            on_hashes=lambda entries: [{**entry, "bodyHash": "0" * 64} for entry in entries]
        ),
        "expected the hashes of entry 1 as in the feed, got others of entry 1",
    ),
    "salts": (_append_entry_with_a_used_salt, "expected a salt of its own, got that of entry"),
    "withheld entries": (_send_a_draft_next_to_a_stub, "alone, as of other entries"),
    "times": (_append_entry_of_yesterday, "expected a time of"),
    "bodies": (_append_body_of_another_type, "expected the fields of Integration, got also 'name'"),
    "resume": (_skip_entry_on_resume, "expected entry 17 as before"),
    "heartbeat": (_send_one_heartbeat, "no frame within"),
    "snapshot": (_advance_between_pages, "expected all pages as of entry"),
    "error: unknown region": (
        _with_faults(on_refusal=lambda answer: {**answer, "extensions": {"code": "OOPS"}}),
        "expected an error with code NOT_FOUND, got OOPS",
    ),
    "error: argument out of bounds": (
        _with_faults(on_refusal=lambda answer: {"message": "no"}),
        "expected an error with code INVALID_ARGUMENT",
    ),
    "error: without a token": (_with_faults(on_refusal=lambda _: None), "code FORBIDDEN, got {"),
}


def endpoint(toy: ToyOwner, folder: Path) -> Endpoint:
    secret = folder / "token"
    secret.write_text(toy.token)
    return Endpoint(toy.url, (toy.region,), private=True, token_file=secret)


async def test_an_owner_other_than_simpul_passes(sumedang: OwnerData, tmp_path: Path) -> None:
    async with ToyOwner("32.11", *sumedang).running() as toy:
        verdicts = await check_conformance(endpoint(toy, tmp_path), "32.11")
    assert [verdict.promise for verdict in verdicts] == [CONNECTS, *PROMISES]
    assert [verdict for verdict in verdicts if not verdict.passed] == []


@pytest.mark.parametrize(("owner_url", "statement"), [(None, "the endpoint"), (NODE, NODE)])
async def test_an_endpoint_may_name_the_owner_of_a_region(
    sumedang: OwnerData, tmp_path: Path, owner_url: str | None, statement: str
) -> None:
    toy = ToyOwner("32.11", *sumedang, owner_url=owner_url)
    async with toy.running():
        verdicts = await check_conformance(endpoint(toy, tmp_path), "32.11")
    assert [verdict for verdict in verdicts if not verdict.passed] == []
    assert {verdict.promise: verdict.detail for verdict in verdicts}["owner"] == statement


async def test_the_checked_entries_are_bounded_by_their_bytes(
    sumedang: OwnerData, tmp_path: Path
) -> None:
    async with ToyOwner("32.11", *sumedang, page_size=3).running() as toy:
        verdicts = await check_conformance(endpoint(toy, tmp_path), "32.11", bytes_most=1)
    statements = {verdict.promise: verdict.detail for verdict in verdicts}
    assert statements["order without gaps"] == "entries 1 to 3, without a gap"


@pytest.mark.parametrize("entry_count", [3, 1])
async def test_an_owner_without_a_complete_log_passes(
    sumedang: OwnerData, tmp_path: Path, entry_count: int
) -> None:
    entries, rows = sumedang
    toy = ToyOwner("32.11", entries, rows, first_sequence=len(entries) - entry_count + 1)
    async with toy.running():
        verdicts = await check_conformance(endpoint(toy, tmp_path), "32.11")
    assert [verdict for verdict in verdicts if not verdict.passed] == []
    statements = {verdict.promise: verdict.detail for verdict in verdicts}
    assert statements["hash chain"] == "1 hashes, each over the one before"
    assert statements["resume"] == "no entry has come since the snapshot"


OPD_OF_ANOTHER_REGION = Opd("32.11:opd-1", "32.12", "Dinas", "Dinas", TEST)
APPLICATION_WITHOUT_OPD = Application(
    "32.11:application-1", "32.11", "32.11:opd-2", "Uji", ApplicationStatus.ACTIVE, 1, TEST
)
UNFIT_ENTRIES: list[tuple[list[tuple[EventKind, object]], str]] = [
    (
        [(EventKind.OPD_RECORDED, Opd("32.12:opd-1", "32.11", "Dinas", "Dinas", TEST))],
        "expected an id that begins with 32.11:, got '32.12:opd-1'",
    ),
    (
        [(EventKind.OPD_RECORDED, Opd("32.11:opd-1", "32.11", "Di\u202enas", "Dinas", TEST))],
        "name: expected a text without control or format characters",
    ),
    (
        [(EventKind.REGION_RECORDED, Region("32.11", "Sumedang", RegionKind.PROVINCE, None, TEST))],
        "expected Kabupaten Sumedang, REGENCY, in 32; got Sumedang, PROVINCE, in None",
    ),
    (
        [(EventKind.RESULT_RECORDED, replace(ASSESSMENT, kind=AssessmentKind.OFFICIAL))],
        "expected a result of a region whose results 32.11 records, got one of '32.11'",
    ),
    ([(EventKind.OPD_RECORDED, OPD_OF_ANOTHER_REGION)], "expected region 32.11, got '32.12'"),
    (
        [(EventKind.APPLICATION_REGISTERED, APPLICATION_WITHOUT_OPD)],
        "expected an earlier entry that records 32.11:opd-2, got none",
    ),
    (
        [(EventKind.ASSESSMENT_STARTED, replace(ASSESSMENT, instrument="spbe-2030"))],
        "expected one of the instruments spbe-2018, spbe-2020, pemdi-2026, got spbe-2030",
    ),
    (
        [(EventKind.ASSESSMENT_STARTED, replace(ASSESSMENT, levels=(LevelClaim(1, 0),)))],
        "it has no score: indicator 1",
    ),
    (
        [
            (EventKind.ASSESSMENT_STARTED, ASSESSMENT),
            (EventKind.LEVEL_CLAIMED, ClaimedLevel("32.11:assessment-1", 2, LevelClaim(48, 1))),
        ],
        "it has no score: indicator 48",
    ),
]


@pytest.mark.parametrize(
    ("bodies", "complaint"), UNFIT_ENTRIES, ids=[complaint for _, complaint in UNFIT_ENTRIES]
)
async def test_a_body_that_no_follower_can_apply_is_named(
    sumedang: OwnerData, tmp_path: Path, bodies: list[tuple[EventKind, object]], complaint: str
) -> None:
    toy = ToyOwner("32.11", list(sumedang[0]), sumedang[1])
    for kind, body in bodies:
        append_entry(toy, kind, to_document(body))
    async with toy.running():
        verdicts = {
            verdict.promise: verdict
            for verdict in await check_conformance(endpoint(toy, tmp_path), "32.11")
        }
    assert not verdicts["bodies"].passed
    assert verdicts["bodies"].detail.startswith(f"entry {toy.entries[-1].sequence}: {complaint}")
    broken = {name for name, verdict in verdicts.items() if not verdict.passed}
    assert broken == {"bodies"}


@pytest.mark.parametrize("promise", BROKEN)
async def test_a_promise_that_is_broken_fails_its_row(
    sumedang: OwnerData, tmp_path: Path, promise: str
) -> None:
    change, complaint = BROKEN[promise]
    toy = ToyOwner("32.11", list(sumedang[0]), sumedang[1])
    change(toy)
    async with toy.running():
        verdicts = {
            verdict.promise: verdict
            for verdict in await check_conformance(
                endpoint(toy, tmp_path), "32.11", heartbeat_seconds=1.5
            )
        }
    assert not verdicts[promise].passed
    assert complaint in verdicts[promise].detail


def test_every_promise_is_broken_here() -> None:
    assert set(BROKEN) == set(PROMISES)


async def test_an_unreachable_owner_is_reported(tmp_path: Path) -> None:
    unreachable = Endpoint("ws://127.0.0.1:9/graphql", ("32.11",), private=True)
    first, *other_verdicts = await check_conformance(unreachable, "32.11")
    assert (first.promise, first.passed) == (CONNECTS, False)
    assert {verdict.detail for verdict in other_verdicts} == {"not looked at"}
    refused = await check_conformance(replace(unreachable, private=False), "32.11")
    assert "no address that may be connected to" in refused[0].detail


async def test_our_own_node_passes_by_the_command(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    node = await SimpulInstance(tmp_path / "node").prepare("32.11")
    node.serve(simpul_process)
    secret = tmp_path / "token"
    secret.write_text(node.token())
    arguments = ("--region", "32.11", "--token-file", str(secret), "--private", "--json")
    command = await asyncio.create_subprocess_exec(
        SIMPUL, "conformance", node.url, *arguments, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await command.communicate()
    promises = json.loads(output)["promises"]
    assert [promise for promise in promises if not promise["passed"]] == []
    assert command.returncode == 0
    assert [promise["promise"] for promise in promises] == [CONNECTS, *PROMISES]
