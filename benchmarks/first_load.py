"""The bytes that a browser receives until a page of the web client is complete.

    python benchmarks/first_load.py                          # the demonstration, on a server of its own
    python benchmarks/first_load.py http://127.0.0.1:8000    # a server that runs already

Each page is opened three times in a new context of Chromium, so nothing comes from a cache. A page is
complete when all its requests are answered and it has been quiet for two seconds. The figures are KiB on the wire by kind, as the
browser counts them: response headers and compressed bodies, and the payloads of the frames of
WebSockets. They are medians of the three loads.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ViewportSize, sync_playwright

PAGES = {
    "wall": "/",
    "region 32.05": "/daerah/32.05",
    "region 32.04": "/daerah/32.04",
    "region 32.73": "/daerah/32.73",
    "import": "/peta/32.05/impor",
    "sign-in": "/masuk",
    "account": "/akun",
    "explorer": "/graphql",
}
KINDS = {
    "Document": "html",
    "Script": "js",
    "Stylesheet": "css",
    "Font": "font",
    "Fetch": "answers",
}
COLUMNS = ("html", "js", "css", "font", "answers", "socket", "other")
LOADS = 3
QUIET_SECONDS, LOAD_SECONDS, START_SECONDS = 2.0, 30.0, 90.0
KIB = 1024
SIZE: ViewportSize = {"width": 1920, "height": 1080}


class Received:
    """What one page received: bytes by kind, and the time of the last of them."""

    def __init__(self) -> None:
        self.bytes_by_kind: Counter[str] = Counter()
        self.bytes_by_name: Counter[str] = Counter()
        self.last = time.monotonic()
        self._open_requests: dict[str, tuple[str, str]] = {}

    @property
    def is_complete(self) -> bool:
        """Whether every request was answered, and the page has been quiet since."""
        return not self._open_requests and time.monotonic() > self.last + QUIET_SECONDS

    def start_request(self, event: dict[str, Any]) -> None:
        """Note the kind of a request and its name: that of its operation or its path."""
        kind = KINDS.get(event.get("type", ""), "other")
        self._open_requests[event["requestId"]] = kind, _name(event["request"])
        self.last = time.monotonic()

    def finish_request(self, event: dict[str, Any]) -> None:
        """Count the bytes of a response."""
        kind, name = self._open_requests.pop(event["requestId"])
        self.bytes_by_kind[kind] += int(event["encodedDataLength"])
        self.bytes_by_name[name] += int(event["encodedDataLength"])
        self.last = time.monotonic()

    def fail_request(self, event: dict[str, Any]) -> None:
        """Forget a request that failed or was cancelled."""
        self._open_requests.pop(event["requestId"], None)

    def receive_frame(self, event: dict[str, Any]) -> None:
        """Count the bytes of a frame of a WebSocket."""
        size = len(event["response"]["payloadData"].encode())
        self.bytes_by_kind["socket"] += size
        self.bytes_by_name["frames"] += size
        self.last = time.monotonic()


def _name(request: dict[str, Any]) -> str:
    document = str(request.get("postData", ""))
    start = document.find("query ")
    if start < 0:
        return str(request["url"]).rpartition("/")[2][:40]
    return document[start : start + 40].partition("(")[0].partition("{")[0].strip()


def main() -> None:
    """Measure, and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("url", nargs="?", help="a server that runs already")
    arguments.add_argument("--names", action="store_true", help="print each response as well")
    arguments.add_argument("--only", choices=PAGES, nargs="*", help="these pages only")
    arguments.add_argument("--loads", type=int, default=LOADS, help="loads of each page")
    options = arguments.parse_args()
    with _server(options.url) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        _write(f"{'KiB':14}" + "".join(f"{column:>9}" for column in (*COLUMNS, "sum")))
        for page in options.only or PAGES:
            loads = [_load(browser, url + PAGES[page]) for _ in range(options.loads)]
            medians = [
                statistics.median(load.bytes_by_kind[column] for load in loads) / KIB
                for column in COLUMNS
            ]
            _write(f"{page:14}" + "".join(f"{size:9.1f}" for size in (*medians, sum(medians))))
            for name, size in loads[-1].bytes_by_name.most_common() if options.names else ():
                _write(f"    {name:40}{size / KIB:9.1f}")
        browser.close()


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _load(browser: Browser, url: str) -> Received:
    """Open a page without any cache, and return what it received until it was complete."""
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    received = Received()
    events = context.new_cdp_session(page)
    events.on("Network.requestWillBeSent", received.start_request)
    events.on("Network.loadingFinished", received.finish_request)
    events.on("Network.loadingFailed", received.fail_request)
    events.on("Network.webSocketFrameReceived", received.receive_frame)
    events.send("Network.enable")
    page.goto(url, wait_until="load")
    end = time.monotonic() + LOAD_SECONDS
    while not received.is_complete:
        if time.monotonic() > end:
            raise TimeoutError(f"{url} is not complete after {LOAD_SECONDS:.0f} s")
        page.wait_for_timeout(100)
    context.close()
    return received


@contextmanager
def _server(url: str | None) -> Iterator[str]:
    """Start the demonstration unless a server runs already; yield the URL."""
    if url is not None:
        yield url.rstrip("/")
        return
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environment = os.environ | {"SIMPUL_DATA_DIR": folder, "SIMPUL_PORT": str(port)}
        process = subprocess.Popen(
            [sys.executable, "-m", "hub", "demo"], env=environment, stdout=subprocess.DEVNULL
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(url)
            yield url
        finally:
            process.terminate()
            process.wait()


def _wait_until_ready(url: str) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{url}/readyz"):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    main()
