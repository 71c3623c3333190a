"""Records the states of the sources of replicas, and logs each new failure once, up to a number of lines."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from engine.log.source import Source, SourceState
from regions.endpoint_directory import Endpoint
from regions.log_allowance import LogAllowance
from regions.replication_failure import ReplicationFailure

logger = logging.getLogger(__name__)


@dataclass
class SourceStates:
    """The states of the sources, and the last logged failure of each region."""

    record_state: Callable[[Source], None]
    allowance: LogAllowance = field(default_factory=LogAllowance)
    _reported: dict[str, str] = field(default_factory=dict)
    _left_out: Counter[str] = field(default_factory=Counter)  # lines since the last one, by region

    def record_fresh(
        self, endpoint: Endpoint, region: str, now: datetime, owner_url: str | None
    ) -> None:
        """Record that a replica has all entries of its owner."""
        if self._reported.pop(region, None) is not None:
            self._log(endpoint, region, "replicated again")
        self.record_state(Source(region, endpoint.url, SourceState.FRESH, now, owner=owner_url))

    def record_failure(
        self, endpoint: Endpoint, region: str, failure: ReplicationFailure, hint: str = ""
    ) -> None:
        """Record a failure, and log each new reason once.

        Args:
            hint: what only the operator may read, and the log has after the reason.
        """
        if self._reported.get(region) != failure.detail:
            self._reported[region] = failure.detail
            self._log(endpoint, region, f"{failure.state.value}: {failure.detail}{hint}")
        self.record_state(
            Source(region, endpoint.url, failure.state, None, failure.problem, failure.detail)
        )

    def _log(self, endpoint: Endpoint, region: str, words: str) -> None:
        """Log a line, unless the region has had too many: an owner may fail in ever new ways."""
        if not self.allowance.take(region):
            self._left_out[region] += 1
            return
        left_out = self._left_out.pop(region, 0)
        rest = f" ({left_out} lines before this one were left out)" if left_out else ""
        logger.warning("region %s at %s: %s%s", region, endpoint.url, words, rest)

    def forget_failures(self) -> None:
        """Log the next failure of each region again."""
        self._reported.clear()
