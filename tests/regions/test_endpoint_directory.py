"""The endpoint directory: the file that lists the followed owners."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from engine.log.region_identity import RegionIdentity
from engine.model import RegionKind
from facts.region import listed_region
from regions.directory_file import (
    InvalidEndpointDirectory,
    load_endpoint_directory,
    watch_endpoint_directory,
)
from regions.endpoint_directory import Endpoint
from tests.fixtures.eventually import eventually

GOOD = """
[[endpoint]]
url = "wss://simpul.example.go.id/graphql"
regions = ["32.11", "32.12"]
token_file = "secrets/hub.token"
accept_handover = ["32.11"]

[[endpoint]]
url = "ws://127.0.0.1:8001/graphql"
regions = ["32.78"]
private = true
"""

MINIMAL = "[[endpoint]]\nurl = 'ws://a.id/'\nregions = ['32']\n"
REGION = "[[region]]\ncode = '%s'\nname = '%s'\nkind = '%s'\n"
WITH_REGIONS = "[[endpoint]]\nurl = 'ws://a.id/'\nregions = [%s]\n"


def write_directory(folder: Path, text: str) -> Path:
    path = folder / "regions.toml"
    path.with_suffix(".new").write_text(text)
    return path.with_suffix(".new").replace(path)  # at once, since a watcher may read it


def test_a_file_lists_endpoints_with_files_next_to_it(tmp_path: Path) -> None:
    directory = load_endpoint_directory(write_directory(tmp_path, GOOD))
    first, second = directory.endpoints
    assert first.regions == ("32.11", "32.12")
    assert (first.host, first.port, first.private) == ("simpul.example.go.id", 443, False)
    assert first.token_file == tmp_path / "secrets" / "hub.token"
    assert (first.accept_handover, second.accept_handover) == (("32.11",), ())
    assert (second.host, second.port, second.private) == ("127.0.0.1", 8001, True)
    assert directory.endpoint("32.78") == second
    assert directory.endpoint("32.01") is None


def test_a_file_adds_regions_and_may_repeat_shipped_ones(tmp_path: Path) -> None:
    text = (
        REGION % ("99.01", "Kabupaten Contoh", "REGENCY")
        + "parent = '99'\n"
        + REGION % ("99", "Provinsi Contoh", "PROVINCE")
        + REGION % ("32", "Jawa Barat", "PROVINCE")
        + MINIMAL
    )
    directory = load_endpoint_directory(write_directory(tmp_path, text))
    regency = RegionIdentity("99.01", "Kabupaten Contoh", RegionKind.REGENCY, "99")
    assert directory.identity("99.01") == directory.regions[0] == regency
    assert directory.identity("32.11") == listed_region("32.11")
    assert directory.identity("99.02") is None


@pytest.mark.parametrize(
    "line", ["private = true\nurl = 'ws://a.id/'", "url = 'wss://a.id/'", "url = 'https://a.id/'"]
)
def test_a_token_needs_tls_or_a_private_network(tmp_path: Path, line: str) -> None:
    text = f"[[endpoint]]\nregions = ['32']\ntoken_file = 'a.token'\n{line}\n"
    [endpoint] = load_endpoint_directory(write_directory(tmp_path, text)).endpoints
    assert endpoint.token_file == tmp_path / "a.token"


def test_a_token_is_read_again_each_time(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    endpoint = Endpoint("ws://a.id/", ("32.11",), token_file=secret)
    secret.write_text("one\n")
    assert endpoint.token() == "one"
    secret.write_text("two\n")
    assert endpoint.token() == "two"


@pytest.mark.parametrize("content", ["", "\n", "a" * 16_385, "a b\nc", "kunci rahasia \u00e9"])
def test_a_file_without_a_token_is_reported_and_not_shown(tmp_path: Path, content: str) -> None:
    secret = tmp_path / "token"
    secret.write_text(content)
    endpoint = Endpoint("ws://a.id/", ("32.11",), token_file=secret)
    with pytest.raises(ValueError, match="^expected a token in the file, got none$"):
        endpoint.token()


@pytest.mark.parametrize(
    ("url", "websocket_url"),
    [("http://a.id/graphql", "ws://a.id/graphql"), ("https://a.id:8443/", "wss://a.id:8443/")],
)
def test_an_http_address_becomes_its_websocket_address(
    tmp_path: Path, url: str, websocket_url: str
) -> None:
    text = MINIMAL.replace("ws://a.id/", url)
    assert load_endpoint_directory(write_directory(tmp_path, text)).endpoints == (
        Endpoint(websocket_url, ("32",)),
    )


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
        (f"{MINIMAL}client_key = 'x.key'", "expected a client_certificate with the client_key"),
        (f"{MINIMAL}authority = 'ca.pem'", "expected wss:// with files for TLS, got ws://"),
        (
            f"{MINIMAL}token_file = 'a.token'",
            "expected wss:// with a token_file, or private = true, because ws:// would send",
        ),
        (
            f"{MINIMAL}accept_handover = ['SECRET']",
            "expected in accept_handover the codes of regions, got 1 that `regions` does not have",
        ),
        (f"{MINIMAL}private = 'yes'", "endpoint.0.private: Input should be a valid boolean"),
        (WITH_REGIONS % ", ".join(f'"{n}"' for n in range(1001)), "should have at most 1000 items"),
        (
            WITH_REGIONS % ", ".join(f'"{n}"' for n in range(999)) + GOOD,
            "at most 1000 regions, got 1002",
        ),
        ("x = " + "[" * 100_000, "expected TOML"),
        ("x = " + "9" * 5000, "expected TOML"),
        ("[[endpoint]]\nurl = 'ws://u:p@a.id/'\nregions = ['32']", "expected ws://host/path"),
        ("[[endpoint]]\nurl = 'ws://0x7f.1/'\nregions = ['32']", "expected ws://host/path"),
        ("[[endpoint]]\nurl = 'ws://a.id/'\nregions = ['32']\ntoken = 'x'", "not permitted"),
        (GOOD.replace("32.78", "32.11"), "expected each region once, got 32.11 twice"),
        ("x = 1", "not permitted"),
        (
            REGION % ("32.11", "Kota Sumedang", "CITY") + "parent = '32'",
            (
                "region 32.11: expected what this version lists, Kabupaten Sumedang, REGENCY, in 32; "
                "got Kota Sumedang, CITY, in 32"
            ),
        ),
        (
            REGION % ("99.01", "Contoh", "REGENCY"),
            "region 99.01: expected the code of a listed province as parent, got None",
        ),
        (
            REGION % ("99.01", "Contoh", "CITY") + "parent = '32.11'",
            "region 99.01: expected the code of a listed province as parent, got 32.11",
        ),
        (
            REGION % ("99", "Contoh", "PROVINCE") + "parent = 'ID'",
            "region 99: expected no parent for PROVINCE, got ID",
        ),
        (REGION % ("XX", "Contoh", "NATION"), "region XX: expected a region of a nation"),
        (REGION % ("99", "Contoh", "KABUPATEN"), "region.0.kind: Input should be"),
        (REGION % ("99", "", "PROVINCE"), "region.0.name: String should have at least 1"),
        (
            2 * (REGION % ("99", "Contoh", "PROVINCE")),
            "expected each region once, got 99 twice",
        ),
        ("#" * 1_048_577, "expected at most 1048576 bytes"),
    ],
)
def test_a_mistake_is_reported_with_what_was_expected(
    tmp_path: Path, text: str, problem: str
) -> None:
    with pytest.raises(InvalidEndpointDirectory, match=problem) as refusal:
        load_endpoint_directory(write_directory(tmp_path, text))
    assert "u:p" not in str(refusal.value)
    assert "SECRET" not in str(refusal.value)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(InvalidEndpointDirectory, match="cannot be read: No such file"):
        load_endpoint_directory(tmp_path / "none.toml")


async def test_a_change_is_applied_and_a_mistake_is_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_directory(tmp_path, GOOD)
    async with aclosing(watch_endpoint_directory(path, 0.01)) as directories, asyncio.timeout(10):
        assert len((await anext(directories)).endpoints) == 2
        next_directory = asyncio.ensure_future(anext(directories))
        write_directory(tmp_path, "[[endpoint]")
        await eventually(lambda: caplog.records != [])
        assert not next_directory.done()
        write_directory(tmp_path, GOOD.partition("\n\n")[0])
        assert len((await next_directory).endpoints) == 1
    [record] = caplog.records
    assert "who was followed before still is" in record.message
