"""`simpul hand-over` says why a region stays here, takes an offer back, and `check` names offers."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from engine.document import to_document
from engine.identifier import region_id
from engine.log.source import RegionHandover
from engine.model import EventKind
from hub.cli.known_messages import HANDOVER_ERRORS, translate_message
from hub.exit_codes import ExitCode
from hub.instance import open_instance
from hub.settings import Settings
from resolvers import handover_error
from storage import log
from tests.hub.cli.commands import Commands

URL = "https://node.example.go.id/graphql"
OTHER_URL = "https://other.example.go.id/graphql"


async def append_offer(data_dir: Path) -> int:
    """Offer Sumedang as an interrupted command leaves it; return the sequence of the offer."""
    async with (
        open_instance(Settings(data_dir=data_dir)) as instance,
        log.begin_log_transaction(instance.database, "32.11", instance.clock) as transaction,
    ):
        entry = await transaction.append(
            actor="simpul hand-over",
            kind=EventKind.HANDOVER_OFFERED,
            subject=region_id("32.11"),
            body=to_document(RegionHandover("32.11", URL)),
        )
        return entry.sequence


def test_an_offer_that_stands_is_named_and_taken_back(filled_data_dir: Path) -> None:
    simpul = Commands(filled_data_dir)
    assert json.loads(simpul("check", "--json").stdout)["offers"] == []
    sequence = asyncio.run(append_offer(filled_data_dir))
    line = f"Region 32.11 is offered to {URL} by entry {sequence}."
    assert simpul("check").stdout.splitlines()[1:] == [line]

    other = simpul("hand-over", "32.11", OTHER_URL)
    assert (other.exit_code, other.stdout) == (ExitCode.STATE, "")
    assert f"region 32.11 is offered to {URL} by entry {sequence}: complete" in other.stderr
    unlisted = simpul("hand-over", "32.11", URL)
    assert (unlisted.exit_code, unlisted.stdout) == (ExitCode.STATE, "")
    assert f"expected {URL} as the endpoint of region 32.11 in the file of" in unlisted.stderr

    assert json.loads(simpul("hand-over", "32.11", "--take-back", "--json").stdout) == {
        "region": "32.11",
        "sequence": sequence + 1,
    }
    repeated = simpul("hand-over", "32.11", "--take-back")
    assert (repeated.exit_code, repeated.stdout) == (ExitCode.STATE, "")
    assert "region 32.11 is not offered to any instance" in repeated.stderr


@pytest.mark.parametrize("arguments", [[], [URL, "--take-back"]])
def test_a_hand_over_needs_a_new_owner_or_takes_an_offer_back(
    filled_data_dir: Path, arguments: list[str]
) -> None:
    refused = Commands(filled_data_dir)("hand-over", "32.11", *arguments)
    assert (refused.exit_code, refused.stdout) == (ExitCode.INPUT, "")
    assert "expected the SIMPUL_URL of the new owner or --take-back" in refused.stderr


@pytest.mark.parametrize(
    "error",
    [
        handover_error.SelfHandover(URL),
        handover_error.TargetNotListed("32.11", URL, None),
        handover_error.TargetNotListed("32.11", URL, OTHER_URL),
        handover_error.TargetUnreachable(URL, "no connection: [Errno 111]"),
        handover_error.TargetBehind("32.11", URL, 12, 10),
        handover_error.TargetDiverged("32.11", URL, 12),
        handover_error.TargetUnwilling("32.11", URL, None),
        handover_error.TargetUnwilling("32.11", URL, OTHER_URL),
        handover_error.OtherOfferStands("32.11", URL, 12),
        handover_error.OfferNotAccepted("32.11", URL, 12, 0.5, "its copy is not ready"),
        handover_error.OfferWithdrawn("32.11", 12),
        handover_error.NoStandingOffer("32.11"),
    ],
)
def test_each_reason_is_translated(
    error: handover_error.HandoverError, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "id")
    translated = translate_message(str(error), HANDOVER_ERRORS)
    assert translated != str(error)
    assert "expected" not in translated
    assert URL not in str(error) or URL in translated
