"""`simpul conformance` passes an owner that fulfils the contract, and fails one that breaks it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.document import to_document
from engine.log.entry import Entry, seal_entry
from engine.log.entry_types import Claimed
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
)
from regions import conformance
from regions.conformance import CONNECTS, PROMISES, check_conformance
from regions.directory import Endpoint
from tests.fixtures.processes import SIMPUL, StartSimpul
from tests.regions.instances import Place
from tests.regions.toy_owner import Answer, Toy

pytestmark = pytest.mark.integration

NODE = "https://node.example.go.id/graphql"

Owned = tuple[list[Entry], list[SnapshotRow]]
Break = Callable[[Toy], None]


def _break(**faults: Callable[[Answer], Answer | None]) -> Break:
    def apply(toy: Toy) -> None:
        for name, fault in faults.items():
            setattr(toy, name, fault)

    return apply


def _in_entry(number: int, **changed: Any) -> Break:
    """Change fields of an entry, in whichever frame it is sent."""

    def fault(answer: Answer) -> Answer:
        entries = [
            {**each, **changed} if each["sequence"] == number else each
            for each in answer["entries"]
        ]
        return {**answer, "entries": entries}

    return _break(on_frame=fault)


def _without(number: int) -> Break:
    def fault(answer: Answer) -> Answer:
        left = [each for each in answer["entries"] if each["sequence"] != number]
        return {**answer, "entries": left}

    return _break(on_frame=fault)


def _forgets_where_it_was(toy: Toy) -> None:
    """Make a client that resumes after entry 19 get entry 21."""
    everything = toy.entries

    def fault(answer: Answer) -> Answer:
        entries = answer["entries"]
        if entries and entries[0]["sequence"] == len(everything) // 2 + 1:
            return {**answer, "entries": entries[1:]}
        return answer

    toy.page = len(everything) // 2 + 5
    toy.on_frame = fault


def _moves_on_between_pages(toy: Toy) -> None:
    positions = iter((-1, *[-2] * 100))

    def fault(answer: Answer) -> Answer:
        newest = toy.entries[next(positions)]
        sequence, hash = newest.sequence, newest.hash
        return {**answer, "newest": {**answer["newest"], "sequence": sequence, "hash": hash}}

    toy.on_page = fault


def _beats_once(toy: Toy) -> None:
    toy.beat_seconds = 60


def _bodies_of_another_type(toy: Toy) -> None:
    """Replace a body by one of another type, with a valid hash."""
    append(toy, toy.entries[-1].kind, {"name": "Uji"})


def append(toy: Toy, kind: EventKind, body: Mapping[str, Any]) -> None:
    last = toy.entries[-1]
    toy.entries.append(
        seal_entry(
            region=last.region,
            sequence=last.sequence + 1,
            at=last.at,
            actor=last.actor,
            kind=kind,
            subject=last.subject,
            visibility=last.visibility,
            body=body,
            previous_hash=last.hash,
        )
    )


BROKEN: dict[str, tuple[Break, str]] = {
    "version": (_break(on_head=lambda it: {**it, "version": 2}), "version 1 of the feed contract"),
    "order without gaps": (_without(5), "expected entry 5, got 6"),
    "hash chain": (_in_entry(7, actor="another actor"), "header does not match its hash"),
    "head": (_break(on_head=lambda it: {**it, "hash": "0" * 64}), "expected the hash of entry"),
    "owner": (_break(on_head=lambda it: {**it, "owner": "node"}), "expected the address of an API"),
    "bodies": (_bodies_of_another_type, "Field required"),
    "resume": (_forgets_where_it_was, "expected entry 20 as before"),
    "heartbeat": (_beats_once, "no frame within"),
    "snapshot": (_moves_on_between_pages, "expected all pages as of entry"),
    "error: unknown region": (
        _break(on_refusal=lambda it: {**it, "extensions": {"code": "OOPS"}}),
        "expected an error with code NOT_FOUND, got OOPS",
    ),
    "error: argument out of bounds": (
        _break(on_refusal=lambda it: {"message": "no"}),
        "expected an error with code INVALID_ARGUMENT",
    ),
    "error: without a token": (_break(on_refusal=lambda _: None), "code FORBIDDEN, got {"),
}


def endpoint(toy: Toy, folder: Path) -> Endpoint:
    secret = folder / "token"
    secret.write_text(toy.token)
    return Endpoint(toy.url, (toy.region,), private=True, token_file=secret)


async def test_an_owner_of_any_make_passes(sumedang: Owned, tmp_path: Path) -> None:
    async with Toy("32.11", *sumedang).running() as toy:
        found = await check_conformance(endpoint(toy, tmp_path), "32.11")
    assert [each.promise for each in found] == [CONNECTS, *PROMISES]
    assert [each for each in found if not each.kept] == []


@pytest.mark.parametrize(
    ("owner", "names_owners", "seen"),
    [
        (None, True, "the endpoint"),
        (NODE, True, NODE),
        (None, False, "the endpoint: its schema names no owner"),
    ],
)
async def test_an_endpoint_may_name_the_owner_of_a_region(
    sumedang: Owned, tmp_path: Path, owner: str | None, names_owners: bool, seen: str
) -> None:
    toy = Toy("32.11", *sumedang, owner=owner, names_owners=names_owners)
    async with toy.running():
        found = await check_conformance(endpoint(toy, tmp_path), "32.11")
    assert [each for each in found if not each.kept] == []
    assert {each.promise: each.said for each in found}["owner"] == seen


@pytest.mark.parametrize("kept", [3, 1])
async def test_an_owner_that_keeps_no_whole_log_passes(
    sumedang: Owned, tmp_path: Path, kept: int
) -> None:
    entries, rows = sumedang
    toy = Toy("32.11", entries, rows, kept_from=len(entries) - kept + 1)
    async with toy.running():
        found = await check_conformance(endpoint(toy, tmp_path), "32.11")
    assert [each for each in found if not each.kept] == []
    said = {each.promise: each.said for each in found}
    assert said["hash chain"] == "1 hashes, each over the one before"
    assert said["resume"] == "no entry has come since the snapshot"


ASSESSMENT = Assessment(
    id="assessment-1",
    region="32.11",
    instrument="spbe-2020",
    year=2026,
    kind=AssessmentKind.SELF,
    state=AssessmentState.DRAFT,
    version=1,
    provenance=Provenance("test"),
)
OPD_OF_ANOTHER = Opd("opd-1", "32.12", "Dinas", "Dinas", Provenance("test"))
OF_NO_OPD = Application(
    "application-1", "32.11", "opd-2", "Uji", ApplicationStatus.ACTIVE, 1, Provenance("test")
)
UNFIT: list[tuple[list[tuple[EventKind, object]], str]] = [
    ([(EventKind.OPD_RECORDED, OPD_OF_ANOTHER)], "expected region 32.11, got 32.12"),
    (
        [(EventKind.APPLICATION_REGISTERED, OF_NO_OPD)],
        "expected what it refers to before it, got opd-2 without",
    ),
    (
        [(EventKind.ASSESSMENT_STARTED, replace(ASSESSMENT, instrument="spbe-2030"))],
        "expected one of the instruments spbe-2018, spbe-2020, pemdi-2026, got spbe-2030",
    ),
    (
        [(EventKind.ASSESSMENT_STARTED, replace(ASSESSMENT, levels=(LevelClaim(1, 6),)))],
        "it has no score: indicator 1",
    ),
    (
        [
            (EventKind.ASSESSMENT_STARTED, ASSESSMENT),
            (EventKind.LEVEL_CLAIMED, Claimed("assessment-1", 2, LevelClaim(48, 1))),
        ],
        "it has no score: indicator 48",
    ),
]


@pytest.mark.parametrize(("bodies", "said"), UNFIT, ids=[said for _, said in UNFIT])
async def test_a_body_that_no_follower_could_take_is_named(
    sumedang: Owned, tmp_path: Path, bodies: list[tuple[EventKind, object]], said: str
) -> None:
    toy = Toy("32.11", list(sumedang[0]), sumedang[1])
    for kind, body in bodies:
        append(toy, kind, to_document(body))
    async with toy.running():
        found = {
            each.promise: each for each in await check_conformance(endpoint(toy, tmp_path), "32.11")
        }
    assert not found["bodies"].kept
    assert found["bodies"].said.startswith(f"entry {toy.entries[-1].sequence}: {said}")
    broken = {name for name, each in found.items() if not each.kept}
    assert broken == {"bodies"}


@pytest.mark.parametrize("promise", BROKEN)
async def test_a_promise_that_is_broken_fails_its_row(
    sumedang: Owned, tmp_path: Path, promise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conformance, "HEARTBEAT_SECONDS", 1.5)
    broken, said = BROKEN[promise]
    toy = Toy("32.11", list(sumedang[0]), sumedang[1])
    broken(toy)
    async with toy.running():
        found = {
            each.promise: each for each in await check_conformance(endpoint(toy, tmp_path), "32.11")
        }
    assert not found[promise].kept
    assert said in found[promise].said


def test_every_promise_is_broken_here() -> None:
    assert set(BROKEN) == set(PROMISES)


async def test_an_unreachable_owner_is_reported(tmp_path: Path) -> None:
    gone = Endpoint("ws://127.0.0.1:9/graphql", ("32.11",), private=True)
    first, *others = await check_conformance(gone, "32.11")
    assert (first.promise, first.kept) == (CONNECTS, False)
    assert {each.said for each in others} == {"not looked at"}
    refused = await check_conformance(replace(gone, private=False), "32.11")
    assert "no address that may be connected to" in refused[0].said


async def test_our_own_node_passes_by_the_command(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    node = await Place(tmp_path / "node").prepare("32.11")
    node.serve(simpul_process)
    secret = tmp_path / "token"
    secret.write_text(node.token())
    arguments = ("--region", "32.11", "--token-file", str(secret), "--private", "--json")
    command = await asyncio.create_subprocess_exec(
        SIMPUL, "conformance", node.url, *arguments, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await command.communicate()
    assert command.returncode == 0
    promises = json.loads(output)["promises"]
    assert [each["promise"] for each in promises] == [CONNECTS, *PROMISES]
