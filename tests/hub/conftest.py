"""Session fixtures: a real server with a toy schema, and the real data of West Java."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.model import Role
from tests.fixtures.credentials import HOUR, issue_token
from tests.fixtures.processes import free_port
from tests.hub.cli.commands import Commands

TOY_HUB = Path(__file__).with_name("toy_hub.py")
START_SECONDS = 30

IssueToken = Callable[..., str]


@pytest.fixture(scope="session")
def toy_database_url(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of the database in which the toy hub finds sessions and tokens."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path_factory.mktemp('toy'))}"


@pytest.fixture(scope="session")
def toy_token(toy_database_url: str) -> IssueToken:
    """Return a function that issues a token of the toy hub, to an account for each right."""

    def issue(
        role: Role = Role.ADMIN, lifetime: timedelta = HOUR, regions: tuple[str, ...] = ()
    ) -> str:
        subject = "-".join(("ani", role.value.lower(), *regions))
        return issue_token(toy_database_url, role, regions, subject=subject, lifetime=lifetime)

    return issue


@pytest.fixture(scope="session")
def toy_port(toy_database_url: str) -> Iterator[int]:
    """Yield the port of the toy hub on 127.0.0.1, which serves `/graphql`."""
    port = free_port()
    with subprocess.Popen([sys.executable, TOY_HUB, str(port), toy_database_url]) as server:
        try:
            _wait_until_listening(server, port)
            yield port
        finally:
            server.terminate()


def _wait_until_listening(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("expected the toy hub to accept connections, got none")


@pytest.fixture(scope="session")
def west_java(filled_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """Return commands with the real data of West Java, which tests must only read."""
    folder = tmp_path_factory.mktemp("west-java")
    shutil.copy(filled_template, folder)
    return Commands(folder)
