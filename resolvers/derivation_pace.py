"""Limits the share of time that the events derived from one followed log take.

The owner of a large region could send one entry at a time, each of which would be analysed with the
whole region. What is not derived at once is derived together a little later.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

FREE_SECONDS = 0.1  # a derivation that takes less needs no rest after it
REST_RATIO = 8.0  # seconds of rest for each second of derivation


@dataclass
class DerivationPace:
    """When the events of each log may be derived again."""

    monotonic: Callable[[], float] = time.monotonic
    _next_by_log: dict[str, float] = field(default_factory=dict)

    def is_due(self, log: str) -> bool:
        """Whether the events of a log may be derived now."""
        return self.monotonic() >= self._next_by_log.get(log, 0.0)

    def record(self, log: str, seconds: float) -> None:
        """Record that a derivation took `seconds`, and has just ended."""
        if seconds > FREE_SECONDS:
            self._next_by_log[log] = self.monotonic() + REST_RATIO * seconds
        else:
            self._next_by_log.pop(log, None)
