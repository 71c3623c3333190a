"""The routes by which an operator watches the server: health checks, metrics, and its map."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hub import metrics
from hub.transport.websocket_protocol import DRAINING
from resolvers.context import Instance
from storage import arrival

READY_SECONDS = 2.0


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

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/healthz", self._liveness),
            Route("/readyz", self._readiness),
            Route("/metrics", self._metrics),
            Route("/map.geojson", self._own_map),
        ]

    async def _liveness(self, _request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def _readiness(self, request: Request) -> Response:
        instance = self._running_instance()
        if request.scope.get("state", {}).get(DRAINING):
            return JSONResponse({"ready": False, "draining": True}, 503)
        broker = instance.tail.broker  # the instance is also ready without a broker
        broker_state = {"kind": broker.kind, "state": "ok" if broker.reachable else "unreachable"}
        try:
            async with asyncio.timeout(READY_SECONDS), instance.database.read() as session:
                position = await arrival.read_arrival_position(session)
        except Exception:  # noqa: BLE001  # any error means that the database is unavailable
            return JSONResponse(
                {"ready": False, "database": "unreachable", "broker": broker_state}, 503
            )
        return JSONResponse(
            {"ready": True, "database": "ok", "arrival": position.arrival, "broker": broker_state}
        )

    async def _metrics(self, _request: Request) -> Response:
        return Response(self._render_metrics(), headers={"content-type": metrics.CONTENT_TYPE})

    async def _own_map(self, _request: Request) -> Response:
        if self._map_file is None:
            return Response(status_code=204)
        return FileResponse(self._map_file, media_type="application/geo+json")
