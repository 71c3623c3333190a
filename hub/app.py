"""The composition root: creates the application and opens and closes its parts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from engine.model import Viewer
from hub import metrics, replication
from hub.auth.authentication import Authenticator
from hub.security_headers import SecurityHeaders
from hub.settings import Settings
from hub.transport import compression
from hub.transport.compression import CompressedFiles
from hub.transport.graphql_http import GraphQLApp
from hub.transport.request_limits import RequestLimits
from hub.transport.response_cache import ResponseCache
from hub.transport.shared_subscription import FAILURE, SubscriptionSharing
from hub.transport.websocket_protocol import DRAINING, flush_outbox
from hub.worker_metrics import WorkerMetrics
from realtime.broker import Broker, MemoryBroker
from realtime.fanout import Fanout
from realtime.redis_broker import RedisBroker
from realtime.tail import Tail
from realtime.wakeup import MemoryBus
from regions.owners import OwnerHeadCache
from resolvers import recompute
from resolvers.access import unpublished_access
from resolvers.announcements import analysis_cache, verification_deriver
from resolvers.context import Context, Instance
from resolvers.operation_budget import OperationBudget
from schema.schema import schema
from storage import arrival, region
from storage.arrival import Arrival, ArrivalPosition
from storage.database import Database
from storage.inventory import InventoryCache
from storage.log import Clock

Task = Callable[[Instance], Awaitable[None]]

READY_SECONDS = 2.0
WEB = Path(str(files("clients"))) / "web" / "dist"

logger = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the current time in UTC; this is the clock of the instance."""
    return datetime.now(UTC)


@dataclass
class AppState:
    """The state of a running application."""

    operation_seconds: float
    instance: Instance | None = None

    async def position(self) -> ArrivalPosition:
        """Return the newest position of the arrival order in the database."""
        assert self.instance is not None
        async with self.instance.database.read() as session:
            return await arrival.newest_position(session)

    def executing(self) -> AbstractContextManager[None]:
        """Return a context manager that counts an operation as in progress."""
        assert self.instance is not None
        return self.instance.requests.executing()

    def context(self, viewer: Viewer) -> Context:
        """Return a new context for an operation of this viewer."""
        assert self.instance is not None  # the server accepts no request before startup is complete
        budget = OperationBudget(seconds=self.operation_seconds)
        return Context(self.instance, viewer, budget)


def create_app(
    settings: Settings,
    *,
    replay: bool = False,
    tasks: Sequence[Task] = (),
    metrics_folder: Path | None = None,
) -> Starlette:
    """Return the application.

    Args:
        replay: whether the instance plays published results of earlier years as events.
        tasks: background tasks, which run while the application runs.
        metrics_folder: where several workers share their metrics; None with a single process.
    """
    running, lag, regions = (
        AppState(settings.operation_seconds),
        metrics.DeliveryLag(),
        metrics.OwnedRegionCount(metrics_folder),
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with open_instance(settings, replay=replay) as instance, asyncio.TaskGroup() as group:
            running.instance = instance
            owned = [group.create_task(instance.tail.run())]
            beside = [recompute.recompute_in_background, lag.run, regions.run, *tasks]
            if settings.follows is not None:
                beside.append(
                    partial(replication.run_replication, settings.follows, settings.data_dir)
                )
                beside.append(partial(replication.watch_owners, settings.follows))
            owned += [group.create_task(_owned(task, instance)) for task in beside]
            if workers is not None:
                owned.append(group.create_task(workers.run()))
            yield
            await fanout.close()
            for task in owned:
                task.cancel()

    def own_metrics() -> bytes:
        assert running.instance is not None
        return metrics.render_metrics(fanout, running.instance, lag, regions)

    fanout = Fanout(FAILURE, flush_outbox)
    workers = WorkerMetrics(metrics_folder, own_metrics) if metrics_folder is not None else None
    graphql = GraphQLApp(
        schema,
        context_factory=running.context,
        authenticator=create_authenticator(settings),
        limits=RequestLimits(
            sockets=settings.sockets, sockets_per_viewer=settings.sockets_per_viewer
        ),
        explorer_html=_page("explorer.html"),
        allowed_origins=settings.allowed_origins,
        response_cache=ResponseCache(running.position),
        executing=running.executing,
        sharing=SubscriptionSharing(schema, fanout, running.context, unpublished_access),
    )

    async def ready(request: Request) -> Response:
        assert running.instance is not None
        if request.scope.get("state", {}).get(DRAINING):
            return JSONResponse({"ready": False, "draining": True}, 503)
        broker = running.instance.tail.broker  # the instance is ready without it, too
        state = {"kind": broker.kind, "state": "ok" if broker.reachable else "unreachable"}
        try:
            async with asyncio.timeout(READY_SECONDS), running.instance.database.read() as session:
                position = await arrival.newest_position(session)
        except Exception:  # noqa: BLE001  # any error means that the database is unavailable
            return JSONResponse({"ready": False, "database": "unreachable", "broker": state}, 503)
        return JSONResponse(
            {"ready": True, "database": "ok", "arrival": position.arrival, "broker": state}
        )

    async def measured(_request: Request) -> Response:
        text = own_metrics() if workers is None else workers.text()
        return Response(text, headers={"content-type": metrics.CONTENT_TYPE})

    async def alive(_request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def own_map(_request: Request) -> Response:
        if settings.map_file is None:
            return Response(status_code=204)
        return FileResponse(settings.map_file, media_type="application/geo+json")

    routes: list[BaseRoute] = [
        Route("/graphql", graphql),
        WebSocketRoute("/graphql", graphql),
        Route("/healthz", alive),
        Route("/readyz", ready),
        Route("/metrics", measured),
        Route("/map.geojson", own_map),
        *_web_routes(running),
    ]
    return Starlette(routes=routes, lifespan=lifespan, middleware=[Middleware(SecurityHeaders)])


@asynccontextmanager
async def open_instance(
    settings: Settings,
    *,
    replay: bool = False,
    clock: Clock = utc_now,
    broker: Broker[Arrival] | None = None,
) -> AsyncIterator[Instance]:
    """Create the instance's parts and close them at the end; `broker` replaces the configured one."""
    database = Database(settings.database)
    try:
        async with database.read() as session:
            position = await arrival.newest_position(session)

        async def read(after: int, limit: int) -> Sequence[Arrival]:
            async with database.read() as session:
                return await arrival.list_arrivals_after(session, after, limit)

        bus, inventories, analyses = MemoryBus(), InventoryCache(), analysis_cache()
        yield Instance(
            name=settings.name,
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
                broker=broker or _broker(settings, position.epoch),
            ),
            clock=clock,
            inventories=inventories,
            analyses=analyses,
            derive=verification_deriver(inventories, analyses),
            owners=OwnerHeadCache(clock),
        )
    finally:
        await database.close()


def _broker(settings: Settings, epoch: str) -> Broker[Arrival]:
    if settings.redis_url is None:
        return MemoryBroker()
    # Each epoch has its own stream, because arrival numbers are unique only within an epoch.
    return RedisBroker(
        settings.redis_url,
        f"simpul:{epoch}:arrivals",
        encode=arrival.encode_arrival,
        decode=arrival.decode_arrival,
    )


def create_authenticator(settings: Settings) -> Authenticator:
    """Return an authenticator that uses the instance's own key or an identity provider's keys."""
    issuer, audience = settings.token_issuer, settings.token_audience
    if settings.jwks is None:
        return Authenticator.embedded(settings.token_key(), issuer, audience, utc_now)
    document = settings.jwks if "://" in settings.jwks else Path(settings.jwks)
    return Authenticator.trusting(document, issuer, audience, utc_now)


async def _owned(task: Task, instance: Instance) -> None:
    try:
        await task(instance)
    except Exception:
        # If it propagated, it would cancel the tail, and the server would continue without one.
        logger.exception("a task beside the server has failed; the server goes on")


def _web_routes(running: AppState) -> list[BaseRoute]:
    """Return the routes of the built web client; none if it is not built."""
    if not (WEB / "assets").is_dir():
        return []

    def page(request: Request, name: str, status: int = 200) -> Response:
        # The names of the assets contain a content hash, so only the page must be revalidated.
        fresh = {"cache-control": "no-cache"}
        return compression.file_response(WEB / name, request.headers, status, fresh)

    async def wall(request: Request) -> Response:
        return page(request, "index.html")

    async def region_page(request: Request) -> Response:
        assert running.instance is not None
        code = request.path_params["code"]
        async with running.instance.database.read() as session:
            known = code in await region.by_code(session, [code])
        # The page itself reports, in both languages, that the region does not exist.
        return page(request, "region.html", 200 if known else 404)

    return [
        Route("/", wall),
        Route("/daerah/{code}", region_page),
        Mount("/assets", CompressedFiles(directory=WEB / "assets")),
        Route("/favicon.svg", CompressedFiles(directory=WEB)),
    ]


def _page(name: str) -> bytes | None:
    path = WEB / name
    return path.read_bytes() if path.is_file() else None
