"""Work without the cyclic garbage collector, which goes through all that lives again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_garbage_collection() -> Iterator[None]:
    """Pause the collector while many objects and no cycle are made; what is dropped is still freed.

    For the whole process. Where two threads overlap, the one that began ends the pause of both;
    it is never left off.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
