"""The state of a running application, which its routes share."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from engine.model import Viewer
from hub.auth.credentials import SessionCookie
from resolvers.context import Context, Instance
from resolvers.operation_budget import OperationBudget
from storage import arrival
from storage.arrival import ArrivalPosition
from storage.database import Database


@dataclass
class AppState:
    """The state of a running application."""

    operation_seconds: float
    instance: Instance | None = None

    async def newest_position(self) -> ArrivalPosition:
        """Return the newest position of the arrival order in the database."""
        assert self.instance is not None
        # The reads of requests do not delay it: it decides whether a request needs any.
        async with self.instance.database.read_reserved() as session:
            return await arrival.read_arrival_position(session)

    def running_instance(self) -> Instance:
        """Return the instance."""
        assert self.instance is not None
        return self.instance

    def database(self) -> Database:
        """Return the database of the instance."""
        assert self.instance is not None
        return self.instance.database

    def access_changed(self) -> None:
        """Apply a change of accounts, sessions or tokens at once, after its commit."""
        if self.instance is not None:
            self.instance.access_changed()

    def session_cookie(self) -> SessionCookie:
        """Return the cookie of the instance's sessions."""
        assert self.instance is not None
        return SessionCookie(self.instance.identity, self.instance.url)

    def executing(self) -> AbstractContextManager[None]:
        """Return a context manager that counts an operation as in progress."""
        assert self.instance is not None
        return self.instance.active_operations.count_operation()

    def context(self, viewer: Viewer) -> Context:
        """Return a new context for an operation of this viewer."""
        assert self.instance is not None  # the server accepts no request before startup is complete
        budget = OperationBudget(seconds=self.operation_seconds)
        return Context(self.instance, viewer, budget)
