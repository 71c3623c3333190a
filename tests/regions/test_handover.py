"""A region is handed over by an offer, an acknowledgement and a last entry, and never stranded."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.model import EventKind, Role
from hub.instance import open_instance
from resolvers.handover_error import (
    TargetUnreachable,
    TargetUnwilling,
)
from storage import log_entries
from storage.log import LogOwnedElsewhere
from tests.fixtures.processes import StartSimpul
from tests.hub.live_client import client
from tests.regions.instances import SimpulInstance, wait_until_replicated, wait_until_state

pytestmark = pytest.mark.integration

SUMEDANG = "32.11"
DISHUB = "32.11:opd-dishub"
REGISTER = """mutation ($input: RegisterApplicationInput!) { registerApplication(input: $input) {
  __typename ... on OwnedElsewhere { ownerUrl } ... on Application { id } } }"""


async def test_a_region_is_handed_over_to_its_own_node_and_back(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    hub = await SimpulInstance(tmp_path / "hub").prepare(SUMEDANG)
    node = await SimpulInstance(tmp_path / "node").prepare()
    hub.follow((node, [SUMEDANG]))
    node.follow((hub, [SUMEDANG]))
    hub.serve(simpul_process)
    with pytest.raises(TargetUnreachable, match="no connection"):
        await hub.hand_over(SUMEDANG, node)
    node.serve(simpul_process)
    await wait_until_replicated(node, hub, SUMEDANG)
    async with (
        client(hub.running, Role.PROVINCE) as hub_client,
        client(node.running, Role.PROVINCE) as node_client,
    ):

        async def check_only_owner_accepts(owner: SimpulInstance, name: str) -> None:
            """Check that the instance that does not own the region refuses, and names the owner."""
            for instance, instance_client in ((hub, hub_client), (node, node_client)):
                change = {"regionCode": SUMEDANG, "opdId": DISHUB, "name": name}
                answer = await instance_client.ask(REGISTER, input=change)
                if instance is owner:
                    assert "id" in answer["registerApplication"], answer
                else:
                    assert answer["registerApplication"]["ownerUrl"] == owner.http_url

        await wait_until_state(node_client, SUMEDANG, "FRESH")
        length = await hub.count_entries(SUMEDANG)
        with pytest.raises(TargetUnwilling, match="list the region there in accept_handover"):
            await hub.hand_over(SUMEDANG, node, seconds=0.1)
        assert await hub.count_entries(SUMEDANG) == length

        node.follow((hub, [SUMEDANG]), accept_handover=[SUMEDANG])
        completed = await hub.hand_over(SUMEDANG, node)
        assert (completed.sequence, completed.is_confirmed) == (length + 2, True)
        assert await wait_until_state(node_client, SUMEDANG, "OWNED")
        assert await node.count_entries(SUMEDANG) == length + 2
        await check_only_owner_accepts(node, "Di simpul")
        await wait_until_state(hub_client, SUMEDANG, "FRESH")
        with pytest.raises(LogOwnedElsewhere, match=node.url):
            await hub.hand_over(SUMEDANG, node)
        await wait_until_replicated(hub, node, SUMEDANG)

        hub.follow((node, [SUMEDANG]), accept_handover=[SUMEDANG])
        assert (await node.hand_over(SUMEDANG, hub)).is_confirmed
        await check_only_owner_accepts(hub, "Kembali")
        await wait_until_state(node_client, SUMEDANG, "FRESH")
    await wait_until_replicated(node, hub, SUMEDANG)
    for instance in (hub, node):
        assert await read_handover_kinds(instance) == [
            EventKind.HANDOVER_OFFERED,
            EventKind.REGION_HANDED_OVER,
            EventKind.HANDOVER_OFFERED,
            EventKind.REGION_HANDED_OVER,
        ]


async def read_handover_kinds(simpul: SimpulInstance) -> list[EventKind]:
    """Return the kinds of the entries about hand-overs, in order, of a log whose chain is valid."""
    async with open_instance(simpul.settings) as instance, instance.database.read() as session:
        assert await log_entries.verify_log_chain(session, SUMEDANG) > 0
        entries = await log_entries.list_applicable_entries(session, SUMEDANG)
        return [entry.kind for entry in entries if "HAND" in entry.kind.value]
