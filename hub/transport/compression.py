"""Compression of static files and API responses.

Files are compressed with brotli and gzip when the web client is built. API responses are compressed
with gzip when they are sent, but only those to the public viewer. If a response held a secret next
to text that an attacker chose, its compressed length would reveal parts of the secret (BREACH).
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

SUFFIX_BY_ENCODING = {"br": ".br", "gzip": ".gz"}  # file suffix by encoding, the smaller copy first
COMPRESSED_BYTES_LEAST = 1_000  # bytes; compressing a shorter response costs more than it saves
GZIP_LEVEL = 5  # gzip level: 60 kB shrink to a sixth in 1 ms of CPU
HEADER_CHARACTERS = 1_000  # the part of `accept-encoding` that is read
ACCEPT_ENCODING = "accept-encoding"


def accepted_encodings(headers: Mapping[str, str]) -> list[str]:
    """Return the encodings in COPIES that the client accepts, the smallest copy first."""
    weights: dict[str, str] = {}
    for part in headers.get(ACCEPT_ENCODING, "")[:HEADER_CHARACTERS].lower().split(","):
        name, _, weight = part.partition(";")
        weights[name.strip()] = weight.replace(" ", "")
    return [
        name
        for name in SUFFIX_BY_ENCODING
        if not _has_zero_quality(weights.get(name, weights.get("*", "q=0")))
    ]


def _has_zero_quality(weight: str) -> bool:
    return weight.startswith("q=") and not weight.removeprefix("q=").strip("0.")


class CompressibleResponse(Response):
    """An API response that is compressed at most once, however often it is sent."""

    def compressed_for(self, headers: Mapping[str, str]) -> Response:
        """Return the response, compressed if a public client with these headers accepts that."""
        if len(self.body) < COMPRESSED_BYTES_LEAST or "gzip" not in accepted_encodings(headers):
            return self
        return self._compressed

    @cached_property
    def _compressed(self) -> Response:
        compressed = Response(gzip.compress(self.body, GZIP_LEVEL, mtime=0), self.status_code)
        length = (b"content-length", str(len(compressed.body)).encode())
        other_headers = [header for header in self.raw_headers if header[0] != b"content-length"]
        compressed.raw_headers = [*other_headers, length, (b"content-encoding", b"gzip")]
        return compressed


class CompressedFiles(StaticFiles):
    """Static files; the compressed copy next to a file is sent if the client accepts it."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        copy, encoding = smallest_copy(Path(full_path), Headers(scope=scope))
        response = super().file_response(copy, copy.stat(), scope, status_code)
        _set_content_headers(response, Path(full_path), encoding)
        return response


def file_response(
    path: Path, headers: Mapping[str, str], status: int, extra: Mapping[str, str]
) -> Response:
    """Return a file of the built web client, with additional headers."""
    copy, encoding = smallest_copy(path, headers)
    response = FileResponse(copy, status, headers=extra)
    _set_content_headers(response, path, encoding)
    return response


def smallest_copy(path: Path, headers: Mapping[str, str]) -> tuple[Path, str | None]:
    """Return the smallest copy of a file that the client accepts, with its encoding.

    The encoding is None for the uncompressed file.
    """
    for encoding in accepted_encodings(headers):
        copy = path.with_name(path.name + SUFFIX_BY_ENCODING[encoding])
        if copy.is_file():
            return copy, encoding
    return path, None


def _set_content_headers(response: Response, path: Path, encoding: str | None) -> None:
    response.headers.add_vary_header(ACCEPT_ENCODING)
    if encoding is not None and "content-type" in response.headers:  # absent in a 304 response
        response.headers["content-encoding"] = encoding
        media_type = guess_type(path.name)[0] or "application/octet-stream"
        is_text = media_type.startswith("text/") or media_type.endswith(("javascript", "json"))
        response.headers["content-type"] = f"{media_type}; charset=utf-8" if is_text else media_type
