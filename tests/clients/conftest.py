"""Fixtures for tests of the pages: a hub that they only read, and one whose accounts they change."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clients.region_visit import compute_analyses
from tests.fixtures.processes import SimpulProcess, free_port, start_processes

FRAMING_PORT = free_port()  # of a portal on the same site as the hub, which frames its pages


@pytest.fixture(scope="session")
def read_hub(
    filled_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimpulProcess]:
    """Yield a demo with the real data of West Java, which tests must not change."""
    with _demo(filled_template, tmp_path_factory.mktemp("read-hub")) as hub:
        compute_analyses(hub, "32.11")
        yield hub


@pytest.fixture(scope="session")
def account_hub(
    filled_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimpulProcess]:
    """Yield a demo in which each test makes accounts of its own, and changes no others.

    Pages at `FRAMING_PORT` may frame its pages. Its sessions end after eight minutes without
    activity, so their warning comes after four.
    """
    environment = {
        "SIMPUL_SESSION_IDLE_MINUTES": "8",
        "SIMPUL_FRAME_ANCESTORS": f"http://127.0.0.1:{FRAMING_PORT}",
    }
    with _demo(filled_template, tmp_path_factory.mktemp("account-hub"), environment) as hub:
        yield hub


@contextmanager
def _demo(
    template: Path, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[SimpulProcess]:
    shutil.copy(template, folder)
    with start_processes(folder) as start:
        yield start("demo", "--no-nodes", data_dir=folder, environment=environment)
