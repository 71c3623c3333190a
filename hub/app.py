"""The composition root: creates the application and opens and closes its parts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, WebSocketRoute

from hub import metrics, replication, web_pages
from hub.admission.admission import Admission
from hub.admission.client_budgets import ClientRate
from hub.app_state import AppState
from hub.auth.access_watch import AccessWatch
from hub.auth.authentication import Authenticator
from hub.auth.open_connections import OpenConnections
from hub.auth.provider_parts import ProviderParts, load_provider_parts
from hub.cross_origin import CrossOriginAccess
from hub.downloads import Downloads
from hub.health import Health, respond_to_outage
from hub.instance import open_instance, utc_now
from hub.operator_address import OperatorAddress
from hub.position_reader import PositionReader
from hub.root_path import RootPath
from hub.security_headers import SecurityHeaders
from hub.settings import Settings
from hub.sign_in.passwords import PasswordHashes
from hub.sign_in.provider_client import PROVIDER_SECONDS
from hub.sign_in.provider_routes import ProviderSignIn
from hub.sign_in.routes import sign_in_routes
from hub.sign_in.sessions import Sessions
from hub.transport.graphql_http import GraphQLApp
from hub.transport.persisted_queries import PersistedQueries
from hub.transport.proxy_headers import TRUSTED_PROXIES, ProxyHeaders, TrustedProxies
from hub.transport.request_limits import RequestLimits
from hub.transport.response_cache import ResponseCache
from hub.transport.shared_subscription import INTERNAL_ERROR_PAYLOAD, SubscriptionSharing
from hub.transport.uploads import Uploads
from hub.transport.websocket_protocol import flush_outbox
from hub.workbook_reader import WorkbookReader
from hub.worker_metrics import WorkerMetrics
from realtime.fanout import Fanout
from resolvers import recompute
from resolvers.access import unpublished_access
from resolvers.context import Instance
from resolvers.cpu_meter import create_metered_task
from schema.schema import schema
from storage.database import DATABASE_ERRORS

BackgroundTask = Callable[[Instance], Awaitable[None]]

logger = logging.getLogger(__name__)


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
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, object]]:
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
            yield {TRUSTED_PROXIES: proxies}
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
    proxies = TrustedProxies(settings.trusted_proxies, settings.client_address_header)
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
        explorer_html=web_pages.read_page("explorer.html", settings.root_path),
        allowed_origins=settings.allowed_origins,
        response_cache=ResponseCache(PositionReader(app_state.newest_position).newest_position),
        persisted_queries=PersistedQueries() if settings.persisted_queries else None,
        executing=app_state.executing,
        sharing=SubscriptionSharing(
            schema, fanout, app_state.context, unpublished_access, admission=admission
        ),
    )

    health = Health(
        app_state.running_instance,
        own_metrics if workers is None else workers.render,
        settings.map_file,
    )
    routes: list[BaseRoute] = [
        Route("/graphql", graphql),
        WebSocketRoute("/graphql", graphql),
        *health.public_routes(with_metrics=settings.metrics_address is None),
        *Downloads(app_state.context, admission=admission).routes(),
        *Uploads(app_state.context, authenticator, app_state.executing, reader, admission).routes(),
        *sign_in_routes(
            sessions, None if provider is None else provider.provider.name, hashes=hashes
        ),
        *_provider_routes(provider, sessions, provider_seconds),
        *web_pages.routes(app_state.database),
    ]
    proxy_headers = Middleware(ProxyHeaders, proxies)
    security_headers = Middleware(
        SecurityHeaders,
        frame_ancestors=settings.frame_ancestors,
        cookie=app_state.session_cookie,
    )
    cross_origin_access = Middleware(CrossOriginAccess, allowed_origins=settings.allowed_origins)
    operator_address = []
    if settings.metrics_address is not None:
        _, port = settings.metrics_host_and_port
        operator_address = [Middleware(OperatorAddress, port, health.operator_routes())]
    root_path = [Middleware(RootPath, settings.root_path)] if settings.root_path else []
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[
            *root_path,
            proxy_headers,
            security_headers,
            *operator_address,
            cross_origin_access,
        ],
        exception_handlers={
            HTTPStatus.NOT_FOUND: web_pages.unknown_page,
            **dict.fromkeys(DATABASE_ERRORS, respond_to_outage),
        },
    )


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
