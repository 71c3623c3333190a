"""Files and responses are compressed if the client accepts it and no secret can leak."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from hub.transport.compression import COMPRESSED_BYTES_LEAST, SUFFIX_BY_ENCODING, accepted_encodings
from hub.web_pages import WEB_CLIENT_FOLDER
from tests.fixtures.processes import SimpulProcess, start_processes
from tests.hub.test_app import requires_web_build
from tests.hub.transport.test_real_clients import token

LONG = "{ regions(first: 50) { nodes { code name kind provenance { source note } } } }"
SHORT = "{ instance { name } }"


@pytest.mark.parametrize(
    ("accept_encoding", "accepted"),
    [
        ("gzip, deflate, br", ["br", "gzip"]),
        ("GZIP ; q=0.5", ["gzip"]),
        ("br;q=0, gzip;q=1", ["gzip"]),
        ("*", ["br", "gzip"]),
        ("br;q=0.000, *", ["gzip"]),
        ("gzip;q=0", []),
        ("identity", []),
        ("", []),
        ("x" * 5_000 + ",gzip", []),
    ],
)
def test_a_client_says_which_encodings_it_takes(accept_encoding: str, accepted: list[str]) -> None:
    assert accepted_encodings({"accept-encoding": accept_encoding}) == accepted
    assert accepted_encodings({}) == []


@requires_web_build
def test_the_text_files_of_the_build_have_copies_that_are_smaller() -> None:
    texts = [
        path
        for path in WEB_CLIENT_FOLDER.rglob("*")
        if path.suffix in (".html", ".js", ".css", ".svg")
        and path.stat().st_size > COMPRESSED_BYTES_LEAST
    ]
    assert len(texts) > 5
    for path in texts:
        copies = [path.with_name(path.name + ending) for ending in SUFFIX_BY_ENCODING.values()]
        sizes = [copy.stat().st_size for copy in copies]
        assert sizes[0] < sizes[1] < path.stat().st_size, path.name
        assert gzip.decompress(copies[1].read_bytes()) == path.read_bytes()


@pytest.fixture(scope="module")
def hub(filled_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpulProcess]:
    folder = tmp_path_factory.mktemp("compression")
    (folder / "simpul.db").write_bytes(filled_template.read_bytes())
    with start_processes(folder) as start:
        yield start("serve", data_dir=folder)


@contextmanager
def request_raw(
    hub: SimpulProcess, path: str, headers: Mapping[str, str], query: str = ""
) -> Iterator[tuple[httpx2.Response, bytes]]:
    """Yield a response and its body before decompression."""
    with httpx2.Client(trust_env=False, timeout=30) as http:
        payload = {"json": {"query": query}} if query else {}
        method = "POST" if query else "GET"
        request_headers = {"accept-encoding": "", **headers}
        with http.stream(method, f"{hub.url}{path}", headers=request_headers, **payload) as answer:
            yield answer, b"".join(answer.iter_raw())


@requires_web_build
@pytest.mark.integration
@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_pages_and_assets_come_compressed(hub: SimpulProcess, encoding: str) -> None:
    script = max((WEB_CLIENT_FOLDER / "assets").glob("*.js"), key=lambda path: path.stat().st_size)
    for path, file in (
        ("/", WEB_CLIENT_FOLDER / "index.html"),
        ("/daerah/32.11", WEB_CLIENT_FOLDER / "region.html"),
        (f"/assets/{script.name}", script),
        ("/favicon.svg", WEB_CLIENT_FOLDER / "favicon.svg"),
    ):
        with request_raw(hub, path, {}) as (plain, body):
            assert "content-encoding" not in plain.headers
            assert body == file.read_bytes()
        with request_raw(hub, path, {"accept-encoding": encoding}) as (answer, compressed):
            assert answer.headers["content-encoding"] == encoding
            assert (
                compressed == file.with_name(file.name + SUFFIX_BY_ENCODING[encoding]).read_bytes()
            )
            assert answer.headers["content-type"] == plain.headers["content-type"]
        for response in (plain, answer):
            assert "accept-encoding" in response.headers["vary"]
        revalidation = {"accept-encoding": encoding, "if-none-match": answer.headers["etag"]}
        if path.startswith("/assets"):
            with request_raw(hub, path, revalidation) as (unchanged, nothing):
                assert (unchanged.status_code, nothing) == (304, b"")


@pytest.mark.integration
def test_responses_to_the_public_are_compressed_and_others_are_not(
    hub: SimpulProcess,
) -> None:
    accepts = {"accept-encoding": "gzip, br"}
    with request_raw(hub, "/graphql", {}, LONG) as (plain, body):
        assert len(body) > COMPRESSED_BYTES_LEAST
    for _ in range(2):  # executed first, then from the cache
        with request_raw(hub, "/graphql", accepts, LONG) as (answer, compressed):
            assert answer.headers["content-encoding"] == "gzip"
            assert gzip.decompress(compressed) == body
            assert len(compressed) < len(body) / 4
    secret = {"authorization": f"Bearer {token(hub)}"}
    for headers in (secret, {"cookie": "session=x"}):
        with request_raw(hub, "/graphql", accepts | headers, LONG) as (answer, content):
            assert "content-encoding" not in answer.headers
            assert content == body
    with request_raw(hub, "/graphql", accepts, SHORT) as (answer, _):
        assert "content-encoding" not in answer.headers
    assert {plain.headers["vary"], answer.headers["vary"]} == {
        "accept, accept-encoding, authorization, cookie"
    }
