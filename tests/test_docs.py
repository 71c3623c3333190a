"""The documentation matches the code: settings, exit codes, links, and the README's examples."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from graphql import build_schema, parse, validate

from facts import tables
from facts.tables import SheetScope
from hub.exit_codes import ExitCode
from hub.settings import Settings
from schema.schema import schema
from tests.fixtures.processes import SIMPUL, StartSimpul

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
OPERATING = (ROOT / "docs" / "operating.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
SHEET = "docs/examples/bandar-lampung-2024.csv"
SDL = build_schema(schema.as_str())
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "facts/*.md", "clients/*/*.md")
    for path in ROOT.glob(pattern)
)


def test_every_setting_is_documented_and_nothing_else() -> None:
    documented = {row[0]: row[1:] for row in operating_table("variable")}
    expected = {}
    for name, field in Settings.model_fields.items():
        common = name in ("database_url", "redis_url")
        variable = name.upper() if common else f"SIMPUL_{name.upper()}"
        # An unset value has a default that words describe better than `None`.
        default_text = documented.get(f"`{variable}`", ["none"])[0]
        value = field.default
        value_text = ",".join(value) if isinstance(value, tuple) else str(value)
        default = default_text if value in (None, (), "") else f"`{value_text}`"
        expected[f"`{variable}`"] = [default, field.description]
    assert documented == expected


def test_every_exit_code_is_documented() -> None:
    assert [row[0] for row in operating_table("code")] == [
        str(code) for code in sorted({*ExitCode, 1})
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_that_exist(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", document.read_text())
    local = [target for target in targets if not target.startswith(("http://", "https://"))]
    assert [target for target in local if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("package", ["engine", "hub"])
def test_the_architecture_names_the_folders_of_a_package(package: str) -> None:
    [section] = re.findall(rf"^{package}/ .*\n((?: +.*\n)+)", ARCHITECTURE, re.MULTILINE)
    folders = re.findall(r"^  ([a-z_]+)/", section, re.MULTILINE)
    assert sorted(folders) == sorted(
        path.parent.name for path in ROOT.glob(f"{package}/*/__init__.py")
    )


def test_the_modules_that_documents_name_exist() -> None:
    modules = {
        module
        for document in DOCUMENTS
        if document.parent.name != "decisions" and document.name != "CHANGELOG.md"
        for module in re.findall(r"`((?:\w+/)+\w+\.py)`", document.read_text())
    }
    assert len(modules) > 50
    assert {module for module in modules if not (ROOT / module).is_file()} == set()


def test_the_example_sheet_is_the_published_one() -> None:
    published = "".join(
        f"{line.number},{line.value}\n"
        for line in tables.sheet_lines()
        if (line.region, line.year, line.scope) == ("18.71", 2024, SheetScope.INDICATOR)
    )
    assert (ROOT / SHEET).read_text() == "number,level\n" + published


def test_the_readme_scores_a_sheet_as_it_prints() -> None:
    [(command, printed)] = [example for example in readme_examples() if " score " in example[0]]
    program, *arguments = shlex.split(command)
    assert program == ".venv/bin/simpul"
    completed = subprocess.run(
        [SIMPUL, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [line.rstrip() for line in completed.stdout.splitlines()] == printed.splitlines()


@pytest.mark.integration
def test_the_readme_asks_a_live_hub_and_gets_what_it_prints(
    simpul_process: StartSimpul, filled_data_dir: Path
) -> None:
    simpul = simpul_process("demo", data_dir=filled_data_dir)
    [(command, printed)] = [
        example for example in readme_examples() if example[0].startswith("curl")
    ]
    [_, address, _, header, _, body] = shlex.split(command)
    [tour] = re.findall(r"`(\{ ranking.+\})`", README)
    with httpx2.Client(trust_env=False) as http:
        name, _, value = header.partition(": ")
        url = address.replace("http://localhost:8000", simpul.url)
        answer = http.post(url, content=body, headers={name: value})
        assert answer.text == printed.strip()
        ranking = http.post(
            f"{simpul.url}/graphql", content=json.dumps({"query": tour}), headers={name: value}
        )
    leaders = [
        (rank["position"], rank["region"]["name"], rank["score"]["index"]["display"])
        for rank in ranking.json()["data"]["ranking"]["nodes"][:3]
    ]
    assert leaders == [
        (1, "Kota Bandung", "4.59"),
        (2, "Kabupaten Sumedang", "4.51"),
        (3, "Kabupaten Karawang", "4.40"),
    ]
    for path in ("/", "/graphql"):
        assert f"http://localhost:8000{path}" in README


def test_the_queries_on_the_page_of_the_api_are_valid() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    queries = re.findall(r"```graphql\n(.+?)```", page, re.DOTALL)
    assert len(queries) == 6
    assert {query: validate(SDL, parse(query)) for query in queries} == {
        query: [] for query in queries
    }


def operating_table(first_column: str) -> list[list[str]]:
    """Return the rows of the table of docs/operating.md whose first column has this heading."""
    [rows] = re.findall(
        rf"^\| {first_column} \|.*\n\|[-|]+\n((?:\|.*\n)+)", OPERATING, re.MULTILINE
    )
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in rows.splitlines()]


def readme_examples() -> Iterator[tuple[str, str]]:
    """Return the commands of the README that are printed with their output."""
    for block in re.findall(r"```console\n\$ (.+?)```", README, re.DOTALL):
        command, _, printed = block.replace("\\\n", "").partition("\n")
        yield command, printed
