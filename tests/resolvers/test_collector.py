"""The pause of the cyclic garbage collector."""

from __future__ import annotations

import contextlib
import gc

from resolvers.garbage_collection import paused_garbage_collection


def test_the_collector_is_enabled_again_after_a_pause_and_after_an_error() -> None:
    with contextlib.suppress(ValueError), paused_garbage_collection():
        assert not gc.isenabled()
        raise ValueError
    assert gc.isenabled()


def test_a_pause_within_a_pause_ends_with_the_outer_one() -> None:
    with paused_garbage_collection():
        with paused_garbage_collection():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
