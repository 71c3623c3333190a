"""The peer of `province.py`: a hub that sends a request to 27 regions for each query.

python province_peer.py PORT
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import sys
import threading
import time

import httpx2
import strawberry
import uvicorn
from fanout import free_port
from province import PEER_FIELDS, build_applications, region_codes
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.asgi import GraphQL

DEADLINE_SECONDS = 2.0
QUERY = f"{{ applications {{ {PEER_FIELDS} }} }}"


@strawberry.type
class Application:
    """An application with the fields that the query reads."""

    id: strawberry.ID
    name: str
    status: str
    function: str
    url: str | None
    platform: str
    year: int | None
    version: int
    users: int | None
    fit: int | None


@strawberry.type
class Region:
    """A region with its applications; an empty list if it did not answer in time."""

    code: strawberry.ID
    applications: list[Application]


class Hub:
    """Queries the regions, each with a deadline."""

    def __init__(self, regions_port: int) -> None:
        self.http = httpx2.AsyncClient(trust_env=False, timeout=DEADLINE_SECONDS)
        self.address = f"http://127.0.0.1:{regions_port}"

    async def region(self, code: str) -> Region:
        """Query one region; return it without applications after the deadline."""
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                response = await self.http.post(f"{self.address}/{code}", json={"query": QUERY})
        except (TimeoutError, httpx2.TransportError):
            return Region(code=strawberry.ID(code), applications=[])
        documents = response.json()["data"]["applications"]
        return Region(
            code=strawberry.ID(code),
            applications=[Application(**document) for document in documents],
        )


def serve_regions(port: int, hub: int) -> None:
    """Serve all regions from memory; `stop` silences the first ones. Ends with the hub."""

    def exit_with_hub() -> None:
        while os.getppid() == hub:
            time.sleep(0.5)
        os._exit(0)

    threading.Thread(target=exit_with_hub, daemon=True).start()
    response_by_code = {
        code: json.dumps(
            {
                "data": {
                    "applications": [
                        {
                            name: getattr(application, name)
                            if name != "status"
                            else application.status.value
                            for name in PEER_FIELDS.split()
                        }
                        for application in build_applications(code)
                    ]
                }
            }
        )
        for code in region_codes()
    }
    stopped: set[str] = set()

    async def respond(request: Request) -> Response:
        code = request.path_params["code"]
        if code in stopped:
            await asyncio.sleep(3600)
        return Response(response_by_code[code], media_type="application/json")

    async def stop(request: Request) -> Response:
        stopped.update(region_codes()[: await request.json()])
        return Response()

    routes = [Route("/stop", stop, methods=["POST"]), Route("/{code}", respond, methods=["POST"])]
    uvicorn.run(Starlette(routes=routes), port=port, log_level="error")


def main() -> None:
    """Serve the hub here, and the regions in a process of their own."""
    port, regions_port = int(sys.argv[1]), free_port()
    regions = multiprocessing.Process(
        target=serve_regions, args=(regions_port, os.getpid()), daemon=True
    )
    regions.start()
    hub = Hub(regions_port)

    @strawberry.type
    class Query:
        @strawberry.field
        async def regions(self) -> list[Region]:
            return await asyncio.gather(*(hub.region(code) for code in region_codes()))

    async def stop(request: Request) -> Response:
        await hub.http.post(f"{hub.address}/stop", json=await request.json())
        return Response()

    app = Starlette(
        routes=[
            Route("/stop", stop, methods=["POST"]),
            Route("/graphql", GraphQL(strawberry.Schema(Query)), methods=["POST"]),
        ]
    )
    uvicorn.run(app, port=port, log_level="error")


if __name__ == "__main__":
    main()
