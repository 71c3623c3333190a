"""The address of a database: a file of SQLite, or the servers of a PostgreSQL as libpq takes them.

A URL of SQLite holds a path whose special characters are percent-encoded, and nothing else. In a
URL of PostgreSQL every parameter is one that has an effect: an unknown one is refused by its name,
since a connection that ignores `sslrootcert` is not the connection that was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlencode

# The parameters of libpq that asyncpg takes from a URL itself.
DRIVER_PARAMETERS = frozenset(
    {
        *("dbname", "user", "password", "passfile", "service", "options", "krbsrvname", "gsslib"),
        *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcrl", "sslnegotiation"),
        *("ssl_min_protocol_version", "ssl_max_protocol_version"),
    }
)
PARAMETERS = DRIVER_PARAMETERS | {
    *("host", "port", "application_name", "connect_timeout", "target_session_attrs"),
}
FILE_PARAMETERS = frozenset({"sslrootcert", "sslcert", "sslkey", "sslcrl"})
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SESSION_ATTRIBUTES = ("any", "primary", "standby", "read-write", "read-only", "prefer-standby")
CONNECT_SECONDS = 3.0  # for each host, unless `connect_timeout` states another number
APPLICATION_NAME = "simpul"

# The parts after `://`. An `@` in the query does not end the credentials, one in the password may.
_AUTHORITY = re.compile(
    r"(?:(?P<credentials>[^/?#]*)@)?(?P<hosts>[^/?#@]*)"
    r"(?:/(?P<database>[^?#]*))?(?:\?(?P<query>[^#]*))?"
)
_HOST = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>[0-9]*))?")


class DatabaseAddressError(ValueError):
    """The URL of the database is not as it must be; the message holds no password."""


class UnsupportedDatabase(DatabaseAddressError):
    """The URL names a database that Simpul does not run on."""

    def __init__(self, scheme: str) -> None:
        super().__init__(
            f"expected a database URL that begins with sqlite or postgresql, got {scheme[:20]!r}"
        )


class UnknownParameter(DatabaseAddressError):
    """The URL has a parameter that would have no effect."""

    def __init__(self, name: str, known: str) -> None:
        super().__init__(f"the parameter {name[:60]} is not known; expected {known}")


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """The database file of SQLite."""

    path: str


@dataclass(frozen=True, slots=True)
class PostgresqlHost:
    """A server's name or address, or the folder of its Unix socket; without a port, PGPORT's."""

    host: str
    port: int | None


@dataclass(frozen=True, slots=True)
class PostgresqlServers:
    """The servers of a PostgreSQL, which are tried in this order."""

    hosts: tuple[PostgresqlHost, ...]  # none: those of PGHOST or of the service, else this machine
    dsn: str = field(repr=False)  # the rest of the URL, as asyncpg takes it, with the password
    session_attributes: str = "any"
    application_name: str = APPLICATION_NAME
    connect_seconds: float | None = CONNECT_SECONDS  # for each host


def sqlite_url(path: str) -> str:
    """Return the URL of a database file, whatever characters its path has."""
    return f"sqlite:///{quote(path)}"


def check_database_url(url: str) -> None:
    """Check that a URL is understood, and that the files exist that it names.

    Raises:
        DatabaseAddressError: it is not; the driver would not say which file is missing.
    """
    parse_database_url(url)
    for name, value in _parse_parameters(url.partition("?")[2]):
        if name in FILE_PARAMETERS and not Path(value).is_file():
            raise DatabaseAddressError(f"the parameter {name}: expected a file, got {value!r}")


def parse_database_url(url: str) -> SqliteFile | PostgresqlServers:
    """Return the address that a URL states; a driver in its scheme (`+asyncpg`) has no effect.

    Raises:
        DatabaseAddressError: the URL names another database, or a parameter that is not known.
    """
    scheme, separator, rest = url.partition("://")
    database = scheme.partition("+")[0] if separator else ""
    if database == "sqlite":
        return SqliteFile(_parse_sqlite_path(rest))
    if database in ("postgresql", "postgres"):
        return _parse_postgresql(rest)
    raise UnsupportedDatabase(database)


def _parse_sqlite_path(rest: str) -> str:
    host, _, path = rest.partition("/")
    if host or not path:
        raise DatabaseAddressError("expected sqlite:///PATH, got a host or no path")
    _, question, query = path.partition("?")
    if question:
        raise UnknownParameter(query.partition("=")[0], "a path alone, with %3F for a `?` in it")
    return unquote(path)


def _parse_postgresql(rest: str) -> PostgresqlServers:
    match = _AUTHORITY.fullmatch(rest)
    if match is None:
        raise DatabaseAddressError(
            "expected postgresql://user:password@host:port/database, got something else: "
            "percent-encode special characters of the password"
        )
    parameters = dict(_parse_parameters(match["query"] or ""))
    hosts = (*_parse_hosts(match["hosts"], parameters),)
    _check_choice("sslmode", parameters.get("sslmode"), SSL_MODES)
    attributes = parameters.get("target_session_attrs")
    _check_choice("target_session_attrs", attributes, SESSION_ATTRIBUTES)
    user, _, password = (match["credentials"] or "").partition(":")
    credentials = quote(unquote(user), safe="")
    if password:
        credentials += f":{quote(unquote(password), safe='')}"
    query = urlencode(
        {name: value for name, value in parameters.items() if name in DRIVER_PARAMETERS},
        safe="/",
        quote_via=quote,
    )
    database = quote(unquote(match["database"] or ""), safe="")
    return PostgresqlServers(
        hosts,
        f"postgresql://{credentials}@/{database}{'?' if query else ''}{query}",
        attributes or "any",
        parameters.get("application_name") or APPLICATION_NAME,
        _parse_connect_seconds(parameters.get("connect_timeout")),
    )


def _parse_parameters(query: str) -> Iterator[tuple[str, str]]:
    """Yield the parameters of a URL. As in libpq, a `+` is no space."""
    seen: set[str] = set()
    for part in filter(None, query.split("&")):
        name, _, value = (unquote(text) for text in part.partition("="))
        if name == "ssl":  # the name of JDBC, which libpq takes too, and that of SQLAlchemy
            name, value = "sslmode", "require" if value == "true" else value
        if name not in PARAMETERS:
            raise UnknownParameter(name, f"one of {', '.join(sorted(PARAMETERS))}")
        if name in seen:
            raise DatabaseAddressError(f"the parameter {name} is given twice; expected it once")
        seen.add(name)
        if value:
            yield name, value


def _parse_hosts(hosts: str, parameters: dict[str, str]) -> Iterator[PostgresqlHost]:
    texts = (hosts or parameters.get("host", "")).split(",")
    ports = parameters.get("port", "").split(",")
    if len(ports) not in (1, len(texts)):
        raise DatabaseAddressError(
            f"expected one port, or one for each host, got {len(ports)} for {len(texts)} hosts"
        )
    for number, text in enumerate(texts):
        host_text = unquote(text)
        is_folder = host_text.startswith("/")
        match = None if is_folder else _HOST.fullmatch(host_text)
        host = host_text if is_folder else (match["host"].strip("[]") if match else "")
        port = (match["port"] if match else None) or ports[number % len(ports)]
        if (match is None and not is_folder) or (port and not _is_port(port)):
            raise DatabaseAddressError("expected a host and a port, got something else")
        if host or port:
            yield PostgresqlHost(host or "localhost", int(port) if port else None)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 65_536


def _check_choice(name: str, value: str | None, choices: tuple[str, ...]) -> None:
    if value is not None and value not in choices:
        raise DatabaseAddressError(
            f"the parameter {name}: expected one of {', '.join(choices)}, got {value[:60]!r}"
        )


def _parse_connect_seconds(text: str | None) -> float | None:
    if text is None:
        return CONNECT_SECONDS
    if re.fullmatch(r"-?[0-9]{1,6}", text) is None:
        raise DatabaseAddressError(
            f"the parameter connect_timeout: expected a whole number of seconds, got {text[:60]!r}"
        )
    return float(text) if int(text) > 0 else None  # as in libpq: no limit
