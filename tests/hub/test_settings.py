"""Settings are validated together, and each problem names its variable."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from starlette.applications import Starlette

from hub.process.server import server_config
from hub.settings import REMOVED_VARIABLES, Settings, explain_settings_errors

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(f"SIMPUL_{field.upper()}", raising=False)
    for variable in REMOVED_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.chdir(tmp_path)


def test_by_default_everything_is_in_the_data_folder(tmp_path: Path) -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.province) == ("127.0.0.1", 8000, "32")
    assert settings.database == f"sqlite:///{tmp_path / 'data' / 'simpul.db'}"


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        (("SIMPUL_PORT", "70000"), "SIMPUL_PORT: Input should be less than or equal to 65535"),
        (
            ("SIMPUL_PORT", "http"),
            "SIMPUL_PORT: Input should be a valid integer, unable to parse string as an integer",
        ),
        (("SIMPUL_PROVINCE", "32.11"), "SIMPUL_PROVINCE: String should match pattern '^[0-9]{2}$'"),
    ],
)
def test_what_a_type_refuses_is_reported_with_the_given_value(
    monkeypatch: pytest.MonkeyPatch, setting: tuple[str, str], problem: str
) -> None:
    monkeypatch.setenv(*setting)
    assert list_settings_problems() == [f"{problem}, got {setting[1]!r}"]


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        (
            ("SIMPUL_LOG_LEVEL", "loud"),
            "SIMPUL_LOG_LEVEL: expected one of debug, info, warning, error, got 'loud'",
        ),
        (("SIMPUL_MAP_FILE", "none.json"), "SIMPUL_MAP_FILE: expected a file, got 'none.json'"),
        (
            ("SIMPUL_IDENTITY_PROVIDER", "none.toml"),
            "SIMPUL_IDENTITY_PROVIDER: none.toml: cannot be read: No such file or directory",
        ),
    ],
)
def test_a_useless_setting_is_reported_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, setting: tuple[str, str], problem: str
) -> None:
    monkeypatch.setenv(*setting)
    assert list_settings_problems() == [problem]


def test_variables_that_are_gone_are_refused_with_what_replaces_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in REMOVED_VARIABLES:
        monkeypatch.setenv(variable, "x")
    assert list_settings_problems() == [
        (
            "SIMPUL_JWKS: no longer a setting; "
            "the file in SIMPUL_IDENTITY_PROVIDER replaces it (`issuer` or `jwks`)"
        ),
        (
            "SIMPUL_TOKEN_ISSUER: no longer a setting; "
            "the file in SIMPUL_IDENTITY_PROVIDER replaces it (`issuer`)"
        ),
        (
            "SIMPUL_TOKEN_AUDIENCE: no longer a setting; "
            "the file in SIMPUL_IDENTITY_PROVIDER replaces it (`audience`)"
        ),
        (
            "SIMPUL_TOKEN_KEY_FILE: no longer a setting; "
            "tokens are in the database now, and `simpul token` makes them"
        ),
    ]


@pytest.mark.parametrize("variable", ["DATABASE_URL", "SIMPUL_DATABASE_URL"])
def test_a_database_of_another_kind_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "mysql://simpul:rahasia@db/simpul")
    assert list_settings_problems() == [
        f"{variable}: expected postgresql://…, got the scheme 'mysql'"
    ]


def test_a_parameter_of_the_database_that_is_not_known_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:rahasia@db/simpul?channel_binding=require")
    (problem,) = list_settings_problems()
    assert problem.startswith(
        "DATABASE_URL: the parameter channel_binding is not known; expected one of application_name,"
    )
    assert "rahasia" not in problem


def test_a_certificate_of_the_database_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:rahasia@db/simpul?sslrootcert=/nowhere/ca")
    assert list_settings_problems() == [
        "DATABASE_URL: the parameter sslrootcert: expected a file, got '/nowhere/ca'"
    ]


@pytest.mark.parametrize("variable", ["REDIS_URL", "SIMPUL_REDIS_URL"])
@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://:rahasia@redis", "expected redis://… or rediss://…, got the scheme 'http'"),
        ("rahasia", "expected redis://… or rediss://…, got the scheme ''"),
        ("redis://:raha:sia@redis:rahasia", "expected a host and a port, got something else"),
        ("redis://:rahasia@", "expected redis://host:port/number, got something else"),
        ("redis://redis/rahasia", "expected redis://host:port/number, got something else"),
        ("redis://:raha/sia@redis", "expected a host and a port, got something else"),
    ],
)
def test_a_broker_of_another_kind_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, variable: str, url: str, problem: str
) -> None:
    monkeypatch.setenv(variable, url)
    assert list_settings_problems() == [f"{variable}: {problem}"]


def test_all_problems_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPUL_PORT", "-1")
    monkeypatch.setenv("SIMPUL_LOG_LEVEL", "")  # counts as not set
    monkeypatch.setenv("SIMPUL_MAP_FILE", "none.json")
    assert list_settings_problems() == [
        "SIMPUL_PORT: Input should be greater than or equal to 0, got '-1'",
        "SIMPUL_MAP_FILE: expected a file, got 'none.json'",
    ]


def test_the_variable_of_simpul_takes_precedence_over_the_common_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/common")
    monkeypatch.setenv("SIMPUL_DATABASE_URL", "postgresql://db/own")
    assert Settings().database == "postgresql://db/own"


def test_redis_is_used_only_where_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().redis_url is None
    monkeypatch.setenv("REDIS_URL", "redis://common")
    assert Settings().redis_url == "redis://common"
    monkeypatch.setenv("SIMPUL_REDIS_URL", "rediss://:rahasia@own:6380/1")
    assert Settings().redis_url == "rediss://:rahasia@own:6380/1"


def test_origins_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPUL_ALLOWED_ORIGINS", "https://a.example, https://b.example,")
    assert Settings().allowed_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    "origin",
    [
        "portal.example",
        "https://portal.example/",
        "https://Portal.example",
        "https://*.example",
        "*",
        "null",
        "https://portal.example; script-src *",
        "wss://portal.example",
    ],
)
@pytest.mark.parametrize("variable", ["SIMPUL_ALLOWED_ORIGINS", "SIMPUL_FRAME_ANCESTORS"])
def test_what_is_no_origin_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, origin: str
) -> None:
    monkeypatch.setenv(variable, f"https://a.example:8443, {origin}")
    assert list_settings_problems() == [
        (
            f"{variable}: expected origins such as https://portal.example or "
            f"http://10.0.0.1:8080, without a path and in lower case, got {origin!r}"
        )
    ]


def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().trusted_proxies == ("127.0.0.1", "::1")
    monkeypatch.setenv("SIMPUL_TRUSTED_PROXIES", "10.0.0.5, 172.16.0.0/12,")
    settings = Settings()
    assert settings.trusted_proxies == ("10.0.0.5", "172.16.0.0/12")


def test_messages_name_settings_as_an_operator_knows_them() -> None:
    fields = "|".join(name for name in Settings.model_fields if "_" in name)
    named = re.compile(rf"\b(?:{fields})\b")
    messages = [
        (path.name, node.value)
        for path in sorted((ROOT / "hub").rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        for argument in (*call.args, *(keyword.value for keyword in call.keywords))
        for node in ast.walk(argument)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    ]
    assert len(messages) > 500
    assert [message for message in messages if named.search(message[1])] == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("[::1]:9464", ("::1", 9464)),
        ("metrics.internal:1", ("metrics.internal", 1)),
    ],
)
def test_the_metrics_have_an_address(
    monkeypatch: pytest.MonkeyPatch, address: str, expected: tuple[str, int]
) -> None:
    monkeypatch.setenv("SIMPUL_METRICS_ADDRESS", address)
    assert Settings().metrics_host_and_port == expected


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        *(
            (
                address,
                (
                    "expected an address and a port such as 127.0.0.1:9464 or [::1]:9464, "
                    f"got {address!r}"
                ),
            )
            for address in ("9464", "127.0.0.1", "::1:9464", "127.0.0.1:0", "a:65536", "http://a:1")
        ),
        ("127.0.0.1:8000", "expected another port than SIMPUL_PORT, got 8000 for both"),
    ],
)
def test_another_address_of_the_metrics_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str, problem: str
) -> None:
    monkeypatch.setenv("SIMPUL_METRICS_ADDRESS", address)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert [*explain_settings_errors(refused.value)] == [f"SIMPUL_METRICS_ADDRESS: {problem}"]


def test_idle_connections_outlive_those_of_a_load_balancer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert server_config(Starlette(), Settings()).timeout_keep_alive == 75
    monkeypatch.setenv("SIMPUL_KEEP_ALIVE_SECONDS", "620")
    assert server_config(Starlette(), Settings()).timeout_keep_alive == 620


@pytest.mark.parametrize("network", ["*", "proxy.example", "10.0.0.5/12", "http://10.0.0.5"])
def test_what_is_no_network_of_proxies_is_refused(
    monkeypatch: pytest.MonkeyPatch, network: str
) -> None:
    monkeypatch.setenv("SIMPUL_TRUSTED_PROXIES", f"10.0.0.5,{network}")
    assert list_settings_problems() == [
        (
            "SIMPUL_TRUSTED_PROXIES: expected addresses or networks such as 10.0.0.5 or "
            f"172.16.0.0/12, got {network!r}"
        )
    ]


def list_settings_problems() -> list[str]:
    with pytest.raises(ValidationError) as refused:
        Settings()
    return list(explain_settings_errors(refused.value))


MAIL = {
    "SIMPUL_SMTP_URL": "smtps://user:secret@mail.example",
    "SIMPUL_SMTP_FROM": "simpul@mail.example",
    "SIMPUL_URL": "https://simpul.example/graphql",
}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, None),
        (
            {"SIMPUL_SMTP_URL": "http://user:secret@mail.example"},
            "SIMPUL_SMTP_URL: expected smtp://… or smtps://…, got the scheme 'http'",
        ),
        (
            {"SIMPUL_SMTP_URL": "smtp://user:secret@mail.example:ports"},
            "SIMPUL_SMTP_URL: expected a host and a port, got something else",
        ),
        (
            {"SIMPUL_SMTP_URL": "smtp://secret@mail.example"},
            "SIMPUL_SMTP_URL: expected a user and a password or neither, got one of them",
        ),
        (
            {"SIMPUL_SMTP_FROM": "Simpul"},
            "SIMPUL_SMTP_FROM: expected an e-mail address, got 'Simpul'",
        ),
        (
            {"SIMPUL_SMTP_FROM": None},
            "SIMPUL_SMTP_FROM: expected a value, since SIMPUL_SMTP_URL is set, got none",
        ),
        (
            {"SIMPUL_SMTP_URL": None},
            "SIMPUL_SMTP_URL: expected a value, since SIMPUL_SMTP_FROM is set, got none",
        ),
        (
            {"SIMPUL_URL": None},
            (
                "SIMPUL_URL: expected the address of this instance, since SIMPUL_SMTP_URL is set "
                "and a mailed link needs one, got none"
            ),
        ),
    ],
)
def test_the_settings_of_mail_must_be_complete(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str | None], problem: str | None
) -> None:
    for variable, value in (MAIL | changes).items():
        if value is not None:
            monkeypatch.setenv(variable, value)
    if problem is None:
        assert Settings().smtp_from == "simpul@mail.example"
    else:
        assert list_settings_problems() == [problem]
