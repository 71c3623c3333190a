"""Reads an account's subject, name and right in the claims of an identity provider."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.account import Right
from engine.matching.region_names import RegionMatch
from engine.model import Role
from engine.plain_text import is_plain_text
from hub.auth.identity_provider import IdentityProvider

SUBJECT_CHARACTERS = 255  # the limit of OpenID Connect for `sub`
NAME_CHARACTERS = 200
VALUES_MOST = 1_000  # of a claim
SHOWN_CHARACTERS = 200  # of a claim's value in an error

_REQUIRED_SCOPES = {
    Role.OPD: ("regions", "opds"),
    Role.REGION: ("regions",),
    Role.ASSESSOR: ("regions",),
    Role.PROVINCE: ("regions",),
    Role.ADMIN: (),
    Role.FOLLOWER: ("regions",),
}
_MISSING = object()

Claims = Mapping[str, Any]


class ClaimProblem(Exception):
    """A claim is missing or means nothing here.

    Attributes:
        claim: the name of the claim, as the operator's file states it.
        expected: what the claim should hold.
        found: what it holds, shortened.
    """

    def __init__(self, claim: str, expected: str, found: object) -> None:
        self.claim, self.expected = claim, expected
        self.found = "none" if found is _MISSING else _shorten(found)
        super().__init__(f"claim {claim}: expected {expected}, got {self.found}")


@dataclass(frozen=True, slots=True)
class ClaimedAccount:
    """The account that claims describe."""

    subject: str
    name: str | None
    right: Right


class ClaimMapping:
    """Reads claims by the tables of an identity provider's file.

    Args:
        match_region: returns the region that a text means by its code or name.
    """

    def __init__(
        self, provider: IdentityProvider, match_region: Callable[[str], RegionMatch]
    ) -> None:
        self._provider = provider
        self._match_region = match_region

    def read_account(self, claims: Claims) -> ClaimedAccount:
        """Return the account of claims.

        Raises:
            ClaimProblem: a claim is missing or means nothing here.
        """
        return ClaimedAccount(
            self.read_subject(claims), self.read_name(claims), self.read_right(claims)
        )

    def read_subject(self, claims: Claims) -> str:
        """Return who the claims are about.

        Raises:
            ClaimProblem: the claim is missing, or is no plain text of the allowed length.
        """
        name = self._provider.claims.subject
        subject = find_claim(claims, name)
        if (
            not isinstance(subject, str)
            or len(subject) > SUBJECT_CHARACTERS
            or not _is_plain_claim(subject)
        ):
            expected = f"a plain text of 1 to {SUBJECT_CHARACTERS} characters"
            raise ClaimProblem(name, expected, subject)
        return subject

    def read_name(self, claims: Claims) -> str | None:
        """Return the name of the person; None if there is no such claim.

        Raises:
            ClaimProblem: the claim is no plain text of the allowed length.
        """
        name = self._provider.claims.name
        value = find_claim(claims, name)
        if value is _MISSING:
            return None
        text = " ".join(value.split()) if isinstance(value, str) else ""
        if len(text) > NAME_CHARACTERS or not _is_plain_claim(text):
            expected = f"a plain text of 1 to {NAME_CHARACTERS} characters"
            raise ClaimProblem(name, expected, value)
        return text

    def read_right(self, claims: Claims) -> Right:
        """Return the right that the claims give.

        Raises:
            ClaimProblem: a claim is missing or means nothing here.
        """
        provider, names = self._provider, self._provider.claims
        role = self._read_role(claims)
        regions = frozenset(self._region_code(value) for value in _values(claims, names.regions))
        opds = frozenset(provider.opds.get(value, value) for value in _values(claims, names.opds))
        scopes = {"regions": (names.regions, regions), "opds": (names.opds, opds)}
        for scope in _REQUIRED_SCOPES[role]:
            claim, entries = scopes[scope]
            if not entries:
                expected = f"the {scope} of the role {role.value}"
                raise ClaimProblem(claim, expected, find_claim(claims, claim))
        # A role has no wider scope than it needs, so that unused claims cannot widen it later.
        required = _REQUIRED_SCOPES[role]
        return Right(
            role,
            regions if "regions" in required else frozenset(),
            opds if "opds" in required else frozenset(),
        )

    def _read_role(self, claims: Claims) -> Role:
        claim, roles = self._provider.claims.role, self._provider.roles
        values = _values(claims, claim)
        if roles:
            for value, role in roles.items():
                if value in values:
                    return role
            expected = f"one of {', '.join(roles)}"
            raise ClaimProblem(claim, expected, find_claim(claims, claim))
        found = {role for role in _REQUIRED_SCOPES if role.value in values}
        if len(found) != 1:
            expected = f"exactly one of {', '.join(role.value for role in _REQUIRED_SCOPES)}"
            raise ClaimProblem(claim, expected, find_claim(claims, claim))
        return found.pop()

    def _region_code(self, value: str) -> str:
        listed = self._provider.regions.get(value)
        if listed is not None:
            return listed
        match = self._match_region(value)
        if match.code is None:
            candidates = [f"{region.name} ({region.code})" for region in match.candidates]
            expected = "the code or name of a region"
            if candidates:
                expected += f" such as {', '.join(candidates)}"
            raise ClaimProblem(self._provider.claims.regions, expected, value)
        return match.code


def find_claim(claims: Claims, name: str) -> object:
    """Return the value of a claim by its name, or by a path of names with dots between them."""
    if name in claims:
        return claims[name]
    value: object = claims
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return _MISSING
        value = value[part]
    return value


def is_claim_missing(claims: Claims, name: str) -> bool:
    """Return whether the claims hold nothing under a name or path."""
    return find_claim(claims, name) is _MISSING


def _values(claims: Claims, name: str) -> Sequence[str]:
    """Return the texts of a claim, which may be one text or a list; none if it is missing."""
    value = find_claim(claims, name)
    if value is _MISSING or value is None:
        return ()
    values: list[Any] = value if isinstance(value, list) else [value]
    if len(values) > VALUES_MOST or not all(
        isinstance(text, str) and _is_plain_claim(text) for text in values
    ):
        raise ClaimProblem(name, f"a text, or a list of at most {VALUES_MOST} texts", value)
    return values


def _is_plain_claim(text: str) -> bool:
    return bool(text) and is_plain_text(text)


def _shorten(value: object) -> str:
    """Return a value as JSON in ASCII, which is safe in a log and in an address."""
    text = json.dumps(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
