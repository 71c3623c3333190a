"""Claims of an identity provider become a right, or an error that names the claim."""

from __future__ import annotations

from typing import Any

import pytest

from engine.account import Right
from engine.model import Role
from facts.region import region_names
from hub.auth.claim_mapping import ClaimedAccount, ClaimMapping, ClaimProblem
from hub.auth.identity_provider import ClaimNames, IdentityProvider

PLAIN = IdentityProvider("SSO", "https://sso.example", "simpul", "simpul")
MAPPED = IdentityProvider(
    "SSO",
    "https://sso.example",
    "simpul",
    "simpul",
    claims=ClaimNames("sub", "name", "realm_access.roles", "wilayah", "https://sso.example/opd"),
    roles={"kepala": Role.ADMIN, "koordinator": Role.REGION, "asn-opd": Role.OPD},
    regions={"3205000": "32.05"},
    opds={"DINKES-GARUT": "32.05:opd-dinkes"},
)
GARUT = frozenset({"32.05"})


def read_account(provider: IdentityProvider, claims: dict[str, Any]) -> ClaimedAccount:
    mapping = ClaimMapping(provider, lambda text: region_names().match(text))
    return mapping.read_account({"sub": "ani", "name": "Ani", **claims})


@pytest.mark.parametrize(
    ("provider", "claims", "right"),
    [
        (PLAIN, {"role": "ADMIN"}, Right(Role.ADMIN)),
        (PLAIN, {"role": ["ADMIN"], "regions": ["32.05"]}, Right(Role.ADMIN)),
        (PLAIN, {"role": "REGION", "regions": ["32.05"]}, Right(Role.REGION, GARUT)),
        (PLAIN, {"role": "REGION", "regions": "KAB. GARUT"}, Right(Role.REGION, GARUT)),
        (PLAIN, {"role": "FOLLOWER", "regions": "3205"}, Right(Role.FOLLOWER, GARUT)),
        (
            PLAIN,
            {"role": "OPD", "regions": ["32.05"], "opds": "32.05:opd-dinkes"},
            Right(Role.OPD, GARUT, frozenset({"32.05:opd-dinkes"})),
        ),
        (
            PLAIN,
            {"role": "PROVINCE", "regions": ["Jawa Barat", "Banten"], "opds": ["x"]},
            Right(Role.PROVINCE, frozenset({"32", "36"})),
        ),
        (
            MAPPED,
            {"realm_access": {"roles": ["offline", "koordinator"]}, "wilayah": "3205000"},
            Right(Role.REGION, GARUT),
        ),
        (
            MAPPED,
            {
                "realm_access.roles": "asn-opd",
                "wilayah": ["3205000"],
                "https://sso.example/opd": ["DINKES-GARUT"],
            },
            Right(Role.OPD, GARUT, frozenset({"32.05:opd-dinkes"})),
        ),
        (MAPPED, {"realm_access": {"roles": ["koordinator", "kepala"]}}, Right(Role.ADMIN)),
    ],
)
def test_claims_give_a_right(
    provider: IdentityProvider, claims: dict[str, Any], right: Right
) -> None:
    assert read_account(provider, claims) == ClaimedAccount("ani", "Ani", right)


@pytest.mark.parametrize(
    ("provider", "claims", "message"),
    [
        (
            MAPPED,
            {"realm_access": {"roles": ["staf"]}},
            'claim realm_access.roles: expected one of kepala, koordinator, asn-opd, got ["staf"]',
        ),
        (
            MAPPED,
            {"realm_access": "staf"},
            "claim realm_access.roles: expected one of kepala, koordinator, asn-opd, got none",
        ),
        (
            MAPPED,
            {"realm_access": {"roles": [7]}},
            "claim realm_access.roles: expected a text, or a list of at most 1000 texts, got [7]",
        ),
        (
            PLAIN,
            {"role": "REGION"},
            "claim regions: expected the regions of the role REGION, got none",
        ),
        (
            PLAIN,
            {"role": "REGION", "regions": []},
            "claim regions: expected the regions of the role REGION, got []",
        ),
        (
            PLAIN,
            {"role": "OPD", "regions": "32.05"},
            "claim opds: expected the opds of the role OPD, got none",
        ),
        (
            PLAIN,
            {"role": "REGION", "regions": ["Bandung"]},
            (
                "claim regions: expected the code or name of a region such as "
                'Kabupaten Bandung (32.04), Kota Bandung (32.73), got "Bandung"'
            ),
        ),
        (
            PLAIN,
            {"role": "REGION", "regions": ["99.99"]},
            'claim regions: expected the code or name of a region, got "99.99"',
        ),
        (
            PLAIN,
            {"role": ["REGION", "ADMIN"]},
            (
                "claim role: expected exactly one of OPD, REGION, ASSESSOR, PROVINCE, ADMIN, "
                'FOLLOWER, got ["REGION", "ADMIN"]'
            ),
        ),
        (
            PLAIN,
            {"role": "PUBLIC"},
            (
                "claim role: expected exactly one of OPD, REGION, ASSESSOR, PROVINCE, ADMIN, "
                'FOLLOWER, got "PUBLIC"'
            ),
        ),
        (
            PLAIN,
            {"sub": "a\nb"},
            'claim sub: expected a plain text of 1 to 255 characters, got "a\\nb"',
        ),
        (
            PLAIN,
            {"name": "Ani\u202e"},
            'claim name: expected a plain text of 1 to 200 characters, got "Ani\\u202e"',
        ),
        (
            PLAIN,
            {"name": "\ud800"},
            'claim name: expected a plain text of 1 to 200 characters, got "\\ud800"',
        ),
    ],
)
def test_a_claim_that_means_nothing_here_is_named(
    provider: IdentityProvider, claims: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClaimProblem) as refused:
        read_account(provider, claims)
    assert str(refused.value) == message


def test_a_long_value_is_shortened() -> None:
    with pytest.raises(ClaimProblem) as refused:
        read_account(PLAIN, {"role": "x" * 9_000})
    assert refused.value.found == '"' + "x" * 199 + "…"
