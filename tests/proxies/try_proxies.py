"""Tries the examples of docs/examples in front of a real hub, and prints what was seen.

    python -m tests.proxies.try_proxies
    python -m tests.proxies.try_proxies haproxy.cfg

Each proxy is tried as its example is, and made to compress all that it can. Under a path it is tried
once passing the path on, as its example does, and once taking it off. A proxy that is not installed
is printed as skipped, with the reason. The command ends with 1 if a check has failed.
All connections are on the loopback interface, where clients have addresses of their own.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fixtures.processes import SimpulProcess, StartSimpul, free_port, start_processes
from tests.proxies.certificate import Certificate, write_certificate
from tests.proxies.checks import CHECKS
from tests.proxies.hub_commands import fill_hub
from tests.proxies.proxy_servers import ProxyServer
from tests.proxies.site import Site

# A tenth of the defaults, so that an attack of seconds exhausts what one client may use.
BUDGET = {"SIMPUL_CLIENT_CPU_RATE": "0.1", "SIMPUL_CLIENT_CPU_BURST": "1"}
ROOT_PATH = "/simpul"
PROXIES = (
    ProxyServer("nginx", "nginx.conf"),
    ProxyServer("nginx", "nginx.conf", compresses=True),
    ProxyServer("nginx", "nginx-sub-path.conf", root_path=ROOT_PATH),
    ProxyServer("nginx", "nginx-sub-path.conf", root_path=ROOT_PATH, strips=True),
    ProxyServer("haproxy", "haproxy.cfg"),
    ProxyServer("haproxy", "haproxy.cfg", compresses=True),
)


def main(names: list[str]) -> int:
    """Try each proxy, or those whose examples are named; return the exit code."""
    proxies = [proxy for proxy in PROXIES if not names or proxy.name in names]
    with tempfile.TemporaryDirectory(prefix="simpul-proxies-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the workers of nginx may be another user
        certificate = write_certificate(folder)
        fill_hub(folder / "filled")
        with start_processes(folder) as start:
            results = [
                try_proxy(proxy, index, folder, certificate, start)
                for index, proxy in enumerate(proxies)
            ]
    print_line("")
    failures = sum(results)
    skipped = sum(proxy.missing() is not None for proxy in proxies)
    print_line(
        f"{len(proxies) - skipped} configurations were tried, {skipped} were skipped, and "
        f"{failures} checks have failed"
    )
    return 1 if failures else 0


def try_proxy(
    proxy: ProxyServer, index: int, folder: Path, certificate: Certificate, start: StartSimpul
) -> int:
    """Run all checks with one proxy, print a row for each, and return how many have failed."""
    print_line(f"\n{proxy.name} (load of the machine: {os.getloadavg()[0]:.1f})")
    reason = proxy.missing()
    if reason is not None:
        print_line(f"  skipped: {reason}")
        return 0
    hub_port = free_port()
    failures = 0
    with proxy.running(folder, certificate, hub_port) as origin:
        address = f"{origin}{proxy.root_path}"
        with running_hub(index, folder, address, hub_port, proxy.root_path, start) as hub:
            site = Site(address, proxy.root_path, certificate.chain, hub, start, folder)
            asyncio.run(site.wait_until_passed_on())
            for check in CHECKS:
                began = time.monotonic()
                try:
                    outcome, seen = "ok", asyncio.run(check(site))
                except Exception as error:  # noqa: BLE001 - each failure is a row
                    failures += 1
                    outcome, seen = "FAILED", f"{type(error).__name__}: {error}"[:600]
                title = (check.__doc__ or "").partition("\n")[0].rstrip(".")
                seconds = time.monotonic() - began
                print_line(f"  {outcome:6} {title}: {seen} ({seconds:.1f} s)")
    return failures


@contextmanager
def running_hub(
    index: int, folder: Path, address: str, port: int, root_path: str, start: StartSimpul
) -> Iterator[SimpulProcess]:
    """Yield a hub with a copy of the data, whose public address is that of the proxy."""
    data_dir = folder / f"hub-{index}"
    data_dir.mkdir()
    for path in (folder / "filled").iterdir():
        if path.is_file():
            (data_dir / path.name).write_bytes(path.read_bytes())
    environment = {"SIMPUL_URL": f"{address}/graphql", **BUDGET}
    if root_path:
        environment["SIMPUL_ROOT_PATH"] = root_path
    hub = start("serve", port=port, data_dir=data_dir, environment=environment)
    try:
        yield hub
    finally:
        hub.stop()


def print_line(text: str) -> None:
    """Print a line at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
