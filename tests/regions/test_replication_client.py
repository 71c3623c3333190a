"""Following an owner: its addresses, its redirects, and the renewal of its token."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.log.source import SourceState
from regions.endpoint_directory import Endpoint
from tests.regions import protocol_document
from tests.regions.followed_owners import OwnerData, following, wait_until_source
from tests.regions.toy_owner import ToyOwner

NODE = "https://node.example.go.id/graphql"


async def test_the_owner_of_a_copy_is_the_one_that_the_endpoint_names(
    hub_folder: Path, secret: Path, sumedang: OwnerData
) -> None:
    async with ToyOwner("32.11", *sumedang, owner_url=NODE).running() as toy:
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, endpoint) as (instance, _):
            followed = await wait_until_source(
                instance, "32.11", lambda source: source.owner is not None
            )
            assert (followed.url, followed.owner_url) == (toy.url, NODE)
            assert toy.messages[0] == protocol_document.connection_init("secret")
            toy.token = "another"
            await toy.sockets[0].close(1012)  # a failure does not change the known owner
            followed = await wait_until_source(
                instance, "32.11", lambda source: "FORBIDDEN" in source.detail
            )
            assert (followed.url, followed.owner_url) == (toy.url, NODE)
            toy.token, toy.owner_url = "secret", None  # as after it was handed over
            await toy.sockets[-1].close(1012)
            followed = await wait_until_source(
                instance, "32.11", lambda source: source.owner is None
            )
            assert (followed.state, followed.owner_url) == (SourceState.FRESH, toy.url)


async def test_an_address_in_a_private_network_is_followed_only_where_it_is_configured(
    hub_folder: Path, sumedang: OwnerData
) -> None:
    async with ToyOwner("32.11", *sumedang).running() as toy:
        async with following(hub_folder, Endpoint(toy.url, ("32.11",))) as (instance, _):
            await wait_until_source(
                instance, "32.11", lambda source: "no address that may" in source.detail
            )
        assert toy.queries == []


async def test_a_redirect_is_not_followed(hub_folder: Path, sumedang: OwnerData) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        location = canary.url.encode()
        writer.write(
            b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
        )
        await writer.drain()
        writer.close()

    async with (
        ToyOwner("32.11", *sumedang).running() as canary,
        await asyncio.start_server(answer, "127.0.0.1", 0) as server,
    ):
        port = server.sockets[0].getsockname()[1]
        endpoint = Endpoint(f"ws://127.0.0.1:{port}/", ("32.11",), private=True)
        async with following(hub_folder, endpoint) as (instance, _):
            await wait_until_source(
                instance, "32.11", lambda source: "no connection" in source.detail
            )
        assert canary.queries == []


async def test_a_token_that_expires_meanwhile_is_replaced_by_a_renewed_one(
    hub_folder: Path, secret: Path, sumedang: OwnerData, caplog: pytest.LogCaptureFixture
) -> None:
    async with ToyOwner("32.11", *sumedang).running() as toy:
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, endpoint) as (instance, _):
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            await asyncio.to_thread(secret.write_text, "renewed")
            toy.token = "renewed"
            [socket] = toy.sockets
            await socket.close(4401, "the token of this connection has expired")
            await wait_until_source(
                instance, "32.11", lambda source: "has expired" in source.detail
            )
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            assert len(toy.sockets) == 2
    assert (
        f"region 32.11 at {toy.url}: UNREACHABLE: closed with 4401: the token of this connection "
        f"has expired; the token is that in {secret}"
    ) in caplog.messages
