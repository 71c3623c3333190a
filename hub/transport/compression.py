"""What files and answers are sent as: compressed where the client takes it and nothing can leak.

Files are compressed when the web client is built, with brotli and with gzip. Answers of the API are
compressed with gzip on the way, but only those to the public viewer: where a secret stands next to a
text that a visitor chose, the length of the compressed answer gives hints about the secret (BREACH).
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

COPIES = {"br": ".br", "gzip": ".gz"}  # by encoding, the smaller one first
ANSWER_LEAST = 1_000  # bytes; of a shorter answer, less is saved than packing it takes
ANSWER_LEVEL = 5  # of gzip: 1 ms of CPU for an answer of 60 kB, of which a sixth is left
HEADER_CHARACTERS = 1_000  # of `accept-encoding` that are read
VARY = "accept-encoding"


def accepted_encodings(headers: Mapping[str, str]) -> list[str]:
    """Return the encodings that a client takes, of those that there are copies of."""
    weights: dict[str, str] = {}
    for part in headers.get(VARY, "")[:HEADER_CHARACTERS].lower().split(","):
        name, _, weight = part.partition(";")
        weights[name.strip()] = weight.replace(" ", "")
    return [name for name in COPIES if not _is_zero(weights.get(name, weights.get("*", "q=0")))]


def _is_zero(weight: str) -> bool:
    return weight.startswith("q=") and not weight.removeprefix("q=").strip("0.")


class CompressibleResponse(Response):
    """An answer of the API, which is compressed once however often it is given."""

    def for_public(self, headers: Mapping[str, str]) -> Response:
        """Return it as a public client with these headers takes it."""
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
    """Static files, sent as the compressed copy that lies next to one where the client takes it."""

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
    """Return a file of the built web client with some headers of its own."""
    sent, encoding = smallest_copy(path, headers)
    response = FileResponse(sent, status, headers=extra)
    _describe(response, path, encoding)
    return response


def smallest_copy(path: Path, headers: Mapping[str, str]) -> tuple[Path, str | None]:
    """Return the smallest copy of a file that a client takes, with its encoding."""
    for encoding in accepted_encodings(headers):
        copy = path.with_name(path.name + COPIES[encoding])
        if copy.is_file():
            return copy, encoding
    return path, None


def _describe(response: Response, path: Path, encoding: str | None) -> None:
    response.headers.add_vary_header(VARY)
    if encoding is not None and "content-type" in response.headers:  # the client has it not yet
        response.headers["content-encoding"] = encoding
        kind = guess_type(path.name)[0] or "application/octet-stream"
        text = kind.startswith("text/") or kind.endswith(("javascript", "json"))
        response.headers["content-type"] = f"{kind}; charset=utf-8" if text else kind
