"""The instance and the operation context that resolvers receive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from engine.coverage import Coverage
from engine.log.actor import viewer_actor
from engine.log.source import Source
from engine.model import Viewer
from engine.spreadsheet.workbook import Workbook
from realtime.tail import Tail
from realtime.wakeup import MemoryBus
from regions.endpoint_directory import to_http_url
from regions.owner_heads import OwnerHeadCache
from resolvers import access
from resolvers.active_operations import ActiveOperations
from resolvers.current_viewer import require_current_viewer
from resolvers.loaders import Loaders
from resolvers.operation_budget import OperationBudget
from resolvers.problems import NotFound, OwnedElsewhere
from resolvers.region_analysis import Analyses
from resolvers.region_parents import load_parents
from resolvers.result_cache import ResultCache
from resolvers.single_flight import SingleFlight
from resolvers.snapshot_cache import SnapshotCache
from resolvers.workbook_cache import WorkbookCache
from storage import log
from storage.access import Access
from storage.arrival import Arrival
from storage.audit import lock_audit
from storage.database import Database, Session
from storage.log import Clock, Derive, LogTransaction
from storage.opd import current_opd_ids
from storage.region_inventory import InventoryCache
from storage.region_state import RegionState, read_region_state


@dataclass(frozen=True)
class Instance:
    """The long-lived parts of this process, which all operations share."""

    name: str
    identity: str  # names the cookies of its sessions
    secret: str  # signs what a sign-in leaves in the browser
    version: str
    province: str  # code of the province that the wall display shows
    replay: bool
    database: Database
    bus: MemoryBus
    tail: Tail[Arrival]
    clock: Clock
    inventories: InventoryCache
    analyses: Analyses
    derive_events: Derive  # derives events from the entries of a transaction
    owners: OwnerHeadCache  # heads of the logs that this process replicates
    # Returns the tables of an uploaded file with a name, or raises FileInvalid.
    read_workbook: Callable[[bytes, str], Awaitable[Workbook]]
    result_cache: ResultCache = field(default_factory=ResultCache)
    # The sources by region, in their current state.
    sources_by_region: dict[str, Source] = field(default_factory=dict)
    snapshot_cache: SnapshotCache = field(default_factory=SnapshotCache)
    workbook_cache: WorkbookCache = field(default_factory=WorkbookCache)
    url: str | None = None  # address of its API for other instances
    active_operations: ActiveOperations = field(default_factory=ActiveOperations)
    access_changed: Callable[[], None] = lambda: None  # call it after a commit to the audit
    # Sends an invitation to an address: the person's name, the path of the link, and its end.
    # It raises MailNotSent. None: this instance sends no mail.
    send_invitation: Callable[[str, str, str, datetime], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class AccessTransaction:
    """A transaction that changes accounts, sessions or tokens."""

    session: Session
    now: datetime


@dataclass
class Context:
    """The context of one operation: its viewer, its loaders and its budget."""

    instance: Instance
    viewer: Viewer
    budget: OperationBudget = field(default_factory=OperationBudget)
    position: int = field(init=False)  # all reads see the arrivals up to it
    confirmed_at_by_region: dict[str, datetime] = field(
        default_factory=dict
    )  # when each replica was complete
    _acting_opds: frozenset[str] | None = field(
        default=None, init=False
    )  # the viewer's OPDs, or their successors
    waits: SingleFlight = field(default_factory=SingleFlight)  # for replicas that are too old
    coverage_by_request: dict[Hashable, Coverage] = field(default_factory=dict)  # after each wait

    def __post_init__(self) -> None:
        self._advance_position()

    def begin_event(self) -> None:
        """Begin the next live event of a subscription: restart the budget and drop loaded rows.

        Loaded regions stay, since a region rarely changes.
        """
        self.budget.restart()
        self._forget_rows()

    def begin_snapshot(self) -> None:
        """Begin the snapshot of a subscription, whose events share one budget."""
        self.budget.begin_snapshot()
        self._forget_rows()

    def begin_snapshot_event(self) -> None:
        """Begin the next event of a snapshot, and drop loaded rows.

        Raises:
            OperationTooComplex: the events before have exceeded the budget of the snapshot.
        """
        self.budget.continue_snapshot()
        self._forget_rows()

    @property
    def database(self) -> Database:
        """The database of the instance."""
        return self.instance.database

    @cached_property
    def access(self) -> Access:
        """The regions whose unpublished rows this viewer may read."""
        return access.unpublished_access(self.viewer)

    @cached_property
    def loaders(self) -> Loaders:
        """The loaders of this operation."""
        return Loaders(self.database, self.budget, self.access, self.instance.inventories)

    @property
    def acting_viewer(self) -> Viewer:
        """The viewer with the OPDs for which it acts, once a transaction that writes has begun.

        Staff of a dissolved OPD act for its successor until they have another token.
        """
        if self._acting_opds is None:
            return self.viewer
        return replace(self.viewer, opds=self._acting_opds)

    @property
    def actor(self) -> str:
        """The actor of the entries that this operation appends."""
        return viewer_actor(self.acting_viewer)

    async def load_acting_opds(self, session: Session) -> None:
        """Find the OPDs for which the viewer acts. Transactions that write do this themselves."""
        if self.viewer.opds:
            current_ids = await current_opd_ids(session, self.viewer.opds)
            self._acting_opds = frozenset(current_ids.values())

    async def read_acting_viewer(self) -> Viewer:
        """Return the viewer with the OPDs for which it acts now, for an operation that reads."""
        if self.viewer.opds:
            async with self.read() as session:
                await self.load_acting_opds(session)
        return self.acting_viewer

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Session]:
        """Yield a session for reading.

        Raises:
            OperationTooComplex: the operation exceeds its number of reads or its time.
        """
        async with self.budget.open_session(self.database) as session:
            yield session

    @asynccontextmanager
    async def write_region(
        self, code: str, key: str | None = None
    ) -> AsyncIterator[tuple[LogTransaction, RegionState]]:
        """Yield a transaction that changes a region, and wake the tail after its commit.

        Args:
            key: the idempotency key of the request, whose earlier response is in the state.

        Raises:
            NotFound: there is no such region.
            OwnedElsewhere: another instance owns the region.
        """
        clock, derive = self.instance.clock, self.instance.derive_events
        try:
            async with log.begin_log_transaction(
                self.database, code, clock, derive, begun=True
            ) as transaction:
                state = await read_region_state(
                    transaction, opds=self.viewer.opds, actor=self.viewer.subject, key=key
                )
                # The transaction knows the owner from before it waited for the lock.
                transaction.owner = state.owner
                if state.owner is not None:
                    parents = await load_parents(transaction.session, self.viewer.regions)
                    is_known = state.region is not None and access.knows_owner(
                        self.viewer, state.region, parents
                    )
                    raise OwnedElsewhere(code, to_http_url(state.owner) if is_known else None)
                if self.viewer.opds:
                    self._acting_opds = frozenset(state.current_opds.values())
                transaction.after_commit.append(self.loaders.forget)
                yield transaction, state
        except log.LogNotFound as unknown:
            raise NotFound("region", code) from unknown
        self.instance.bus.announce(transaction.arrival)

    @asynccontextmanager
    async def write_access(self) -> AsyncIterator[AccessTransaction]:
        """Yield a transaction that changes accounts, and apply it in this process at its commit.

        These transactions run one after another, so that each sees what the one before it did. The
        viewer is checked within them, because its right may have been withdrawn since it was read.

        Raises:
            Forbidden: the viewer's right, session or token is no longer as the viewer states it.
        """
        async with self.database.write() as session:
            await lock_audit(session)
            await require_current_viewer(session, self.viewer, self.instance.clock())
            yield AccessTransaction(session, self.instance.clock())
        self.instance.access_changed()
        self.loaders.forget()

    def _forget_rows(self) -> None:
        self._advance_position()
        self.loaders.forget(regions=False)

    def _advance_position(self) -> None:
        self.position = max(self.instance.bus.newest, self.instance.tail.newest)
