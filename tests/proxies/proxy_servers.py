"""Starts nginx and HAProxy with the example files, in which only places of the machine change."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fixtures.processes import free_port
from tests.proxies.certificate import Certificate

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
START_SECONDS = 10.0
NGINX_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True)
class Ports:
    """The ports that replace those of an example."""

    tls: int
    plain: int
    hub: int


@dataclass(frozen=True)
class ProxyServer:
    """An example: its program and its file, and what the proxy is made to do otherwise."""

    program: str
    example: str
    compresses: bool = False  # all that it can
    root_path: str = ""
    strips: bool = False  # takes the root path off

    @property
    def name(self) -> str:
        """What the table calls it."""
        gzip, stripped = " + gzip" * self.compresses, " + stripped" * self.strips
        return f"{self.example}{gzip}{stripped}"

    def missing(self) -> str | None:
        """Return why it cannot run on this machine; None if it can."""
        if shutil.which(self.program) is None:
            return f"no {self.program} on the PATH: apt-get install {self.program}"
        return None

    @contextmanager
    def running(self, folder: Path, certificate: Certificate, hub_port: int) -> Iterator[str]:
        """Yield the address at which the proxy serves by TLS."""
        ports = Ports(free_port(), free_port(), hub_port)
        text = (EXAMPLES / self.example).read_text()
        if self.program == "nginx":
            text = _adapt_nginx(text, folder, certificate, ports, self.compresses)
            text = _strip(text, self.root_path) if self.strips else text
        else:
            text = _adapt_haproxy(text, certificate, ports, self.compresses)
        path = folder / f"{self.program}-{ports.tls}.conf"
        path.write_text(text)
        pid_file = folder / f"nginx-{ports.tls}.pid"
        command = (
            ["nginx", "-e", "stderr", "-c", str(path), "-g", f"pid {pid_file}; daemon off;"]
            if self.program == "nginx"
            else ["haproxy", "-db", "-f", str(path)]
        )
        log_path = path.with_suffix(".log")
        with log_path.open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_until_connected(process, ports.tls, log_path)
            yield f"https://127.0.0.1:{ports.tls}"
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _adapt_nginx(
    text: str, folder: Path, certificate: Certificate, ports: Ports, compresses: bool
) -> str:
    additions = ["access_log off;"]
    additions += [f"{name}_temp_path {folder / name};" for name in NGINX_TEMPORARY]
    if compresses:
        additions.append("gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1;")
    return _replace_each(
        text,
        (r"user www-data;", f"user {_own_name()};"),
        (r" +listen \[::\].+\n", ""),
        (r"listen 80;", f"listen 127.0.0.1:{ports.plain};"),
        (r"listen 443 ", f"listen 127.0.0.1:{ports.tls} "),
        (r"server 127.0.0.1:8000;", f"server 127.0.0.1:{ports.hub};"),
        (r"/etc/ssl/\w+/fullchain.pem", str(certificate.chain)),
        (r"/etc/ssl/\w+/privkey.pem", str(certificate.key)),
        (r"http \{", "http {\n    " + "\n    ".join(additions)),
    )


def _strip(text: str, root_path: str) -> str:
    """Return a configuration of nginx that replaces the root path by `/`."""
    passed = rf"(location (?:= )?{root_path}(/\S*) {{[^}}]*proxy_pass http://simpul);"
    return _replace_each(text, (passed, r"\1\2;"))


def _adapt_haproxy(text: str, certificate: Certificate, ports: Ports, compresses: bool) -> str:
    compression = (
        "backend simpul\n    compression algo gzip\n"
        "    compression type text/event-stream multipart/mixed application/json text/html"
    )
    return _replace_each(
        text,
        (r"user haproxy", f"user {_own_name()}"),
        (r"    group haproxy\n", ""),
        (r"maxconn 20000", "maxconn 2000"),  # a limit of file descriptors may not allow more
        (r"bind :::80 v4v6", f"bind 127.0.0.1:{ports.plain}"),
        (r"bind :::443 v4v6", f"bind 127.0.0.1:{ports.tls}"),
        (r"server hub 127.0.0.1:8000", f"server hub 127.0.0.1:{ports.hub}"),
        (r"/etc/ssl/simpul/simpul.pem", str(certificate.combined)),
        (r"^backend simpul", compression if compresses else "backend simpul"),
    )


def _replace_each(text: str, *replacements: tuple[str, str]) -> str:
    for pattern, replacement in replacements:
        text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        if count == 0:
            raise ValueError(f"expected {pattern!r} in the example, got none")
    return text


def _own_name() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


def _wait_until_connected(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"expected a proxy that serves, got:\n{log.read_text()}")
