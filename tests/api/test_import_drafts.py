"""An uploaded file waits for an hour, for the viewer who uploaded it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.model import Role, Viewer
from resolvers.import_draft import DRAFT_BYTES_MOST, DRAFT_LIFETIME, DRAFTS_MOST, add_draft
from resolvers.problems import Forbidden, NotFound, TooManyDrafts
from tests.api.hub import Clock, Hub
from tests.api.imported_files import (
    FILE,
    preview_or_none,
    upload,
)
from tests.api.two_provinces import ADMIN, OPD, OTHER_REGION, PROVINCE, PUBLIC, REGION


async def test_only_the_viewer_who_uploaded_a_file_has_it_and_only_for_an_hour(
    hub: Hub,
) -> None:
    id = await upload(hub, FILE)
    for viewer in (PUBLIC, OPD, PROVINCE, ADMIN, OTHER_REGION):
        assert await preview_or_none(hub, id, viewer) is None
    refused = await hub.change("importApplications", ADMIN, draftId=id, version=1)
    assert (refused["__typename"], refused["id"]) == ("NotFound", id)
    clock = hub.instance.clock
    assert isinstance(clock, Clock)
    clock.now += DRAFT_LIFETIME - timedelta(seconds=10)
    assert await preview_or_none(hub, id) is not None
    clock.now += timedelta(seconds=10)
    assert await preview_or_none(hub, id) is None
    await upload(hub, FILE)
    assert len((await hub.list_all_rows())["import_draft"]) == 1


async def test_a_viewer_has_five_waiting_files_with_sixty_megabytes_at_most(hub: Hub) -> None:
    context = hub.context(REGION)
    with pytest.raises(TooManyDrafts):
        await add_draft(context, "32.11", "besar.csv", bytes(DRAFT_BYTES_MOST + 1))
    for _ in range(DRAFTS_MOST):
        await upload(hub, FILE)
    with pytest.raises(TooManyDrafts):
        await upload(hub, FILE)
    await upload(hub, FILE, PROVINCE)


async def test_a_viewer_lists_and_discards_the_own_waiting_files(hub: Hub) -> None:
    clock = hub.instance.clock
    assert isinstance(clock, Clock)
    ids = []
    for _ in range(DRAFTS_MOST):
        ids.insert(0, await upload(hub, FILE))
        clock.now += timedelta(seconds=1)
    query = "{ importDrafts { id fileName size region { code } } }"
    files = (await hub.query_data(query, REGION))["importDrafts"]
    assert files == [
        {"id": id, "fileName": "daftar.csv", "size": len(FILE), "region": {"code": "32.11"}}
        for id in ids
    ]
    other = await hub.change("discardImportDraft", ADMIN, draftId=ids[0])
    assert (other["__typename"], other["id"]) == ("NotFound", ids[0])
    discarded = await hub.change("discardImportDraft", REGION, draftId=ids[0])
    assert discarded == {"__typename": "DiscardedImportDraft", "id": ids[0]}
    assert await preview_or_none(hub, ids[0]) is None
    again = await upload(hub, FILE)
    files = (await hub.query_data(query, REGION))["importDrafts"]
    assert [file["id"] for file in files] == [again, *ids[1:]]
    for viewer in (PUBLIC, ADMIN):
        assert await hub.query_data(query, viewer) == {"importDrafts": []}


async def test_a_file_is_taken_only_for_a_region_into_which_the_viewer_may_write(
    hub: Hub,
) -> None:
    with pytest.raises(NotFound):
        await upload(hub, FILE, ADMIN, "99.99")
    no_opd = Viewer("ani", Role.OPD, frozenset({"32.11"}))
    for viewer in (PUBLIC, OTHER_REGION, no_opd):
        with pytest.raises(Forbidden):
            await upload(hub, FILE, viewer)
    assert (await hub.list_all_rows())["import_draft"] == []
