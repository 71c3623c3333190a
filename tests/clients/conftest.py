"""Fixtures for tests of the pages: one hub that they share and only read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.processes import SimpulProcess, start_processes


@pytest.fixture(scope="session")
def read_hub(
    filled_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimpulProcess]:
    """Yield a demo with the real data of West Java, which tests must not change."""
    folder = tmp_path_factory.mktemp("read-hub")
    shutil.copy(filled_template, folder)
    with start_processes(folder) as start:
        yield start("demo", "--no-nodes", data_dir=folder)
