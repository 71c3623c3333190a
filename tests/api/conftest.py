"""Fixtures of running instances with data: two small provinces, or all of West Java."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from resolvers.seed import seed_regions
from tests.api import two_provinces
from tests.api.hub import Hub, copied_database_url, running_hub

Fill = Callable[[Hub], Awaitable[None]]
Filled = Callable[[Fill], Path]


@pytest.fixture
async def hub(places_template: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    """Yield an instance with two small provinces, on SQLite."""
    async with running_hub(copied_database_url(places_template, tmp_path)) as hub:
        yield hub


@pytest.fixture
async def any_hub(database_url: str) -> AsyncIterator[Hub]:
    """Yield an instance with two small provinces, on each database in turn."""
    async with running_hub(database_url) as hub:
        await two_provinces.write_regions(hub)
        yield hub


@pytest.fixture
async def west_java(west_java_template: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    """Yield an instance with the data that `simpul load` writes, on SQLite."""
    async with running_hub(copied_database_url(west_java_template, tmp_path)) as hub:
        yield hub


@pytest.fixture(scope="session")
def places_template(filled: Filled) -> Path:
    return filled(two_provinces.write_regions)


@pytest.fixture(scope="session")
def west_java_template(filled: Filled) -> Path:
    async def fill(hub: Hub) -> None:
        await seed_regions(hub.instance)

    return filled(fill)


@pytest.fixture(scope="session")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """Return a function that fills a database once, to be copied for each test."""

    def make(fill: Fill) -> Path:
        path = tmp_path_factory.mktemp("filled") / "simpul.sqlite"
        shutil.copy(sqlite_template, path)

        async def work() -> None:
            async with running_hub(f"sqlite+aiosqlite:///{path}") as hub:
                await fill(hub)

        with ThreadPoolExecutor(max_workers=1) as thread:  # a new thread has no event loop
            thread.submit(asyncio.run, work()).result()
        return path

    return make
