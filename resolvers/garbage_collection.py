"""Pauses the cyclic garbage collector while many long-lived objects are created."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_garbage_collection() -> Iterator[None]:
    """Pause the collector while many objects without cycles are created.

    Reference counting still frees objects. The pause holds for the whole process. If two threads
    overlap, the one that began the pause ends it for both, so that the collector never stays off.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
