"""The routes by which an operator watches the server: health checks, metrics, and its map."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from hub import metrics
from hub.transport.websocket_protocol import DRAINING
from resolvers.context import Instance
from resolvers.outage import outage_reporter
from storage import arrival
from storage.database_outage import is_outage, outage_reason
from storage.write_probe import WriteProbe

READY_SECONDS = 2.0

logger = logging.getLogger(__name__)


def respond_to_outage(_request: Request, error: Exception) -> Response:
    """Return 503 for a page or a file that needs a database which is away."""
    unavailable = outage_reporter.unavailable_for(error)
    if unavailable is None:
        raise error
    headers = {"retry-after": str(unavailable.retry_after), "cache-control": "no-store"}
    return PlainTextResponse(str(unavailable), 503, headers)


class Health:
    """The routes of the health checks and the metrics."""

    def __init__(
        self,
        running_instance: Callable[[], Instance],
        render_metrics: Callable[[], bytes],
        map_file: Path | None,
    ) -> None:
        self._running_instance = running_instance
        self._render_metrics = render_metrics
        self._map_file = map_file
        self._write_probe = WriteProbe()
        self._is_failing = False

    def public_routes(self, *, with_metrics: bool) -> list[BaseRoute]:
        """Return the routes at the public address."""
        routes = self.operator_routes() if with_metrics else self._health_routes()
        return [*routes, Route("/map.geojson", self._own_map)]

    def operator_routes(self) -> list[BaseRoute]:
        """Return the routes at an address of the operator's own."""
        return [*self._health_routes(), Route("/metrics", self._metrics)]

    def _health_routes(self) -> list[BaseRoute]:
        return [Route("/healthz", self._liveness), Route("/readyz", self._readiness)]

    async def _liveness(self, _request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def _readiness(self, request: Request) -> Response:
        instance = self._running_instance()
        if request.scope.get("state", {}).get(DRAINING):
            return JSONResponse({"ready": False, "draining": True}, 503)
        broker = instance.tail.broker  # the instance is also ready without a broker
        broker_state = {"kind": broker.kind, "state": "ok" if broker.reachable else "unreachable"}
        database = "unreachable"
        try:
            async with asyncio.timeout(READY_SECONDS):
                async with instance.database.read_reserved() as session:
                    position = await arrival.read_arrival_position(session)
                database = "not writable"
                await self._write_probe.check_writable(instance.database)
        except Exception as error:  # noqa: BLE001  # any error means that it cannot serve
            self._log_failure(error)
            body = {"ready": False, "database": database, "reason": outage_reason(error)}
            return JSONResponse({**body, "broker": broker_state}, 503)
        self._is_failing = False
        return JSONResponse(
            {"ready": True, "database": "ok", "arrival": position.arrival, "broker": broker_state}
        )

    def _log_failure(self, error: Exception) -> None:
        """Log the first failure of a series; a monitoring system asks every few seconds."""
        if not self._is_failing:
            self._is_failing = True
            logger.warning("not ready: %r", error, exc_info=not is_outage(error))

    async def _metrics(self, _request: Request) -> Response:
        return Response(self._render_metrics(), headers={"content-type": metrics.CONTENT_TYPE})

    async def _own_map(self, _request: Request) -> Response:
        if self._map_file is None:
            return Response(status_code=204)
        return FileResponse(self._map_file, media_type="application/geo+json")
