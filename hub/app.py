"""The composition root: creates the application and opens and closes its parts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    Response,
)
from starlette.routing import BaseRoute, Route, WebSocketRoute

from engine.model import Viewer
from hub import metrics, replication, web_pages
from hub.admission.admission import Admission
from hub.admission.client_budgets import ClientRate
from hub.auth.access_watch import AccessWatch
from hub.auth.authentication import Authenticator
from hub.auth.credentials import SessionCookie
from hub.auth.open_connections import OpenConnections
from hub.auth.provider_parts import ProviderParts, load_provider_parts
from hub.downloads import Downloads
from hub.mail import InvitationMail
from hub.mail_server import parse_mail_server
from hub.security_headers import SecurityHeaders
from hub.settings import Settings
from hub.sign_in.passwords import PasswordHashes
from hub.sign_in.provider_client import PROVIDER_SECONDS
from hub.sign_in.provider_routes import ProviderSignIn
from hub.sign_in.routes import sign_in_routes
from hub.sign_in.sessions import Sessions
from hub.transport.graphql_http import GraphQLApp
from hub.transport.request_limits import RequestLimits
from hub.transport.response_cache import ResponseCache
from hub.transport.shared_subscription import INTERNAL_ERROR_PAYLOAD, SubscriptionSharing
from hub.transport.uploads import Uploads
from hub.transport.websocket_protocol import DRAINING, flush_outbox
from hub.workbook_reader import WorkbookReader
from hub.worker_metrics import WorkerMetrics
from realtime.broker import Broker, MemoryBroker
from realtime.fanout import Fanout
from realtime.redis_broker import RedisBroker
from realtime.tail import Tail
from realtime.wakeup import MemoryBus
from regions.owner_heads import OwnerHeadCache
from resolvers import recompute
from resolvers.access import unpublished_access
from resolvers.announcements import analysis_cache, verification_deriver
from resolvers.context import Context, Instance
from resolvers.cpu_meter import create_metered_task
from resolvers.operation_budget import OperationBudget
from schema.schema import schema
from storage import arrival
from storage.arrival import Arrival, ArrivalPosition
from storage.audit import read_identity
from storage.database import Database
from storage.log import Clock
from storage.region_inventory import InventoryCache

BackgroundTask = Callable[[Instance], Awaitable[None]]

READY_SECONDS = 2.0

logger = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the current time in UTC; this is the clock of the instance."""
    return datetime.now(UTC)


@dataclass
class AppState:
    """The state of a running application."""

    operation_seconds: float
    instance: Instance | None = None

    async def newest_position(self) -> ArrivalPosition:
        """Return the newest position of the arrival order in the database."""
        assert self.instance is not None
        async with self.instance.database.read() as session:
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


def create_app(
    settings: Settings,
    *,
    replay: bool = False,
    tasks: Sequence[BackgroundTask] = (),
    metrics_folder: Path | None = None,
    hashes: PasswordHashes | None = None,
    provider_seconds: float = PROVIDER_SECONDS,
) -> Starlette:
    """Return the application.

    Args:
        replay: whether the instance plays published results of earlier years as events.
        tasks: background tasks, which run while the application runs.
        metrics_folder: where several workers share their metrics; None with a single process.
        hashes: replaces the hashes of passwords, whose parameters take time on purpose.
        provider_seconds: the deadline of the identity provider during one request of a browser.
    """
    app_state, reader, delivery_lag, owned_regions = (
        AppState(settings.operation_seconds),
        WorkbookReader(),
        metrics.DeliveryLag(),
        metrics.OwnedRegionCount(metrics_folder),
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with (
            open_instance(
                settings, replay=replay, reader=reader, access_changed=access_watch.wake
            ) as instance,
            asyncio.TaskGroup() as group,
        ):
            app_state.instance = instance
            asyncio.get_running_loop().set_task_factory(create_metered_task)
            await access_watch.read_new_entries(instance.database)
            running_tasks = [group.create_task(instance.tail.run())]
            instance_tasks: list[BackgroundTask] = [
                access_watch.run,
                recompute.recompute_in_background,
                delivery_lag.run,
                owned_regions.run,
                *tasks,
            ]
            if settings.follows is not None:
                instance_tasks.append(
                    partial(replication.run_replication, settings.follows, settings.data_dir)
                )
                instance_tasks.append(partial(replication.watch_owners, settings.follows))
            running_tasks += [
                group.create_task(_run_task(task, instance)) for task in instance_tasks
            ]
            if workers is not None:
                running_tasks.append(group.create_task(workers.run()))
            yield
            await fanout.close()
            for task in running_tasks:
                task.cancel()

    def own_metrics() -> bytes:
        assert app_state.instance is not None
        return metrics.render_metrics(fanout, app_state.instance, delivery_lag, owned_regions)

    fanout = Fanout(INTERNAL_ERROR_PAYLOAD, flush_outbox)
    workers = WorkerMetrics(metrics_folder, own_metrics) if metrics_folder is not None else None
    provider = None
    if settings.identity_provider is not None:
        provider = load_provider_parts(
            settings.identity_provider, app_state.database, utc_now, app_state.access_changed
        )
    authenticator = create_authenticator(app_state, provider)
    sessions = Sessions(
        app_state.running_instance,
        app_state.session_cookie,
        authenticator,
        idle=timedelta(minutes=settings.session_idle_minutes),
        lifetime=timedelta(hours=settings.session_hours),
    )
    access_watch = AccessWatch(authenticator)
    admission = Admission(
        ClientRate(settings.client_cpu_rate, settings.client_cpu_burst),
        operation_seconds=settings.operation_seconds,
    )
    open_connections = OpenConnections(authenticator)
    access_watch.listen(open_connections.account_changed)
    graphql = GraphQLApp(
        schema,
        context_factory=app_state.context,
        authenticator=authenticator,
        admission=admission,
        open_connections=open_connections,
        limits=RequestLimits(
            sockets=settings.sockets, sockets_per_viewer=settings.sockets_per_viewer
        ),
        explorer_html=web_pages.read_page("explorer.html"),
        allowed_origins=settings.allowed_origins,
        response_cache=ResponseCache(app_state.newest_position),
        executing=app_state.executing,
        sharing=SubscriptionSharing(schema, fanout, app_state.context, unpublished_access),
    )

    async def readiness(request: Request) -> Response:
        assert app_state.instance is not None
        if request.scope.get("state", {}).get(DRAINING):
            return JSONResponse({"ready": False, "draining": True}, 503)
        broker = app_state.instance.tail.broker  # the instance is also ready without a broker
        broker_state = {"kind": broker.kind, "state": "ok" if broker.reachable else "unreachable"}
        try:
            async with (
                asyncio.timeout(READY_SECONDS),
                app_state.instance.database.read() as session,
            ):
                position = await arrival.read_arrival_position(session)
        except Exception:  # noqa: BLE001  # any error means that the database is unavailable
            return JSONResponse(
                {"ready": False, "database": "unreachable", "broker": broker_state}, 503
            )
        return JSONResponse(
            {"ready": True, "database": "ok", "arrival": position.arrival, "broker": broker_state}
        )

    async def metrics_text(_request: Request) -> Response:
        text = own_metrics() if workers is None else workers.render()
        return Response(text, headers={"content-type": metrics.CONTENT_TYPE})

    async def liveness(_request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def own_map(_request: Request) -> Response:
        if settings.map_file is None:
            return Response(status_code=204)
        return FileResponse(settings.map_file, media_type="application/geo+json")

    routes: list[BaseRoute] = [
        Route("/graphql", graphql),
        WebSocketRoute("/graphql", graphql),
        Route("/healthz", liveness),
        Route("/readyz", readiness),
        Route("/metrics", metrics_text),
        Route("/map.geojson", own_map),
        *Downloads(app_state.context).routes(),
        *Uploads(app_state.context, authenticator, app_state.executing, reader).routes(),
        *sign_in_routes(
            sessions, None if provider is None else provider.provider.name, hashes=hashes
        ),
        *_provider_routes(provider, sessions, provider_seconds),
        *web_pages.routes(app_state.database),
    ]
    security_headers = Middleware(
        SecurityHeaders,
        frame_ancestors=settings.frame_ancestors,
        cookie=app_state.session_cookie,
    )
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[security_headers],
        exception_handlers={HTTPStatus.NOT_FOUND: web_pages.unknown_page},
    )


@asynccontextmanager
async def open_instance(
    settings: Settings,
    *,
    replay: bool = False,
    clock: Clock = utc_now,
    broker: Broker[Arrival] | None = None,
    reader: WorkbookReader | None = None,
    access_changed: Callable[[], None] = lambda: None,
) -> AsyncIterator[Instance]:
    """Create the parts of the instance, and close them at the end.

    Args:
        broker: replaces the configured broker.
        reader: shares its bound on processes with other users of it.
        access_changed: is called after each commit that concerns accounts, sessions or tokens.
    """
    database = Database(settings.database)
    try:
        async with database.read() as session:
            position = await arrival.read_arrival_position(session)
            identity, secret = await read_identity(session)

        async def read(after: int, limit: int) -> Sequence[Arrival]:
            async with database.read() as session:
                return await arrival.list_arrivals_after(session, after, limit)

        bus, inventories, analyses = MemoryBus(), InventoryCache(), analysis_cache()
        yield Instance(
            name=settings.name,
            identity=identity,
            secret=secret,
            version=version("simpul"),
            url=settings.url,
            province=settings.province,
            replay=replay,
            database=database,
            bus=bus,
            tail=Tail(
                read,
                bus,
                start=position.arrival,
                broker=broker or _create_broker(settings, position.epoch),
            ),
            clock=clock,
            inventories=inventories,
            analyses=analyses,
            derive_events=verification_deriver(inventories, analyses),
            owners=OwnerHeadCache(clock),
            read_workbook=(reader or WorkbookReader()).read,
            access_changed=access_changed,
            send_invitation=_invitation_sender(settings),
        )
    finally:
        await database.close()


def _create_broker(settings: Settings, epoch: str) -> Broker[Arrival]:
    if settings.redis_url is None:
        return MemoryBroker()
    # Each epoch has its own stream, because arrival numbers are unique only within an epoch.
    return RedisBroker(
        settings.redis_url,
        f"simpul:{epoch}:arrivals",
        encode=arrival.encode_arrival,
        decode=arrival.decode_arrival,
    )


def _invitation_sender(
    settings: Settings,
) -> Callable[[str, str, str, datetime], Awaitable[None]] | None:
    if settings.smtp_url is None or settings.smtp_from is None or settings.url is None:
        return None
    server = parse_mail_server(settings.smtp_url)
    return InvitationMail(server, settings.smtp_from, settings.name, settings.url).send


def create_authenticator(
    app_state: AppState, provider: ProviderParts | None = None
) -> Authenticator:
    """Return an authenticator for this instance's sessions and tokens, and those of a provider."""
    tokens = None if provider is None else provider.tokens
    return Authenticator(app_state.database, app_state.session_cookie, utc_now, tokens)


def _provider_routes(
    provider: ProviderParts | None, sessions: Sessions, provider_seconds: float
) -> list[BaseRoute]:
    """Return the routes of the sign-in with an identity provider; none if there is no provider."""
    if provider is None:
        return []
    return ProviderSignIn(
        provider.provider,
        provider.discovery,
        provider.accounts,
        sessions,
        provider_seconds=provider_seconds,
    ).routes()


async def _run_task(task: BackgroundTask, instance: Instance) -> None:
    try:
        await task(instance)
    except Exception:
        # A propagated exception would cancel the tail, and the server would continue without one.
        logger.exception("a task beside the server has failed; the server goes on")
