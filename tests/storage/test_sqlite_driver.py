"""A connection of the embedded database leaves no thread behind if its opening is cancelled."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from storage.sqlite_driver import open_sqlite_connection


def connection_threads() -> set[threading.Thread]:
    """Return the threads of open connections."""
    return {thread for thread in threading.enumerate() if "_connection_worker" in thread.name}


async def test_a_connection_whose_opening_is_cancelled_leaves_no_thread(tmp_path: Path) -> None:
    """A remaining thread would answer an event loop that is closed by then."""
    before = connection_threads()
    for _ in range(20):
        opening = asyncio.create_task(
            open_sqlite_connection(str(tmp_path / "a.db"), pragmas=["user_version"])
        )
        await asyncio.sleep(0)
        opening.cancel()
        try:
            await (await opening).close()
        except asyncio.CancelledError:
            pass
        assert connection_threads() == before
