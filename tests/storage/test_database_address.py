"""The URLs of databases: what libpq takes is understood, and what is not known is named."""

from __future__ import annotations

import pytest

from storage.database_address import (
    DatabaseAddressError,
    PostgresqlHost,
    PostgresqlServers,
    SqliteFile,
    parse_database_url,
    sqlite_url,
)

SERVER = (PostgresqlHost("h", None),)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://h/d", PostgresqlServers(SERVER, "postgresql://@/d")),
        ("postgres://u:p@h/d", PostgresqlServers(SERVER, "postgresql://u:p@/d")),
        ("postgresql+psycopg://u@h/d", PostgresqlServers(SERVER, "postgresql://u@/d")),
        ("postgresql:///d", PostgresqlServers((), "postgresql://@/d")),
        (
            "postgresql://u:p%40%2F@h1:5433,[::1]:5434,h3/d?target_session_attrs=read-write",
            PostgresqlServers(
                (
                    PostgresqlHost("h1", 5433),
                    PostgresqlHost("::1", 5434),
                    PostgresqlHost("h3", None),
                ),
                "postgresql://u:p%40%2F@/d",
                session_attributes="read-write",
            ),
        ),
        ("postgresql://u:p@w@h/d", PostgresqlServers(SERVER, "postgresql://u:p%40w@/d")),
        (
            "postgresql://u@/d?host=/run/pg,h2&port=5433",
            PostgresqlServers(
                (PostgresqlHost("/run/pg", 5433), PostgresqlHost("h2", 5433)), "postgresql://u@/d"
            ),
        ),
        (
            "postgresql://%2Frun%2Fpg/d",
            PostgresqlServers((PostgresqlHost("/run/pg", None),), "postgresql://@/d"),
        ),
        (
            "postgresql://h/d?sslmode=verify-full&sslrootcert=/etc/a+b.pem&sslcert=c&sslkey=k",
            PostgresqlServers(
                SERVER,
                "postgresql://@/d?sslmode=verify-full&sslrootcert=/etc/a%2Bb.pem&sslcert=c&sslkey=k",
            ),
        ),
        (
            "postgresql://h/d?application_name=wall&connect_timeout=7&options=-c%20x%3Dy",
            PostgresqlServers(
                SERVER,
                "postgresql://@/d?options=-c%20x%3Dy",
                application_name="wall",
                connect_seconds=7.0,
            ),
        ),
        (
            "postgresql://h/d?connect_timeout=0",
            PostgresqlServers(SERVER, "postgresql://@/d", connect_seconds=None),
        ),
        (
            "postgresql://h/d?passfile=/p&service=s",
            PostgresqlServers(SERVER, "postgresql://@/d?passfile=/p&service=s"),
        ),
        (
            "postgresql://h/d?ssl=true",
            PostgresqlServers(SERVER, "postgresql://@/d?sslmode=require"),
        ),
        ("sqlite:///simpul.db", SqliteFile("simpul.db")),
        ("sqlite+aiosqlite:////data/a%3Fb%23c.db", SqliteFile("/data/a?b#c.db")),
    ],
)
def test_a_url_is_understood(url: str, expected: object) -> None:
    assert parse_database_url(url) == expected


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mysql://h/d", "begins with sqlite or postgresql, got 'mysql'"),
        ("postgresql://h/d?keepalives=1", "the parameter keepalives is not known; expected one of"),
        ("postgresql://h/d?sslmode=on", "sslmode: expected one of disable, .* got 'on'"),
        ("postgresql://h/d?target_session_attrs=x", "expected one of any, .* got 'x'"),
        ("postgresql://h/d?connect_timeout=5s", "a whole number of seconds, got '5s'"),
        ("postgresql://h/d?user=a&user=b", "the parameter user is given twice"),
        ("postgresql://h:99999/d", "expected a host and a port, got something else"),
        ("postgresql://u:secret/x@h/d", "expected a host and a port, got something else$"),
        ("postgresql://h1,h2/d?port=1,2,3", "got 3 for 2 hosts"),
        ("sqlite:///a?mode=ro", "the parameter mode is not known; expected a path alone"),
        ("sqlite://a", "expected sqlite:///PATH, got a host or no path"),
    ],
)
def test_a_url_is_refused_with_what_was_expected(url: str, problem: str) -> None:
    with pytest.raises(DatabaseAddressError, match=problem) as refusal:
        parse_database_url(url)
    assert "secret" not in str(refusal.value)


def test_the_password_is_in_no_representation() -> None:
    assert "secret" not in repr(parse_database_url("postgresql://u:secret@h/d"))


@pytest.mark.parametrize("path", ["/data/a?b", "/data/a#b", "/d/100%", "/d/a b", "/d/%41", "/d/Ä"])
def test_any_path_is_the_path_of_its_url(path: str) -> None:
    assert parse_database_url(sqlite_url(path)) == SqliteFile(path)
