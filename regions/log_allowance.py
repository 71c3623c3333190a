"""Bounds the lines that each followed region can make this instance log."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

LINES_AT_ONCE = 4  # a failure and its end, twice
LINE_SECONDS = 60.0  # until a region may have one more line


@dataclass
class LogAllowance:
    """The lines that each region may have now: a few at once, and then one a minute."""

    clock: Callable[[], float] = time.monotonic
    _full_at: dict[str, float] = field(default_factory=dict)  # when a region has all lines again

    def take(self, region: str) -> bool:
        """Return whether a region may have a line now, and count that line."""
        now = self.clock()
        full_at = max(now, self._full_at.get(region, now)) + LINE_SECONDS
        if full_at > now + LINES_AT_ONCE * LINE_SECONDS:
            return False
        self._full_at[region] = full_at
        return True
