"""CPU time of authenticating a request, next to what others do, and of watching the audit.

    python benchmarks/sessions.py
    python benchmarks/sessions.py --postgresql postgresql://…   # an empty database of its own

The requests come from 1,000 sessions in turn, so that each is found in a memory that holds all of
them. The peers run in the same process: the verification of a signed token (RS256) by joserfc,
which a server without sessions on record makes for each request, and the reading of the signed
cookie of Starlette's SessionMiddleware. Times are CPU time, and the median of several rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import itsdangerous
import orjson
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from engine.account import Account, AccountKind, Right, SignInMethod
from engine.model import Role
from hub.auth.access_watch import AccessWatch
from hub.auth.authentication import Authenticator
from hub.auth.credentials import SessionCookie
from hub.instance import open_instance
from hub.settings import Settings
from resolvers.context import Instance
from resolvers.credential_acts import begin_session
from storage.account import insert_account
from storage.migrate import upgrade_database

SESSIONS = 1_000
ROUNDS = 9
IDLE_SECONDS = 20.0
SECRET = "the secret of Starlette's cookie"
LIFETIME = timedelta(hours=12)

T = TypeVar("T")


def main() -> None:
    """Measure, and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--postgresql", help="URL of an empty database")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'simpul.db'}"}
        if options.postgresql:
            urls["PostgreSQL"] = options.postgresql
        for name, url in urls.items():
            upgrade_database(url)
            asyncio.run(measure_database(name, url))
    asyncio.run(measure_peers())


async def measure_database(name: str, url: str) -> None:
    """Measure the check of requests, and the watch without any change, on one database."""
    async with open_instance(Settings(SIMPUL_DATABASE_URL=url)) as instance:
        secrets = await begin_sessions(instance)
        cookie = SessionCookie(instance.identity)
        authenticator = Authenticator(lambda: instance.database, lambda: cookie, now)
        watch = AccessWatch(authenticator)
        scopes = [request_scope(f"simpul-{instance.identity}={secret}") for secret in secrets]

        async def check(scope: Scope) -> object:
            return await authenticator.viewer_of(HTTPConnection(scope))

        authenticator.is_current = lambda: False
        print_row(f"session read from {name}", await measure(check, scopes, rounds=3))
        authenticator.is_current = lambda: True
        for scope in scopes:
            await check(scope)
        print_row("session in memory", await measure(check, scopes))
        print_row("no credentials", await measure(check, [request_scope(None)] * SESSIONS))
        authenticator.is_current = watch.is_current
        watching = asyncio.create_task(watch.run(instance))
        await asyncio.sleep(1)
        began = time.process_time()
        await asyncio.sleep(IDLE_SECONDS)
        milliseconds = (time.process_time() - began) / IDLE_SECONDS * 1_000
        watching.cancel()
        sys.stdout.write(
            f"{f'watching the audit of {name}':42} {milliseconds:8.2f} ms of CPU a second\n"
        )


async def measure_peers() -> None:
    """Measure what others do for each request."""
    key = RSAKey.generate_key(2048)
    public = RSAKey.import_key(key.as_dict(private=False))
    claims = {"sub": "ani", "role": "REGION", "regions": ["32.11"], "exp": time.time() + 3_600}
    tokens = [jwt.encode({"alg": "RS256"}, {**claims, "jti": str(n)}, key) for n in range(100)]

    async def verify(token: str) -> object:
        return jwt.decode(token, public, ["RS256"]).claims

    print_row("peer: RS256 by joserfc", await measure(verify, tokens * (SESSIONS // 100)))

    async def application(scope: Scope, _receive: Receive, _send: Send) -> None:
        assert scope["session"]["account"]

    middleware = SessionMiddleware(application, SECRET)
    signer = itsdangerous.TimestampSigner(SECRET)
    cookies = [
        signer.sign(b64encode(orjson.dumps({"account": f"account-{number:016x}"}))).decode()
        for number in range(SESSIONS)
    ]
    scopes = [request_scope(f"session={cookie}") for cookie in cookies]
    call = partial(_call, middleware)
    print_row("peer: cookie of SessionMiddleware", await measure(call, scopes))


async def _call(middleware: SessionMiddleware, scope: Scope) -> object:
    async def nothing(*_arguments: object) -> None:
        return None

    await middleware(dict(scope), nothing, nothing)  # type: ignore[arg-type]
    return None


async def begin_sessions(instance: Instance) -> Sequence[str]:
    """Return the secrets of new sessions of as many accounts."""
    secrets, right = [], Right(Role.REGION, frozenset({"32.11"}))
    async with instance.database.write() as session:
        for number in range(SESSIONS):
            account = Account(f"account-{number:016x}", AccountKind.PERSON, right, now())
            await insert_account(session, account)
            _, secret = await begin_session(
                session, now(), account.id, SignInMethod.PASSWORD, idle=LIFETIME, lifetime=LIFETIME
            )
            secrets.append(secret)
    return secrets


def request_scope(cookie: str | None) -> Scope:
    """Return the scope of a GraphQL request as a browser sends it from an own page."""
    headers = {
        "host": "simpul.test",
        "origin": "http://simpul.test",
        "sec-fetch-site": "same-origin",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "accept": "application/graphql-response+json, application/json",
        "accept-language": "id,en;q=0.7",
        "accept-encoding": "gzip, deflate, br, zstd",
        "content-type": "application/json",
        "content-length": "200",
    }
    if cookie is not None:
        headers["cookie"] = cookie
    return {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


async def measure(
    check: Callable[[T], Awaitable[object]], requests: Sequence[T], *, rounds: int = ROUNDS
) -> float:
    """Return the median of the microseconds of CPU that a request takes."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        for request in requests:
            await check(request)
        times.append((time.process_time() - began) / len(requests) * 1e6)
    return statistics.median(times)


def print_row(name: str, microseconds: float) -> None:
    """Print one row of the table."""
    sys.stdout.write(f"{name:42} {microseconds:8.1f} µs of CPU a request\n")
    sys.stdout.flush()


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
