"""Sends the requests to an identity provider, with the rules for addresses of `regions.address`.

A response is read as a whole, within a deadline and a bound, so that a provider that is slow or
sends without end takes neither time nor memory. Redirects are not followed, and proxies in the
environment are ignored.
"""

from __future__ import annotations

import asyncio
import ssl
from functools import cache
from pathlib import Path
from typing import Final

import httpx2

from regions.address import AddressRefused, resolve_host

BODY_BYTES_MOST: Final = 262_144  # of a response
REQUEST_SECONDS: Final = 5.0  # for resolving, connecting, and reading the whole response


_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts no authority


class CheckedTransport(httpx2.AsyncBaseTransport):
    """Connects to addresses that were checked, each request with a connection of its own.

    Args:
        private: whether http://, private networks and this machine are allowed.
        authority: a file with the certificates of the authorities to trust; None for the system's.
    """

    def __init__(self, *, private: bool = False, authority: Path | None = None) -> None:
        self._private = private
        self._authority = authority

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the response to a request, whose body has been read.

        Raises:
            httpx2.TransportError: the address is refused, or there is no response that is complete
                within the deadline and small enough.
        """
        url = request.url
        if url.scheme != "https" and not (url.scheme == "http" and self._private):
            raise httpx2.UnsupportedProtocol(
                f"expected an https address of the identity provider, got {url.scheme}",
                request=request,
            )
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                return await self._send(request)
        except TimeoutError as error:
            raise httpx2.ReadTimeout(
                f"expected a response within {REQUEST_SECONDS:g} s, got none", request=request
            ) from error
        except (AddressRefused, OSError) as error:
            raise httpx2.ConnectError(str(error), request=request) from error

    async def _send(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        addresses = await resolve_host(host, port, private=self._private)
        is_tls = request.url.scheme == "https"
        context = await asyncio.to_thread(_tls_context, self._authority) if is_tls else _NO_TLS
        # A compressed body could be much larger than what was read.
        headers = [
            (name, value)
            for name, value in request.headers.raw
            if name.lower() != b"accept-encoding"
        ]
        headers.append((b"accept-encoding", b"identity"))
        content = await request.aread()
        for address in addresses:
            checked = httpx2.Request(
                request.method,
                request.url.copy_with(host=str(address)),
                headers=headers,  # with the Host of the original address
                content=content,
                extensions={**request.extensions, "sni_hostname": host},
            )
            async with httpx2.AsyncHTTPTransport(verify=context, trust_env=False) as transport:
                try:
                    response = await transport.handle_async_request(checked)
                except httpx2.ConnectError:
                    if address == addresses[-1]:
                        raise
                    continue
                return await _read_response(response, request)
        raise AssertionError("resolve_host returns at least one address")


@cache
def _tls_context(authority: Path | None) -> ssl.SSLContext:
    """Return the TLS context of an authority; reading the certificates takes a tenth of a second."""
    return ssl.create_default_context(cafile=authority)


async def _read_response(response: httpx2.Response, request: httpx2.Request) -> httpx2.Response:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise httpx2.DecodingError("expected a body without compression", request=request)
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > BODY_BYTES_MOST:
            raise httpx2.ReadError(
                f"expected a body of at most {BODY_BYTES_MOST} bytes, got more", request=request
            )
    headers = [
        (name, value)
        for name, value in response.headers.raw
        if name.lower() not in (b"content-length", b"transfer-encoding")
    ]
    return httpx2.Response(
        response.status_code, headers=headers, content=bytes(body), request=request
    )
