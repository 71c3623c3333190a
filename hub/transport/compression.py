"""Compression of static files and API responses.

Files are compressed with brotli and gzip when the web client is built. API responses are compressed
with gzip when they are sent, but only those to the public viewer: if a response held a secret next to
text that an attacker chose, its compressed length would reveal parts of the secret (BREACH).
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Mapping
from functools import cached_property
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

COPIES = {"br": ".br", "gzip": ".gz"}  # file suffix by encoding, the smaller copy first
ANSWER_LEAST = 1_000  # bytes; compressing a shorter response costs more than it saves
ANSWER_LEVEL = 5  # gzip level: 60 kB shrink to a sixth in 1 ms of CPU
HEADER_CHARACTERS = 1_000  # the part of `accept-encoding` that is read
VARY = "accept-encoding"


def accepted_encodings(headers: Mapping[str, str]) -> list[str]:
    """Return the encodings in COPIES that the client accepts, the smallest copy first."""
    weights: dict[str, str] = {}
    for part in headers.get(VARY, "")[:HEADER_CHARACTERS].lower().split(","):
        name, _, weight = part.partition(";")
        weights[name.strip()] = weight.replace(" ", "")
    return [name for name in COPIES if not _is_zero(weights.get(name, weights.get("*", "q=0")))]


def _is_zero(weight: str) -> bool:
    return weight.startswith("q=") and not weight.removeprefix("q=").strip("0.")


class CompressibleResponse(Response):
    """An API response that is compressed at most once, however often it is sent."""

    def for_public(self, headers: Mapping[str, str]) -> Response:
        """Return the response, compressed if a public client with these headers accepts that."""
        if len(self.body) < ANSWER_LEAST or "gzip" not in accepted_encodings(headers):
            return self
        return self._packed

    @cached_property
    def _packed(self) -> Response:
        packed = Response(gzip.compress(self.body, ANSWER_LEVEL, mtime=0), self.status_code)
        length = (b"content-length", str(len(packed.body)).encode())
        kept = [each for each in self.raw_headers if each[0] != b"content-length"]
        packed.raw_headers = [*kept, length, (b"content-encoding", b"gzip")]
        return packed


class CompressedFiles(StaticFiles):
    """Static files; the compressed copy next to a file is sent if the client accepts it."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        sent, encoding = smallest_copy(Path(full_path), Headers(scope=scope))
        response = super().file_response(sent, sent.stat(), scope, status_code)
        _describe(response, Path(full_path), encoding)
        return response


def file_response(
    path: Path, headers: Mapping[str, str], status: int, extra: Mapping[str, str]
) -> Response:
    """Return a file of the built web client, with additional headers."""
    sent, encoding = smallest_copy(path, headers)
    response = FileResponse(sent, status, headers=extra)
    _describe(response, path, encoding)
    return response


def smallest_copy(path: Path, headers: Mapping[str, str]) -> tuple[Path, str | None]:
    """Return the smallest copy of a file that the client accepts, with its encoding.

    The encoding is None for the uncompressed file.
    """
    for encoding in accepted_encodings(headers):
        copy = path.with_name(path.name + COPIES[encoding])
        if copy.is_file():
            return copy, encoding
    return path, None


def _describe(response: Response, path: Path, encoding: str | None) -> None:
    response.headers.add_vary_header(VARY)
    if encoding is not None and "content-type" in response.headers:  # else a 304
        response.headers["content-encoding"] = encoding
        kind = guess_type(path.name)[0] or "application/octet-stream"
        text = kind.startswith("text/") or kind.endswith(("javascript", "json"))
        response.headers["content-type"] = f"{kind}; charset=utf-8" if text else kind
