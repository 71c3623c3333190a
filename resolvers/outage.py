"""Presents a database that is away as a problem that passes, not as a bug."""

from __future__ import annotations

import logging
import time

from resolvers.problems import Unavailable
from storage.database_outage import is_outage, outage_reason

RETRY_SECONDS = 5.0  # after which a client should try again
LOG_SECONDS = 60.0  # between two lines of the log about the same outage

logger = logging.getLogger(__name__)


class OutageReporter:
    """Classifies errors, and logs an outage once a minute however many operations meet it."""

    def __init__(self, log_seconds: float = LOG_SECONDS) -> None:
        self._log_seconds = log_seconds
        self._logged_at = float("-inf")

    def unavailable_for(self, error: BaseException | None) -> Unavailable | None:
        """Return what a client gets for the error of a database that is away, else None."""
        if error is None or not is_outage(error):
            return None
        now = time.monotonic()
        if now - self._logged_at >= self._log_seconds:
            self._logged_at = now
            # The text of such an error may hold what was to be stored, so it is not logged.
            logger.error(
                "the database does not serve: %s (%s)", outage_reason(error), type(error).__name__
            )
        return Unavailable("the database does not respond: try again later", RETRY_SECONDS)


outage_reporter = OutageReporter()  # of the process
