"""compose.yaml and its image name only settings and services that exist, and contain no secret."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from starlette.routing import Route

from hub.app import create_app
from hub.process.shutdown import EXIT_SECONDS
from hub.settings import Settings
from tests.fixtures.processes import StartSimpul

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = (ROOT / "compose.yaml").read_text()
CONTAINERFILE = (ROOT / "Containerfile").read_text()
PASSWORD = "a1b2c3"
REQUIRED = re.compile(r"\$\{POSTGRES_PASSWORD:\?[^}]+\}")  # compose refuses to start without it
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(REQUIRED.sub(PASSWORD, COMPOSE))["services"]
SIMPUL = {name: service for name, service in SERVICES.items() if service["image"] == "simpul"}
SETTING_VARIABLES = {f"SIMPUL_{name.upper()}" for name in Settings.model_fields} | {
    "DATABASE_URL",
    "REDIS_URL",
}


def read_service_settings(service: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return the settings that a service reads from its environment."""
    for name in SETTING_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in SIMPUL[service]["environment"].items():
        monkeypatch.setenv(name, value)
    return Settings()


def health_program() -> str:
    """Return the Python program of the health check."""
    *command, program = SERVICES["simpul"]["healthcheck"]["test"]
    assert command == ["CMD", "python", "-c"]
    assert isinstance(program, str)
    return program


@pytest.mark.parametrize("service", SIMPUL)
def test_every_variable_is_a_setting(service: str) -> None:
    assert set(SIMPUL[service]["environment"]) - SETTING_VARIABLES == set()


@pytest.mark.parametrize("service", SIMPUL)
def test_every_service_of_simpul_has_one_database_and_one_data_folder(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read_service_settings(service, monkeypatch)
    database = urlsplit(settings.database)
    owner = SERVICES[str(database.hostname)]["environment"]
    assert (database.scheme, database.username, database.password, database.path) == (
        "postgresql",
        owner["POSTGRES_USER"],
        owner["POSTGRES_PASSWORD"],
        f"/{owner['POSTGRES_DB']}",
    )
    assert SIMPUL[service]["volumes"] == [f"data:{settings.data_dir}"]


def test_two_workers_serve_the_published_port_over_a_broker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = read_service_settings("simpul", monkeypatch)
    assert (settings.workers, settings.host) == (2, "0.0.0.0")
    assert SERVICES["simpul"]["ports"] == [f"127.0.0.1:{settings.port}:{settings.port}"]
    assert settings.redis_url is not None
    assert urlsplit(settings.redis_url).hostname == "redis"
    assert SERVICES["simpul"]["ulimits"]["nofile"] > settings.workers * settings.sockets
    assert float(SERVICES["simpul"]["stop_grace_period"].removesuffix("s")) > EXIT_SECONDS


def test_the_database_is_migrated_before_it_is_served() -> None:
    assert SERVICES["migrate"]["command"] == ["migrate"]
    assert SERVICES["simpul"]["command"] == ["serve"]
    assert SERVICES["simpul"]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "database": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_needs_only_services_and_volumes_that_exist(service: str) -> None:
    needed = SERVICES[service].get("depends_on", {})
    assert set(needed) - set(SERVICES) == set()
    for name, dependency in needed.items():
        assert dependency["condition"] != "service_healthy" or "healthcheck" in SERVICES[name]
    volumes = {volume.partition(":")[0] for volume in SERVICES[service].get("volumes", ())}
    assert volumes - set(yaml.safe_load(COMPOSE)["volumes"]) == set()


def test_the_health_check_asks_a_route_of_the_port_that_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read_service_settings("simpul", monkeypatch).model_copy(
        update={"data_dir": tmp_path}
    )
    [(host, port)] = re.findall(
        r"HTTPConnection\('(.+)', int\(.+'SIMPUL_PORT'\) or (\d+)\),", health_program()
    )
    assert (host, int(port)) == ("127.0.0.1", settings.port)
    [path] = re.findall(r"request\('GET', '(.+)'\)", health_program())
    assert path in {route.path for route in create_app(settings).routes if isinstance(route, Route)}


@pytest.mark.integration
def test_the_health_check_passes_while_simpul_serves_and_fails_when_it_has_ended(
    simpul_process: StartSimpul, filled_sqlite_url: str
) -> None:
    simpul = simpul_process("serve", environment={"DATABASE_URL": filled_sqlite_url})
    environment = {**os.environ, "SIMPUL_PORT": simpul.url.rpartition(":")[2]}
    check = [sys.executable, "-c", health_program()]
    assert subprocess.run(check, env=environment, check=False).returncode == 0
    simpul.stop()
    ended = subprocess.run(check, env=environment, check=False, capture_output=True)
    assert ended.returncode == 1


def test_the_image_and_compose_share_one_health_check() -> None:
    [check] = re.findall(r"^HEALTHCHECK .+\\\n +CMD (\[.+\])$", CONTAINERFILE, re.MULTILINE)
    assert json.loads(check) == ["python", "-c", health_program()]
    assert SIMPUL["simpul"]["build"] == {"context": ".", "dockerfile": "Containerfile"}


def test_no_secret_has_a_default() -> None:
    assert len(REQUIRED.findall(COMPOSE)) == 2
    assert "$" not in REQUIRED.sub("", COMPOSE)
    services = yaml.safe_load(REQUIRED.sub("", COMPOSE))["services"]
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            assert value == "" or not re.search("PASSWORD|SECRET|TOKEN|KEY", name)
            assert not urlsplit(value).password


def test_the_image_runs_as_a_user_without_rights() -> None:
    stage = CONTAINERFILE.rpartition("\nFROM ")[2]
    [user] = re.findall(r"^USER (\d+):\d+$", stage, re.MULTILINE)
    assert int(user) > 0


def test_the_image_is_built_from_all_that_is_shipped() -> None:
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    assert rules[1] == "*"
    built_from = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    described = {project["project"]["readme"], *project["project"]["license-files"]}
    assert built_from == {
        *packages,
        *described,
        "bootstrap.py",
        "pyproject.toml",
        "tools/uv.txt",
        "uv.lock",
    }
