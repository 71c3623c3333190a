"""Decisions on consolidation proposals, and when they reopen."""

from __future__ import annotations

import pytest

from tests.api import two_provinces
from tests.api.hub import Hub
from tests.api.proposals import OFFICE, decide, read_proposals


async def test_a_rejected_proposal_is_hidden_until_its_inputs_change(any_hub: Hub) -> None:
    [before] = await read_proposals(any_hub)
    answer = await decide(any_hub, "REJECT", reason="Masih dipakai")
    decision = {"choice": "REJECT", "reason": "Masih dipakai"}
    decision["inputsHash"] = before["inputsHash"]
    assert answer == {
        "__typename": "ProposalDecision",
        "proposalId": before["id"],
        **decision,
    }
    assert await read_proposals(any_hub) == []
    [rejected] = await read_proposals(any_hub, status="REJECTED")
    assert rejected == before | {"status": "REJECTED", "decision": decision}

    # An edit of an unrelated object does not reopen it; an edit of its basis does.
    fields = {"id": "32.11:application-health", "version": 1, "platform": "web"}
    await any_hub.change("updateApplication", two_provinces.REGION, **fields)
    assert await read_proposals(any_hub) == []
    fields = {"id": OFFICE, "version": 1, "name": "E-Office Sumedang"}
    await any_hub.change("updateApplication", two_provinces.REGION, **fields)
    [reopened] = await read_proposals(any_hub)
    assert (reopened["id"], reopened["status"], reopened["decision"]) == (
        before["id"],
        "OPEN",
        decision,
    )
    assert reopened["inputsHash"] != before["inputsHash"]


@pytest.mark.parametrize(
    ("choice", "status"), [("ACCEPT", "ACCEPTED"), ("DEFER", "DEFERRED"), ("REJECT", "REJECTED")]
)
async def test_a_decision_sets_the_status_of_a_proposal(hub: Hub, choice: str, status: str) -> None:
    await decide(hub, choice, reason="Alasan")
    assert [proposal["status"] for proposal in await read_proposals(hub, status=status)] == [status]
    assert await read_proposals(hub, status="OPEN") == []


async def test_the_latest_decision_counts(hub: Hub) -> None:
    await decide(hub, "DEFER")
    await decide(hub, "ACCEPT")
    [proposal] = await read_proposals(hub)
    assert (proposal["status"], proposal["decision"]["choice"]) == ("ACCEPTED", "ACCEPT")


async def test_a_rejection_without_a_reason_changes_nothing(hub: Hub) -> None:
    before = await hub.list_all_rows()
    assert await decide(hub, "REJECT", reason=" ") == {
        "__typename": "InvalidInput",
        "field": "reason",
        "expected": "1 to 2000 characters",
        "got": "0",
    }
    assert await hub.list_all_rows() == before


async def test_a_decision_on_outdated_inputs_changes_nothing(hub: Hub) -> None:
    [proposal] = await read_proposals(hub)
    fields = {"id": OFFICE, "version": 1, "name": "E-Office Sumedang"}
    await hub.change("updateApplication", two_provinces.REGION, **fields)
    before = await hub.list_all_rows()
    target = {"proposalId": proposal["id"], "inputsHash": proposal["inputsHash"]}
    answer = await hub.change("decideProposal", two_provinces.REGION, choice="ACCEPT", **target)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "inputsHash")
    assert await hub.list_all_rows() == before


async def test_a_decision_on_an_unknown_proposal_or_region_changes_nothing(hub: Hub) -> None:
    before = await hub.list_all_rows()
    for id, unknown_id in (
        ("none", "none"),
        (OFFICE, OFFICE),  # not the id of a proposal
        ("32.11:proposal-none", "32.11:proposal-none"),
        ("99:proposal-none", "99"),
    ):
        fields = {"proposalId": id, "inputsHash": "none", "choice": "ACCEPT"}
        answer = await hub.change("decideProposal", two_provinces.REGION, **fields)
        assert answer == {"__typename": "NotFound", "id": unknown_id}
    assert await hub.list_all_rows() == before


async def test_a_repeated_decision_with_the_same_key_is_one_entry(hub: Hub) -> None:
    first = await decide(hub, "ACCEPT", idempotencyKey="a")
    before = await hub.list_all_rows()
    assert await decide(hub, "ACCEPT", idempotencyKey="a") == first
    assert await hub.list_all_rows() == before


async def test_a_decision_is_an_event(hub: Hub) -> None:
    after = await hub.cursor()
    answer = await decide(hub, "DEFER")
    query = "query ($after: Cursor) { events(after: $after) { nodes { eventKind "
    query += "... on LogEntryAppended { subjectId } } } }"
    events = (await hub.query_data(query, after=after))["events"]["nodes"]
    assert events == [{"eventKind": "PROPOSAL_DECIDED", "subjectId": answer["proposalId"]}]
