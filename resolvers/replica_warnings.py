"""Logs what the owners of followed logs state wrongly, in a bounded number of lines.

An owner writes entries as fast as its connection allows. What has no line of its own is counted in a
later one, so that each refusal is in the log.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.log.refusal import RefusalReason, RefusedEntry
from engine.log.source import ClockDeviation
from regions.log_allowance import LogAllowance
from regions.peer_errors import sanitize_for_log

logger = logging.getLogger(__name__)


@dataclass
class UnloggedRefusals:
    """The refused entries of a region since its last line."""

    first: RefusedEntry
    last: int = 0
    reasons: Counter[RefusalReason] = field(default_factory=Counter)

    def add(self, refused: Sequence[RefusedEntry]) -> None:
        self.last = refused[-1].sequence
        self.reasons.update(entry.reason for entry in refused)

    def __str__(self) -> str:
        first, count = self.first, self.reasons.total()
        reason = f"{first.reason.value}: {sanitize_for_log(first.message)}"
        if count == 1:
            return f"entry {first.sequence} is refused: {reason}"
        counts = ", ".join(f"{reason.value} {count}" for reason, count in self.reasons.items())
        return (
            f"{count} entries from {first.sequence} to {self.last} are refused ({counts}); "
            f"entry {first.sequence}: {reason}"
        )


@dataclass
class ReplicaWarnings:
    """What is to be logged of each followed log."""

    allowance: LogAllowance = field(default_factory=LogAllowance)
    _refused: dict[str, UnloggedRefusals] = field(default_factory=dict)
    _clocks: dict[str, ClockDeviation | None] = field(default_factory=dict)
    _logged_clocks: dict[str, ClockDeviation | None] = field(default_factory=dict)

    def record(
        self, region: str, refused: Sequence[RefusedEntry], clock: ClockDeviation | None
    ) -> None:
        """Record the refused entries of a transaction and the clock of the owner, and log them."""
        if refused:
            self._refused.setdefault(region, UnloggedRefusals(refused[0])).add(refused)
        if clock is self._logged_clocks.get(region):
            self._clocks.pop(region, None)
        else:
            self._clocks[region] = clock
        self._log(region)

    def log_rest(self, *, is_end: bool = False) -> None:
        """Log what has waited for its line.

        Args:
            is_end: whether this instance ends, so that nothing can wait any longer.
        """
        for region in sorted(self._refused.keys() | self._clocks.keys()):
            self._log(region, is_end=is_end)

    def _log(self, region: str, *, is_end: bool = False) -> None:
        if region in self._refused and (is_end or self.allowance.take(region)):
            logger.warning("region %s: %s", region, self._refused.pop(region))
        if region in self._clocks and (is_end or self.allowance.take(region)):
            clock = self._logged_clocks[region] = self._clocks.pop(region)
            words = "its times are credible again" if clock is None else clock.value
            logger.warning("region %s: the clock of its owner: %s", region, words)
