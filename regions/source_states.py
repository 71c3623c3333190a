"""Records the states of the sources of replicas, and logs each new failure once."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime

from engine.log.source import Source, SourceState
from regions.endpoint_directory import Endpoint
from regions.replica_store import ReplicaStore
from regions.replication_failure import ReplicationFailure

logger = logging.getLogger(__name__)


@dataclass
class SourceStates:
    """The states of the sources, and the last logged failure of each region."""

    copies: ReplicaStore
    _reported: dict[str, str] = field(default_factory=dict)

    def record_fresh(
        self, endpoint: Endpoint, region: str, now: datetime, owner_url: str | None
    ) -> None:
        """Record that a replica has all entries of its owner."""
        if self._reported.pop(region, None) is not None:
            logger.warning("region %s at %s: replicated again", region, endpoint.url)
        self.copies.record_state(
            Source(region, endpoint.url, SourceState.FRESH, now, owner=owner_url)
        )

    def record_failure(
        self, endpoint: Endpoint, region: str, failure: ReplicationFailure, hint: str = ""
    ) -> None:
        """Record a failure, and log each new reason once.

        Args:
            hint: what only the operator may read, and the log has after the reason.
        """
        if self._reported.get(region) != failure.detail:
            self._reported[region] = failure.detail
            logger.warning(
                "region %s at %s: %s: %s%s",
                region,
                endpoint.url,
                failure.state.value,
                failure.detail,
                hint,
            )
        self.copies.record_state(
            Source(region, endpoint.url, failure.state, None, failure.problem, failure.detail)
        )

    def forget_failures(self) -> None:
        """Log the next failure of each region again."""
        self._reported.clear()
