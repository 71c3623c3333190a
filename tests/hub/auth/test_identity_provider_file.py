"""The TOML file of an identity provider: an error names the table and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.model import Role
from hub.auth.identity_provider import (
    ClaimNames,
    IdentityProvider,
    InvalidIdentityProvider,
    load_identity_provider,
)

SHORT = '[provider]\nname = "SSO"\nissuer = "https://sso.example/realms/x"\nclient_id = "simpul"\n'


def test_a_short_file_has_the_usual_names(tmp_path: Path) -> None:
    file = tmp_path / "provider.toml"
    file.write_text(SHORT)
    assert load_identity_provider(file) == IdentityProvider(
        name="SSO",
        issuer="https://sso.example/realms/x",
        client_id="simpul",
        audience=None,
        scopes=("openid", "profile"),
    )


def test_a_long_file_says_all_that_differs(tmp_path: Path) -> None:
    file, secret, keys = (
        tmp_path / name for name in ("provider.toml", "client.secret", "keys.json")
    )
    secret.write_text("rahasia\n")
    keys.write_text("{}")
    file.write_text(
        f'{SHORT}client_secret_file = "client.secret"\njwks = "keys.json"\naudience = "api"\n'
        'scopes = ["openid"]\nprivate = true\n'
        '[claims]\nrole = "realm_access.roles"\n[roles]\nasn-opd = "OPD"\n'
        '[regions]\n"3205000" = "32.05"\n[opds]\ndinkes = "32.05:opd-dinkes"\n'
    )
    provider = load_identity_provider(file)
    assert provider == IdentityProvider(
        name="SSO",
        issuer="https://sso.example/realms/x",
        client_id="simpul",
        audience="api",
        scopes=("openid",),
        client_secret_file=secret,
        private=True,
        jwks=keys,
        claims=ClaimNames(role="realm_access.roles"),
        roles={"asn-opd": Role.OPD},
        regions={"3205000": "32.05"},
        opds={"dinkes": "32.05:opd-dinkes"},
    )
    assert provider.client_secret() == "rahasia"
    secret.write_text("")
    with pytest.raises(ValueError, match=r"^expected a secret in the file, got none$"):
        provider.client_secret()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "provider: expected a value, got none"),
        (
            '[provider]\nname = "SSO"\n',
            "provider.issuer: expected a value, got none; provider.client_id: expected a value, got none",
        ),
        (
            SHORT.replace("realms/x", "x" * 256),
            "provider.issuer: expected at most 255 characters, got 276",
        ),
        ("[provider", "expected TOML: Expected ']' at the end of a table declaration"),
        (
            f"{SHORT}issuers = 1\n",
            "provider.issuers: expected a key that docs/sign-in.md lists, got another",
        ),
        (f'{SHORT}private = "yes"\n', "provider.private: expected true or false, got 'yes'"),
        (
            SHORT.replace("https", "http"),
            (
                "provider: expected https://host/path as issuer, or private = true for http, got "
                "'http://sso.example/realms/x'"
            ),
        ),
        (
            f'{SHORT}jwks = "ftp://sso.example"\n',
            "provider: expected https://host/path as jwks, got 'ftp://sso.example'",
        ),
        (
            f'{SHORT}audience = "simpul"\n',
            (
                "provider: expected an audience of bearer tokens that is not the client_id, got "
                "'simpul'"
            ),
        ),
        (f'{SHORT}jwks = "none.json"\n', "provider.jwks: expected a file, got FOLDER/none.json"),
        (
            f'{SHORT}client_secret_file = "none"\n',
            "provider.client_secret_file: expected a file, got FOLDER/none",
        ),
        (
            f'{SHORT}scopes = ["profile"]\n',
            "provider.scopes: expected `openid` among the scopes, got none",
        ),
        (f"{SHORT}[claims]\nrole = 7\n", "claims.role: expected a text, got 7"),
        (
            f'{SHORT}[claims]\nroles = "x"\n',
            "claims.roles: expected a key that docs/sign-in.md lists, got another",
        ),
        (
            f'{SHORT}[roles]\nstaf = "STAFF"\n',
            (
                "roles: expected one of FOLLOWER, OPD, REGION, ASSESSOR, PROVINCE, ADMIN for 'staf', "
                "got 'STAFF'"
            ),
        ),
        (f'{SHORT}[roles]\na.b = "OPD"\n', "roles.a: expected a text, got {'b': 'OPD'}"),
        (f'{SHORT}scopes = "openid"\n', "provider.scopes: expected a list, got 'openid'"),
        (
            f'{SHORT}warna = "x"\n[claims]\nrole = 3\n',
            (
                "provider.warna: expected a key that docs/sign-in.md lists, got another; "
                "claims.role: expected a text, got 3"
            ),
        ),
        (
            f'{SHORT}[regions]\nb = "99.99"\n',
            "regions: expected the code of a region for 'b', got '99.99'",
        ),
        (
            f'{SHORT}[regions]\na = "Kab. Garut"\n',
            "regions: expected the code of a region for 'a', got 'Kab. Garut'",
        ),
        (
            f'{SHORT}[opds]\n1 = "dinkes"\n',
            "opds: expected the id of an OPD such as 32.05:opd-dinkes for '1', got 'dinkes'",
        ),
        (f"{SHORT}[regions]\ngarut = 32.05\n", "regions.garut: expected a text, got 32.05"),
    ],
)
def test_an_error_names_the_table_and_the_key(tmp_path: Path, content: str, problem: str) -> None:
    file = tmp_path / "provider.toml"
    file.write_text(content)
    with pytest.raises(InvalidIdentityProvider) as refused:
        load_identity_provider(file)
    message = str(refused.value).replace(f"{file}: ", "").replace(str(tmp_path), "FOLDER")
    assert message.startswith(problem)
