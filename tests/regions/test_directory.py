"""The endpoint directory: the file that lists the followed owners."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from regions.directory import (
    Endpoint,
    InvalidEndpointDirectory,
    load_endpoint_directory,
    watch_endpoint_directory,
)
from tests.fixtures.eventually import eventually

GOOD = """
[[endpoint]]
url = "wss://simpul.example.go.id/graphql"
regions = ["32.11", "32.12"]
token_file = "secrets/hub.token"

[[endpoint]]
url = "ws://127.0.0.1:8001/graphql"
regions = ["32.78"]
private = true
"""

PLAIN = "[[endpoint]]\nurl = 'ws://a.id/'\nregions = ['32']\n"
LISTED = "[[endpoint]]\nurl = 'ws://a.id/'\nregions = [%s]\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "regions.toml"
    path.write_text(text)
    return path


def test_a_file_lists_endpoints_with_files_beside_it(tmp_path: Path) -> None:
    found = load_endpoint_directory(written(tmp_path, GOOD))
    first, second = found.endpoints
    assert first.regions == ("32.11", "32.12")
    assert (first.host, first.port, first.private) == ("simpul.example.go.id", 443, False)
    assert first.token_file == tmp_path / "secrets" / "hub.token"
    assert (second.host, second.port, second.private) == ("127.0.0.1", 8001, True)
    assert found.endpoint("32.78") == second
    assert found.endpoint("32.01") is None


def test_a_token_is_read_again_each_time(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    endpoint = Endpoint("ws://a.id/", ("32.11",), token_file=secret)
    secret.write_text("one\n")
    assert endpoint.token() == "one"
    secret.write_text("two\n")
    assert endpoint.token() == "two"


@pytest.mark.parametrize("holds", ["", "\n", "a" * 16_385, "a b\nc", "kunci rahasia \u00e9"])
def test_a_file_without_a_token_is_reported_and_not_shown(tmp_path: Path, holds: str) -> None:
    secret = tmp_path / "token"
    secret.write_text(holds)
    endpoint = Endpoint("ws://a.id/", ("32.11",), token_file=secret)
    with pytest.raises(ValueError, match="^expected a token in the file, got none$"):
        endpoint.token()


@pytest.mark.parametrize(
    ("given", "taken"),
    [("http://a.id/graphql", "ws://a.id/graphql"), ("https://a.id:8443/", "wss://a.id:8443/")],
)
def test_an_address_of_the_web_is_taken_for_its_websocket(
    tmp_path: Path, given: str, taken: str
) -> None:
    text = PLAIN.replace("ws://a.id/", given)
    assert load_endpoint_directory(written(tmp_path, text)).endpoints == (Endpoint(taken, ("32",)),)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[endpoint]", "expected TOML"),
        ("[[endpoint]]\nregions = ['32']", "endpoint.0.url: Field required"),
        ("[[endpoint]]\nurl = 'ws://a.id/'\nregions = []", "at least 1 item"),
        ("[[endpoint]]\nurl = 'ws://a.id/'\nregions = ['']", "expected a region's code"),
        ("[[endpoint]]\nurl = 'ftp://a.id/'\nregions = ['32']", "expected ws://host/path"),
        ("[[endpoint]]\nurl = 'ws://[::1/'\nregions = ['32']", "expected ws://host/path"),
        ("[[endpoint]]\nurl = 'ws://a.id/a b'\nregions = ['32']", "expected ws://host/path"),
        ("[[endpoint]]\nurl = 'ws://a.id/?token=SECRET'\nregions = ['32']", "expected ws://host/"),
        ("[[endpoint]]\nurl = 'ws://a.id:99999/'\nregions = ['32']", "expected ws://host/path"),
        (f"[[endpoint]]\nurl = 'ws://a.id/'\nregions = ['{'SECRET' * 22}']", "got 132 characters"),
        (f"{PLAIN}client_key = 'x.key'", "expected a client_certificate with the client_key"),
        (f"{PLAIN}authority = 'ca.pem'", "expected wss:// with files for TLS, got ws://"),
        (f"{PLAIN}private = 'yes'", "endpoint.0.private: Input should be a valid boolean"),
        (LISTED % ", ".join(f'"{n}"' for n in range(1001)), "should have at most 1000 items"),
        (LISTED % ", ".join(f'"{n}"' for n in range(999)) + GOOD, "at most 1000 regions, got 1002"),
        ("x = " + "[" * 100_000, "expected TOML"),
        ("x = " + "9" * 5000, "expected TOML"),
        ("[[endpoint]]\nurl = 'ws://u:p@a.id/'\nregions = ['32']", "expected ws://host/path"),
        ("[[endpoint]]\nurl = 'ws://0x7f.1/'\nregions = ['32']", "expected ws://host/path"),
        ("[[endpoint]]\nurl = 'ws://a.id/'\nregions = ['32']\ntoken = 'x'", "not permitted"),
        (GOOD.replace("32.78", "32.11"), "expected each region once, got 32.11 twice"),
        ("x = 1", "not permitted"),
        ("#" * 1_048_577, "expected at most 1048576 bytes"),
    ],
)
def test_a_mistake_is_reported_with_what_was_expected(
    tmp_path: Path, text: str, problem: str
) -> None:
    with pytest.raises(InvalidEndpointDirectory, match=problem) as refusal:
        load_endpoint_directory(written(tmp_path, text))
    assert "u:p" not in str(refusal.value)
    assert "SECRET" not in str(refusal.value)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(InvalidEndpointDirectory, match="cannot be read: No such file"):
        load_endpoint_directory(tmp_path / "none.toml")


async def test_a_change_is_taken_up_and_a_mistake_is_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = written(tmp_path, GOOD)
    async with aclosing(watch_endpoint_directory(path, 0.01)) as directories, asyncio.timeout(10):
        assert len((await anext(directories)).endpoints) == 2
        following = asyncio.ensure_future(anext(directories))
        written(tmp_path, "[[endpoint]")
        await eventually(lambda: caplog.records != [])
        assert not following.done()
        written(tmp_path, GOOD.partition("\n\n")[0])
        assert len((await following).endpoints) == 1
    [mistake] = caplog.records
    assert "who was followed before still is" in mistake.message
