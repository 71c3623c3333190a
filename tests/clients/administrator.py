"""The administrator of a hub: invites people, ends their sessions and withdraws their rights."""

from __future__ import annotations

from typing import Any

import httpx2

from engine.model import Role
from tests.fixtures.credentials import issue_token
from tests.fixtures.processes import SimpulProcess

PASSWORD = "kereta biru lompat senja"
INVITE = """mutation ($input: InviteAccountInput!) {
  inviteAccount(input: $input) { ... on Invitation { path account { id } } }
}"""
SESSIONS = "query ($id: ID!) { account(id: $id) { sessions { id } } }"
END_SESSION = """mutation ($input: EndSessionInput!) {
  endSession(input: $input) { ... on Account { id } }
}"""


class Administrator:
    """Executes operations as an administrator, who is no person of the tests."""

    def __init__(self, hub: SimpulProcess) -> None:
        self._origin = hub.url
        token = issue_token(hub.database_url, Role.ADMIN, subject="administrator")
        self._headers = {"Authorization": f"Bearer {token}"}

    def execute(self, query: str, **variables: Any) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        response = httpx2.post(
            f"{self._origin}/graphql", json=body, headers=self._headers, trust_env=False
        )
        data: dict[str, Any] = response.json()["data"]
        return data

    def invite(self, name: str, login: str, role: str, **scope: list[str]) -> dict[str, Any]:
        """Return the invitation of a person: its `path` and its `account`."""
        fields = {"name": name, "login": login, "role": role, **scope}
        invitation: dict[str, Any] = self.execute(INVITE, input=fields)["inviteAccount"]
        return invitation

    def add_person(self, name: str, login: str, role: str, **scope: list[str]) -> str:
        """Record a person who has set `PASSWORD`; return the id of the account."""
        invitation = self.invite(name, login, role, **scope)
        code = invitation["path"].partition("=")[2]
        response = httpx2.post(
            f"{self._origin}/undangan/sandi",
            json={"code": code, "password": PASSWORD},
            headers={"Origin": self._origin},
            trust_env=False,
        )
        assert response.status_code == 201
        id: str = invitation["account"]["id"]
        return id

    def end_sessions(self, account_id: str) -> None:
        for session in self.execute(SESSIONS, id=account_id)["account"]["sessions"]:
            self.execute(END_SESSION, input={"sessionId": session["id"]})
