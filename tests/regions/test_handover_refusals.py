"""The owner's side of a hand-over: what is checked before the offer, and what an offer allows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from engine.model import EventKind
from hub.instance import open_instance
from hub.settings import Settings
from regions.endpoint_directory import Endpoint, EndpointDirectory
from resolvers.context import Instance
from resolvers.handover import CompletedHandover, hand_over_region, take_back_offer
from resolvers.handover_error import HandoverError, NoStandingOffer, OfferWithdrawn
from storage import handover, log_entries
from storage.log import LogNotFound, LogOwnedElsewhere
from tests.fixtures.eventually import eventually
from tests.regions.followed_owners import OwnerData
from tests.regions.toy_owner import Response, ToyOwner

SUMEDANG = "32.11"
OWN_URL = "https://hub.example.go.id/graphql"
OTHER_URL = "wss://other.example.go.id/graphql"


@dataclass
class Scene:
    """An owner in the process of the test, and a new owner that states what the test wants."""

    instance: Instance
    target: ToyOwner
    directory: EndpointDirectory

    async def hand_over(self, url: str = "", seconds: float = 0.0) -> CompletedHandover:
        return await hand_over_region(
            self.instance, SUMEDANG, url or self.target.url, self.directory, seconds
        )

    async def read_kinds(self) -> list[EventKind]:
        """Return the kinds of the entries about hand-overs, in order."""
        async with self.instance.database.read() as session:
            entries = await log_entries.list_applicable_entries(session, SUMEDANG)
        return [entry.kind for entry in entries if "HAND" in entry.kind.value]

    async def update_target(self) -> None:
        """Give the new owner the whole log."""
        async with self.instance.database.read() as session:
            self.target.entries = await log_entries.list_log_entries(session, SUMEDANG)

    async def read_standing_offer(self) -> int:
        async with self.instance.database.read() as session:
            offer = await handover.find_standing_offer(session, SUMEDANG)
        assert offer is not None
        return offer.sequence


@pytest.fixture
async def scene(filled_data_dir: Path, sumedang: OwnerData, secret: Path) -> AsyncIterator[Scene]:
    target = ToyOwner(SUMEDANG, list(sumedang[0]), sumedang[1])
    settings = Settings(data_dir=filled_data_dir, url=OWN_URL)
    async with target.running(), open_instance(settings) as instance:
        target.on_head = lambda head: {**head, "handoverUrl": target.url}
        endpoint = Endpoint(target.url, (SUMEDANG,), private=True, token_file=secret)
        yield Scene(instance, target, EndpointDirectory((endpoint,)))


def _lack_entries(scene: Scene) -> None:
    scene.target.entries = scene.target.entries[:-2]


def _edit_newest_entry(scene: Scene) -> None:
    newest = scene.target.entries[-1]
    scene.target.entries = [*scene.target.entries[:-1], replace(newest, hash="0" * 64)]


def _follow_elsewhere(scene: Scene) -> None:
    endpoint = replace(scene.directory.endpoints[0], url=OTHER_URL)
    scene.directory = EndpointDirectory((endpoint,))


def _follow_nowhere(scene: Scene) -> None:
    scene.directory = EndpointDirectory()


def _refuse_token(scene: Scene) -> None:
    scene.target.token = "another"


def _state_handover_url(url: str | None) -> Callable[[Scene], None]:
    def apply(scene: Scene) -> None:
        def change(head: Response) -> Response:
            return {**head, "handoverUrl": url}

        scene.target.on_head = change

    return apply


REFUSALS: dict[str, tuple[Callable[[Scene], None], str]] = {
    "not listed": (_follow_nowhere, "expected .+ as the endpoint of region 32.11 .+, got none: "),
    "another endpoint": (_follow_elsewhere, f"as the endpoint of region 32.11 .+, got {OTHER_URL}"),
    "refused token": (_refuse_token, "expected a response of .+, got none: FORBIDDEN: no; start"),
    "behind": (
        _lack_entries,
        "expected a copy of region 32.11 up to entry {length} .+ up to entry {shorter}:",
    ),
    "diverged": (
        _edit_newest_entry,
        "expected our entry {length} of region 32.11 .+, got another one",
    ),
    "unwilling": (_state_handover_url(None), "accepts region 32.11, but it does not: list"),
    "another URL": (_state_handover_url(OTHER_URL), f"as SIMPUL_URL of .+, got {OTHER_URL}: use"),
}


@pytest.mark.parametrize("kind", REFUSALS)
async def test_a_target_that_is_not_ready_changes_nothing(scene: Scene, kind: str) -> None:
    change, template = REFUSALS[kind]
    length = len(scene.target.entries)
    change(scene)
    message = template.format(length=length, shorter=length - 2)
    with pytest.raises(HandoverError, match=message):
        await scene.hand_over()
    assert await scene.read_kinds() == []


async def test_a_region_is_handed_over_only_by_its_owner_and_to_another(scene: Scene) -> None:
    with pytest.raises(HandoverError, match="got our own: wss://hub.example.go.id/graphql"):
        await scene.hand_over("wss://hub.example.go.id/graphql")
    with pytest.raises(LogNotFound):
        await hand_over_region(scene.instance, "99.99", scene.target.url, scene.directory)
    with pytest.raises(NoStandingOffer):
        await take_back_offer(scene.instance, SUMEDANG)
    assert await scene.read_kinds() == []


async def test_an_offer_without_acknowledgement_stands_and_is_taken_back_or_resumed(
    scene: Scene,
) -> None:
    length = len(scene.target.entries)
    refusal = f"but it does not: its copy ends at entry {length}; the region is still owned here"
    with pytest.raises(HandoverError, match=refusal):
        await scene.hand_over()
    offer = await scene.read_standing_offer()
    assert offer == length + 1
    with pytest.raises(HandoverError, match=f"is offered to {scene.target.url} by entry {offer}:"):
        await scene.hand_over(OTHER_URL)
    assert await take_back_offer(scene.instance, SUMEDANG) == length + 2
    with pytest.raises(NoStandingOffer):
        await take_back_offer(scene.instance, SUMEDANG)

    await scene.update_target()
    scene.target.accepted_offer = offer  # an acknowledgement of the offer that was taken back
    with pytest.raises(
        HandoverError, match=f"accepts entry {length + 3}, which offers it region 32.11"
    ):
        await scene.hand_over()
    scene.target.accepted_offer = await scene.read_standing_offer()
    await scene.update_target()
    completed = await scene.hand_over()
    assert completed == CompletedHandover(
        SUMEDANG, scene.target.url, length + 4, is_confirmed=False
    )
    assert await scene.read_kinds() == [
        EventKind.HANDOVER_OFFERED,
        EventKind.HANDOVER_WITHDRAWN,
        EventKind.HANDOVER_OFFERED,
        EventKind.REGION_HANDED_OVER,
    ]
    with pytest.raises(LogOwnedElsewhere, match=scene.target.url):
        await take_back_offer(scene.instance, SUMEDANG)
    with pytest.raises(LogOwnedElsewhere, match=scene.target.url):
        await scene.hand_over()


async def test_an_offer_that_is_taken_back_meanwhile_is_not_completed(scene: Scene) -> None:
    command = asyncio.create_task(scene.hand_over(seconds=60))
    offer = await eventually(scene.read_standing_offer)
    await scene.update_target()
    await take_back_offer(scene.instance, SUMEDANG)
    scene.target.accepted_offer = offer
    with pytest.raises(OfferWithdrawn):
        await command
    assert await scene.read_kinds() == [EventKind.HANDOVER_OFFERED, EventKind.HANDOVER_WITHDRAWN]


async def test_an_acknowledgement_without_the_offer_completes_nothing(scene: Scene) -> None:
    command = asyncio.create_task(scene.hand_over(seconds=0.5))
    offer = await eventually(scene.read_standing_offer)
    scene.target.accepted_offer = offer  # its copy ends before the offer
    with pytest.raises(HandoverError, match=f"its copy ends at entry {offer - 1}"):
        await command
    assert await scene.read_kinds() == [EventKind.HANDOVER_OFFERED]


async def test_a_target_that_is_gone_after_the_offer_leaves_the_region_here(scene: Scene) -> None:
    command = asyncio.create_task(scene.hand_over(seconds=0.5))
    await eventually(scene.read_standing_offer)
    scene.target.token = "another"  # it refuses all later requests
    with pytest.raises(
        HandoverError, match="it does not: FORBIDDEN: no; the region is still owned"
    ):
        await command
    assert await scene.read_kinds() == [EventKind.HANDOVER_OFFERED]
