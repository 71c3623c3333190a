"""Accounts over GraphQL: who sees, invites, changes and withdraws whom."""

from __future__ import annotations

from engine.account import AuditAction, CodePurpose
from engine.model import PUBLIC_VIEWER, Viewer
from resolvers.account_acts import create_sign_in_link
from storage.access_token import find_token
from storage.account import find_account
from storage.audit import list_audit_after
from storage.one_time_code import find_code
from storage.secret import secret_digest
from tests.api.accounts import DINKES, DISKOMINFO, add_open_session, add_people
from tests.api.hub import Hub

ACCOUNTS = (
    "query ($search: String, $role: Role, $regionCode: ID, $state: AccountState, "
    "$kind: AccountKind, $first: Int, $after: Cursor) { accounts(search: $search, role: $role, "
    "regionCode: $regionCode, state: $state, kind: $kind, first: $first, after: $after) "
    "{ totalCount nodes { id } pageInfo { hasNextPage endCursor } } }"
)
ACCOUNT = "query ($id: ID!) { account(id: $id) { id } }"


async def listed(hub: Hub, viewer: Viewer, **filters: object) -> list[str]:
    answer = (await hub.query_data(ACCOUNTS, viewer, **filters))["accounts"]
    ids = [node["id"] for node in answer["nodes"]]
    assert answer["totalCount"] == len(ids)
    return ids


async def test_each_viewer_lists_the_accounts_whose_right_it_may_give(any_hub: Hub) -> None:
    viewers = await add_people(any_hub)
    assert await listed(any_hub, viewers["admin"]) == sorted(viewers)
    in_province = ["assessor", "bandung", "dinkes", "province", "sumedang"]
    assert await listed(any_hub, viewers["province"]) == in_province
    assert await listed(any_hub, viewers["sumedang"]) == ["dinkes", "sumedang"]
    assert await listed(any_hub, viewers["bandung"]) == ["bandung"]
    for viewer in (PUBLIC_VIEWER, viewers["assessor"], viewers["dinkes"]):
        assert await any_hub.refusal(ACCOUNTS, viewer) == "FORBIDDEN"


async def test_filters_restrict_the_list_without_leaking_others(any_hub: Hub) -> None:
    viewers = await add_people(any_hub)
    coordinator, admin = viewers["sumedang"], viewers["admin"]
    assert await listed(any_hub, coordinator, search="SEMARANG") == []
    assert await listed(any_hub, coordinator, search="of dink") == ["dinkes"]
    assert await listed(any_hub, coordinator, search="dinkes@example") == ["dinkes"]
    assert await listed(any_hub, admin, search="%") == []
    assert await listed(any_hub, admin, role="ASSESSOR") == ["assessor", "wide-assessor"]
    assert await listed(any_hub, admin, regionCode="33.74") == ["semarang-it", "wide-assessor"]
    assert await listed(any_hub, admin, kind="PROGRAM") == []
    assert await listed(any_hub, admin, state="INVITED") == []


async def test_an_invited_person_is_active_after_a_sign_in_of_any_kind(any_hub: Hub) -> None:
    viewers = await add_people(any_hub)
    coordinator, admin = viewers["sumedang"], viewers["admin"]
    scope = {"role": "OPD", "regionCodes": ["32.11"], "opdIds": [DINKES]}
    invitation = await any_hub.change(
        "inviteAccount", coordinator, name="Siti", login="siti", **scope
    )
    account = invitation["account"]
    assert account["state"] == "INVITED"
    await add_open_session(any_hub, account["id"])
    renewed = await any_hub.change("renewInvitation", coordinator, accountId=account["id"])
    assert renewed["account"]["state"] == "ACTIVE"
    assert await listed(any_hub, admin, state="INVITED") == []
    active = ["dinkes", "sumedang", account["id"]]
    assert await listed(any_hub, coordinator, state="ACTIVE") == active


async def test_an_invited_person_is_changed_and_withdrawn(any_hub: Hub) -> None:
    viewers = await add_people(any_hub)
    coordinator, admin = viewers["sumedang"], viewers["admin"]
    invitation = await any_hub.change(
        "inviteAccount",
        coordinator,
        name=" Siti ",
        login="Siti@Garut.id",
        role="OPD",
        regionCodes=["32.11"],
        opdIds=[DINKES],
    )
    assert invitation["__typename"] == "Invitation"
    assert invitation["path"].startswith("/masuk#undangan=")
    account = invitation["account"]
    id = account["id"]
    assert await listed(any_hub, coordinator, state="INVITED") == [id]
    again = await any_hub.change("renewInvitation", coordinator, accountId=id)
    assert again["path"] != invitation["path"]
    changed = await any_hub.change(
        "changeRight",
        coordinator,
        accountId=id,
        version=1,
        role="OPD",
        regionCodes=["32.11"],
        opdIds=[DISKOMINFO],
    )
    assert (changed["version"], changed["opdIds"]) == (2, [DISKOMINFO])
    conflict = await any_hub.change("withdrawRight", coordinator, accountId=id, version=1)
    assert conflict["__typename"] == "VersionConflict"
    withdrawn = await any_hub.change(
        "withdrawRight", coordinator, accountId=id, version=2, reason="pindah"
    )
    assert (withdrawn["state"], withdrawn["role"], withdrawn["version"]) == ("WITHDRAWN", None, 3)
    repeated = await any_hub.change("withdrawRight", coordinator, accountId=id, version=2)
    assert repeated == {
        "__typename": "WrongState",
        "id": id,
        "currentState": "WITHDRAWN",
        "allowedStates": ["INVITED", "ACTIVE"],
    }
    assert await listed(any_hub, coordinator, state="WITHDRAWN") == [id]
    assert await listed(any_hub, viewers["bandung"], state="WITHDRAWN") == []
    assert await listed(any_hub, admin, state="WITHDRAWN", role="OPD", regionCode="32.11") == [id]


async def test_a_raised_right_is_not_reached_by_what_was_made_for_the_earlier_one(
    any_hub: Hub,
) -> None:
    """A coordinator keeps links and tokens of accounts to which an ADMIN later gives its role."""
    viewers = await add_people(any_hub)
    coordinator, admin = viewers["sumedang"], viewers["admin"]
    kept = await any_hub.change("renewInvitation", coordinator, accountId="dinkes")
    region = {"regionCodes": ["32.11"]}
    token = await any_hub.change(
        "createProgramToken", coordinator, name="feed", role="FOLLOWER", days=30, **region
    )
    program = token["account"]["id"]
    database, now = any_hub.instance.database, any_hub.instance.clock()
    async with database.write() as session:
        person = await find_account(session, "dinkes")
        assert person is not None
        link = await create_sign_in_link(session, now, None, person)
    codes = [
        (secret_digest(kept["path"].partition("=")[2]), CodePurpose.INVITATION),
        (secret_digest(link), CodePurpose.SIGN_IN),
    ]
    async with database.read() as session:
        assert [await find_code(session, *code, now) is None for code in codes] == [False, False]
        assert await find_token(session, secret_digest(token["secret"])) is not None
    for id in ("dinkes", program):
        changed = await any_hub.change("changeRight", admin, accountId=id, version=1, role="ADMIN")
        assert (changed["__typename"], changed["role"]) == ("Account", "ADMIN")
    async with database.read() as session:
        assert [await find_code(session, *code, now) is None for code in codes] == [True, True]
        assert await find_token(session, secret_digest(token["secret"])) is None
        [change, withdrawal] = (await list_audit_after(session, 0, 1_000))[-2:]
    assert [(entry.action, entry.actor, entry.account) for entry in (change, withdrawal)] == [
        (AuditAction.RIGHT_CHANGED, "admin", program),
        (AuditAction.TOKEN_WITHDRAWN, "admin", program),
    ]


async def test_pages_continue_by_name_and_erased_accounts_come_last(any_hub: Hub) -> None:
    viewers = await add_people(any_hub)
    admin = viewers["admin"]
    erased = await any_hub.change("eraseAccount", admin, accountId="assessor", version=1)
    assert (erased["name"], erased["login"], erased["state"]) == (None, None, "WITHDRAWN")
    ids: list[str] = []
    after = None
    for _ in range(4):
        page = (await any_hub.query_data(ACCOUNTS, admin, first=3, after=after))["accounts"]
        ids += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert page["pageInfo"]["hasNextPage"] is False
    assert ids == [*sorted(viewers.keys() - {"assessor"}), "assessor"]
    # The last right decides who sees the account.
    assert "assessor" in await listed(any_hub, viewers["province"])
    assert "assessor" not in await listed(any_hub, viewers["other-province"])


async def test_an_account_that_the_viewer_may_not_see_is_null(any_hub: Hub) -> None:
    viewers = await add_people(any_hub)
    visible = {
        name: {
            id
            for id in viewers
            if (await any_hub.query_data(ACCOUNT, viewers[name], id=id))["account"] is not None
        }
        for name in ("sumedang", "dinkes", "assessor")
    }
    assert visible == {
        "sumedang": {"sumedang", "dinkes"},
        "dinkes": {"dinkes"},
        "assessor": {"assessor"},
    }
    assert (await any_hub.query_data(ACCOUNT, id="admin"))["account"] is None
