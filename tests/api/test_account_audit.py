"""The audit of accounts, the credentials of people and programs, and the names in answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from engine.log.source import Source, SourceState
from engine.model import PUBLIC_VIEWER, Role, Viewer
from resolvers.credential_acts import create_token
from resolvers.problems import MailNotSent
from storage.access_token import list_all_tokens
from storage.log_entries import verify_log_chain
from tests.api.accounts import DINKES, add_open_session, add_passkey, add_people, add_person
from tests.api.hub import Hub
from tests.api.imported_files import FILE, import_file
from tests.fixtures.followed_regions import record_source

AUDIT = """query ($first: Int, $after: Cursor) { accountAudit(first: $first, after: $after) {
  totalCount nodes { number action actor { id name } account { id } credentialId role regionCodes
    opdIds reason tokenName method } pageInfo { endCursor }
} }"""
OWN = """{ instance { viewer { account { id name sessions { id isCurrent userAgent method }
  tokens { id name } passkeys { id name } audit { nodes { action } } givenBy { id name } } } } }"""
ACTORS = """{ region(code: "32.11") { imports { nodes { importedBy { accountId name role opdIds }
  undoneBy { name } } } inventory { opds { nodes { attestation { attestation
    { attestedBy { accountId name } } } } } } } }"""
COORDINATOR, STAFF = "account-00000000000000c0", "account-00000000000000d0"
SECRET = """mutation ($input: CreateProgramTokenInput!) { createProgramToken(input: $input) {
  ... on CreatedToken { secret token { id } account { id kind role readsDrafts state } } } }"""


async def test_every_act_is_an_entry_that_those_see_who_see_the_account(any_hub: Hub) -> None:
    viewers = await add_people(any_hub)
    coordinator = viewers["sumedang"]
    before = (await any_hub.query_data(AUDIT, coordinator))["accountAudit"]["totalCount"]
    scope = {"role": "OPD", "regionCodes": ["32.11"], "opdIds": [DINKES]}
    invited = await any_hub.change("inviteAccount", coordinator, name="Siti", login="siti", **scope)
    id = invited["account"]["id"]
    await any_hub.change(
        "withdrawRight", coordinator, accountId=id, version=1, reason=" pindah tugas "
    )
    audit = (await any_hub.query_data(AUDIT, coordinator))["accountAudit"]
    numbers = [node.pop("number") for node in audit["nodes"][:2]]
    assert numbers == [numbers[0], numbers[0] - 1]
    actor = {"id": "sumedang", "name": "Name of sumedang"}
    empty = {
        **dict.fromkeys(("credentialId", "role", "reason", "tokenName", "method")),
        "regionCodes": [],
        "opdIds": [],
    }
    assert audit["nodes"][:2] == [
        {
            **empty,
            "action": "RIGHT_WITHDRAWN",
            "actor": actor,
            "account": {"id": id},
            "reason": "pindah tugas",
        },
        {**empty, **scope, "action": "ACCOUNT_INVITED", "actor": actor, "account": {"id": id}},
    ]
    assert audit["totalCount"] == before + 2
    page = (await any_hub.query_data(AUDIT, coordinator, first=1))["accountAudit"]
    cursor = page["pageInfo"]["endCursor"]
    following = (await any_hub.query_data(AUDIT, coordinator, first=1, after=cursor))[
        "accountAudit"
    ]
    assert following["nodes"][0]["action"] == "ACCOUNT_INVITED"
    for name in ("bandung", "dinkes"):
        nodes = (await any_hub.query_data(AUDIT, viewers[name]))["accountAudit"]["nodes"]
        assert {node["account"]["id"] for node in nodes} == {name}
    assert await any_hub.refusal(AUDIT, PUBLIC_VIEWER) == "FORBIDDEN"


async def test_a_person_sees_and_ends_the_own_sessions(any_hub: Hub) -> None:
    viewers = await add_people(any_hub)
    first = await add_open_session(any_hub, "dinkes")
    second = await add_open_session(any_hub, "dinkes")
    await add_passkey(any_hub, "dinkes", "passkey-1")
    staff = replace(viewers["dinkes"], credential=second)
    account = (await any_hub.query_data(OWN, staff))["instance"]["viewer"]["account"]
    shown = {"userAgent": "Firefox", "method": "PASSWORD"}
    assert account["sessions"] == [
        {"id": second, "isCurrent": True, **shown},
        {"id": first, "isCurrent": False, **shown},
    ]
    assert account["passkeys"] == [{"id": "passkey-1", "name": "Name of passkey-1"}]
    for viewer in (viewers["bandung"], viewers["assessor"], PUBLIC_VIEWER):
        answer = await any_hub.change("endSession", viewer, sessionId=first)
        assert answer == {"__typename": "NotFound", "id": first}
    assert (await any_hub.change("endSession", staff, sessionId=first))["id"] == "dinkes"
    assert (await any_hub.change("endSession", viewers["sumedang"], sessionId=second))["id"] == (
        "dinkes"
    )
    ended = await any_hub.change_refusal("removePasskey", staff, passkeyId="passkey-1")
    assert ended == "FORBIDDEN"  # this request began before its session was ended
    staff = viewers["dinkes"]
    removed = await any_hub.change("removePasskey", staff, passkeyId="passkey-1")
    assert removed["__typename"] == "Account"
    renamed = await any_hub.change("renameOwnAccount", staff, name=" Siti ")
    assert (renamed["name"], renamed["version"]) == ("Siti", 2)
    account = (await any_hub.query_data(OWN, staff))["instance"]["viewer"]["account"]
    assert (account["sessions"], account["passkeys"]) == ([], [])
    assert [node["action"] for node in account["audit"]["nodes"]] == [
        *("ACCOUNT_RENAMED", "PASSKEY_REMOVED", "SESSION_ENDED", "SIGNED_OUT"),
        *("SIGNED_IN", "SIGNED_IN", "ACCOUNT_INVITED"),
    ]


async def test_a_coordinator_sees_of_its_people_what_concerns_its_region_only(any_hub: Hub) -> None:
    viewers = await add_people(any_hub)
    admin, coordinator = viewers["admin"], viewers["sumedang"]
    await add_open_session(any_hub, "bandung")
    await any_hub.change(
        "withdrawRight", admin, accountId="bandung", version=1, reason="pindah dari Bandung"
    )
    staff = {"role": "OPD", "regionCodes": ["32.11"], "opdIds": [DINKES]}
    await any_hub.change("changeRight", admin, accountId="bandung", version=2, **staff)
    await add_open_session(any_hub, "bandung")
    await any_hub.change("renewInvitation", coordinator, accountId="bandung")
    query = """query { account(id: "bandung") { sessions { userAgent method } audit { totalCount
      nodes { action } } } }"""
    account = (await any_hub.query_data(query, coordinator))["account"]
    concerning = [{"action": "INVITATION_RENEWED"}, {"action": "RIGHT_CHANGED"}]
    assert account["audit"] == {"totalCount": 2, "nodes": concerning}
    assert account["sessions"] == [{"userAgent": "", "method": "PASSWORD"}]
    listed = (await any_hub.query_data(AUDIT, coordinator, first=50))["accountAudit"]["nodes"]
    assert [
        {"action": node["action"]} for node in listed if node["account"]["id"] == "bandung"
    ] == concerning
    person = replace(coordinator, subject="bandung")
    for viewer in (admin, person):
        audit = (await any_hub.query_data(query, viewer))["account"]["audit"]
        assert audit["totalCount"] == 6


async def test_the_public_has_no_account(any_hub: Hub) -> None:
    assert await any_hub.query_data(OWN) == {"instance": {"viewer": {"account": None}}}


async def test_a_program_gets_tokens_whose_secrets_are_shown_once(any_hub: Hub) -> None:
    viewers = await add_people(any_hub)
    coordinator = viewers["sumedang"]
    fields = {
        "name": "Simpul provinsi",
        "role": "FOLLOWER",
        "regionCodes": ["32.11"],
        "readsDrafts": True,
        "days": 30,
    }
    tokens = [
        (await any_hub.query_data(SECRET, coordinator, input=fields))["createProgramToken"]
        for _ in range(2)
    ]
    account = tokens[0]["account"]
    assert tokens[1]["account"] == account
    assert account == {
        "id": account["id"],
        "kind": "PROGRAM",
        "role": "FOLLOWER",
        "readsDrafts": True,
        "state": "ACTIVE",
    }
    assert len({token["secret"] for token in tokens}) == 2
    stored = repr(await any_hub.list_all_rows())
    assert not any(token["secret"] in stored for token in tokens)
    id = tokens[0]["token"]["id"]
    for viewer in (viewers["bandung"], viewers["dinkes"], PUBLIC_VIEWER):
        answer = await any_hub.change("withdrawToken", viewer, tokenId=id)
        assert answer == {"__typename": "NotFound", "id": id}
    query = "query ($id: ID!) { account(id: $id) { tokens { id } } }"
    withdrawn = await any_hub.change("withdrawToken", coordinator, tokenId=id)
    assert withdrawn["id"] == account["id"]
    remaining = (await any_hub.query_data(query, coordinator, id=account["id"]))["account"]
    assert remaining == {"tokens": [{"id": tokens[1]["token"]["id"]}]}


@pytest.mark.parametrize("days", [0, 367])
async def test_a_token_is_valid_for_a_year_at_most(hub: Hub, days: int) -> None:
    admin = await add_person(hub, "admin", Role.ADMIN)
    fields = {"name": "Simpul", "role": "ADMIN", "days": days}
    assert await hub.change("createProgramToken", admin, **fields) == {
        "__typename": "InvalidInput",
        "field": "days",
        "expected": "a number from 1 to 366",
        "got": str(days),
    }


async def test_an_invitation_is_mailed_after_its_commit_and_stays_valid_without(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    viewers = await add_people(hub)
    sent: list[tuple[str, str, str, datetime]] = []

    async def send(address: str, name: str, path: str, expires_at: datetime) -> None:
        if "penuh" in address:
            raise MailNotSent("the mailbox is full")
        sent.append((address, name, path, expires_at))

    async def invite(hub: Hub, login: str) -> tuple[str | None, str | None]:
        scope = {"role": "REGION", "regionCodes": ["32.11"], "sendByMail": True}
        answer = await hub.change(
            "inviteAccount", viewers["admin"], name="Siti", login=login, **scope
        )
        return answer["mailedTo"], answer["mailProblem"]

    assert await invite(hub, "siti@x.id") == (None, "NOT_CONFIGURED")
    mailing = Hub(replace(hub.instance, send_invitation=send))
    assert await invite(mailing, "ani@x.id") == ("ani@x.id", None)
    assert await invite(mailing, "penuh@x.id") == (None, "NOT_SENT")
    assert "the mailbox is full" in caplog.text
    assert await invite(mailing, "budi") == (None, "NO_ADDRESS")
    [(address, name, path, _)] = sent
    assert (address, name) == ("ani@x.id", "Siti")
    assert path.startswith("/masuk#undangan=")


async def test_a_person_gets_five_invitations_by_mail_in_an_hour(hub: Hub) -> None:
    viewers = await add_people(hub)
    sent: list[str] = []

    async def send(address: str, _name: str, _path: str, _expires_at: datetime) -> None:
        sent.append(address)

    mailing = Hub(replace(hub.instance, send_invitation=send))
    for number in range(7):
        fields = {"accountId": "dinkes", "sendByMail": True}
        answer = await mailing.change("renewInvitation", viewers["admin"], **fields)
        problem = "TOO_MANY"
        assert answer["mailProblem"] == (None if number < 5 else problem)
    assert sent == ["dinkes@example.id"] * 5


async def test_a_list_of_tokens_has_a_cap_and_old_expired_tokens_are_deleted(hub: Hub) -> None:
    viewers = await add_people(hub)
    coordinator, start = viewers["sumedang"], hub.instance.clock() - timedelta(days=60)
    async with hub.instance.database.write() as session:
        for number in range(103):
            begun = start + timedelta(days=59) if number else start
            name, day = f"token {number}", timedelta(days=1)
            await create_token(session, begun, None, coordinator.subject, name, day)
        tokens = await list_all_tokens(session)
    assert len(tokens) == 102  # the first had expired more than a month before
    query = "{ instance { viewer { account { tokens { name } } } } }"
    account = (await hub.query_data(query, coordinator))["instance"]["viewer"]["account"]
    assert len(account["tokens"]) == 100


async def test_names_are_given_to_readers_of_drafts_only_until_they_are_erased(
    any_hub: Hub,
) -> None:
    viewers = await add_people(any_hub)
    coordinator = await add_person(any_hub, COORDINATOR, Role.REGION, ("32.11",))
    staff = await add_person(any_hub, STAFF, Role.OPD, ("32.11",), (DINKES,))
    await import_file(any_hub, FILE, coordinator)
    await any_hub.change("attestInventory", staff, opdId=DINKES)

    async def names(viewer: Viewer) -> tuple[list[str | None], str | None]:
        region = (await any_hub.query_data(ACTORS, viewer))["region"]
        [attestation] = [
            node["attestation"]["attestation"]
            for node in region["inventory"]["opds"]["nodes"]
            if node["attestation"]["attestation"] is not None
        ]
        assert attestation["attestedBy"]["accountId"] == STAFF
        imports = [node["importedBy"]["name"] for node in region["imports"]["nodes"]]
        return imports, attestation["attestedBy"]["name"]

    both = ([f"Name of {COORDINATOR}"], f"Name of {STAFF}")
    assert await names(coordinator) == both
    assert await names(viewers["province"]) == both
    for viewer in (PUBLIC_VIEWER, viewers["bandung"], viewers["other-province"]):
        assert await names(viewer) == ([], None)
    await any_hub.change("eraseAccount", viewers["admin"], accountId=STAFF, version=1)
    assert await names(coordinator) == ([f"Name of {COORDINATOR}"], None)
    rows = await any_hub.list_all_rows()
    assert f"Name of {STAFF}" not in repr(rows)
    assert f"{STAFF}@example.id" not in repr(rows)
    async with any_hub.instance.database.read() as session:
        for region in ("32.11", "32.73"):
            await verify_log_chain(session, region)
    async with any_hub.instance.database.write() as session:
        source = Source("32.11", "https://garut.id", SourceState.FRESH, None)
        await record_source(session, source)
    assert await names(coordinator) == ([None], None)


@pytest.mark.parametrize("subject", ["portal-lama", "simpul import"])
async def test_an_actor_without_an_account_has_the_name_that_the_log_states(
    any_hub: Hub, subject: str
) -> None:
    people = await add_people(any_hub)
    await import_file(any_hub, FILE, Viewer(subject, Role.REGION, frozenset({"32.11"})))
    for reader in ("sumedang", "province"):
        region = (await any_hub.query_data(ACTORS, people[reader]))["region"]
        [imported] = region["imports"]["nodes"]
        assert imported["importedBy"] == {
            "accountId": None,
            "name": subject,
            "role": None,
            "opdIds": [],
        }
