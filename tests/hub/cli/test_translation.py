"""The command line speaks Indonesian where SIMPUL_LANG is `id`, and otherwise English."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from pydantic import ValidationError

from engine.spreadsheet.sheet import SheetProblem, quote_cell
from hub.cli import known_messages
from hub.cli.known_messages import translate_message, translate_refusal
from hub.cli.sheet_file import describe_sheet_problem
from hub.process.server import CannotListen
from hub.settings import Settings, explain_settings_errors
from resolvers.problems import InvalidArgument
from tests.fixtures.processes import SIMPUL
from tests.hub.cli.catalogue import (
    COMMAND_LINE,
    MO_FILE,
    ROOT,
    SHEET_FUNCTIONS,
    Message,
    compile_catalogue,
    printed_messages,
    read_catalogue,
    sheet_templates,
)
from tests.hub.cli.commands import run_on_terminal

SHEET = ROOT / "docs" / "examples" / "bandar-lampung-2024.csv"
PRINTING_FUNCTIONS = {
    "out.print",
    "err.print",
    "exit_with_error",
    "confirm",
    "typer.confirm",
    "Table",
}
MARKUP = re.compile(r"\[/?(?:bold|blue)\]|\[/\]")
# Markup, options and names of one letter need no translation.
UNTRANSLATED = re.compile(r"\[/?\w+\]|--[\w-]+|^\w$")


def simpul(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name != "SIMPUL_LANG"}
    return subprocess.run(
        [SIMPUL, *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**inherited, "DATABASE_URL": "", "COLUMNS": "200", **environment},
    )


def lines_of(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


@pytest.fixture
def indonesian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "id")  # what `set_language` does for SIMPUL_LANG=id


def placeholders(text: str) -> list[tuple[str | None, str | None, str | None]]:
    fields = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text)]
    return sorted((field for field in fields if field[0] is not None), key=str)


def test_every_printed_text_is_in_the_catalogue_and_nothing_else() -> None:
    translated: set[Message] = {
        message.id if isinstance(message.id, str) else tuple(message.id)
        for message in read_catalogue()
        if message.id
    }
    assert set(printed_messages()) - translated == set()
    assert translated - set(printed_messages()) == set()
    assert read_catalogue().obsolete == {}


def test_every_translation_is_complete_and_has_the_same_values() -> None:
    for message in read_catalogue():
        if not message.id:
            continue
        original = message.id if isinstance(message.id, str) else message.id[-1]
        translation = message.string if isinstance(message.string, str) else message.string[0]
        assert translation, original
        assert not message.fuzzy, original
        assert placeholders(translation) == placeholders(original)
        assert MARKUP.findall(translation) == MARKUP.findall(original)


def test_the_compiled_catalogue_is_that_of_the_translations() -> None:
    assert MO_FILE.read_bytes() == compile_catalogue(read_catalogue())


@pytest.mark.parametrize("path", sorted(COMMAND_LINE.glob("*.py")), ids=lambda path: path.name)
def test_no_text_is_printed_without_a_translation(path: Path) -> None:
    assert list(untranslated_texts(path.read_text())) == []


def test_the_check_finds_texts_without_a_translation() -> None:
    source = 'out.print("Halo")\nexit_with_error(f"{path}: bad", 2)\nTable(_("A b"), "C d")\n'
    assert list(untranslated_texts(source)) == ["Halo", ": bad", "C d"]


def untranslated_texts(source: str) -> Iterator[str]:
    """Yield the texts with letters that are printed as they are."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in PRINTING_FUNCTIONS:
            for argument in node.args:
                for text in direct_texts(argument):
                    if re.search("[A-Za-z]", UNTRANSLATED.sub("", text)):
                        yield text


def direct_texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from direct_texts(part)
    elif isinstance(node, ast.BinOp):
        yield from direct_texts(node.left)
        yield from direct_texts(node.right)
    elif isinstance(node, ast.IfExp):
        yield from direct_texts(node.body)
        yield from direct_texts(node.orelse)


PASSING_MODULES = ("cell_values.py", "import_cell_problem.py")


@pytest.mark.parametrize("package", ["engine", "resolvers", "hub"])
def test_the_problems_of_sheets_are_templates(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        source = path.read_text()
        for node in ast.walk(ast.parse(source)):
            name = ast.unparse(node.func).split(".")[-1] if isinstance(node, ast.Call) else ""
            if name in SHEET_FUNCTIONS:
                assert isinstance(node, ast.Call)
                is_passed_on = path.name in PASSING_MODULES  # its callers pass templates
                is_template = len(node.args) > 2 and isinstance(node.args[2], ast.Constant)
                assert is_template or is_passed_on, ast.unparse(node)


def test_a_template_is_extracted_wherever_it_is_an_argument() -> None:
    source = 'SheetProblem(1, "a", "one {x}", "more" if y else "{n} rows", z)\nself.add_problem(1, "b", "two", quote_cell(c))'
    assert list(sheet_templates(source)) == ["one {x}", "more", "{n} rows", "two"]


def test_a_template_of_a_cell_is_extracted_where_it_is_an_argument_or_has_a_name() -> None:
    source = """
code, expected = Code.A, "one"
cells.problem(row, "name", code, expected, "two", advice="three" if x else "")
cells.problem(row, "name", code, "four", found)
"""
    assert sorted(sheet_templates(source)) == ["four", "one", "three", "two"]


def test_help_is_indonesian() -> None:
    result = simpul("--help", SIMPUL_LANG="id", LC_ALL="C.UTF-8", LANGUAGE="en")
    assert (result.returncode, result.stderr) == (0, "")
    lines = lines_of(result.stdout)
    assert lines[1] == " Pemakaian: simpul [OPSI] PERINTAH [ARGUMEN]..."
    assert lines[3].startswith("╭─ Opsi ─")
    text = " ".join(result.stdout.replace("│", " ").split())
    assert "--help <bool> Tampilkan bantuan ini." in text
    assert "score Hitung indeks, predikat dan nilai domain dari lembar level" in text
    english = simpul("--help").stdout.replace("│", " ").split("Commands")[1]
    for sentence in re.findall(r"[A-Z][a-z]+ [a-z ]+\.", " ".join(english.split())):
        assert sentence not in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["score"], "Argumen 'levels' belum diberikan."),
        (["skor"], "Tidak ada perintah 'skor'. Apakah maksud Anda 'score'?"),
        (["score", "a.csv", "--steps"], "Opsi '--steps' memerlukan nilai."),
        (
            ["score", "a.csv", "--instrument", "spbe-2020", "--steps", "99"],
            "Nilai untuk '--steps' tidak sah: seharusnya paling besar 50",
        ),
        (
            ["token", "--subject", "ani", "--role", "raja"],
            (
                "Nilai untuk '--role' tidak sah: 'raja' tidak termasuk pilihan: 'public', "
                "'follower', 'opd', 'region', 'assessor', 'province', 'admin'."
            ),
        ),
        (["check", "--semua"], "Tidak ada opsi --semua"),
        (["check", "32.11"], "Argumen ini berlebih: 32.11"),
    ],
)
def test_a_usage_error_is_indonesian(arguments: list[str], message: str) -> None:
    result = simpul(*arguments, SIMPUL_LANG="id")
    assert (result.returncode, result.stdout) == (2, "")
    assert "─ Kesalahan ─" in result.stderr
    assert message in " ".join(result.stderr.replace("│", " ").split())


def test_a_score_is_indonesian_and_its_json_is_the_same() -> None:
    arguments = ("score", SHEET, "--instrument", "spbe-2020", "--steps", "1")
    result = simpul(*arguments, SIMPUL_LANG="id")
    assert (result.returncode, result.stderr) == (0, "")
    assert lines_of(result.stdout) == [
        "Indeks SPBE (47 indikator) (spbe-2020)",
        "Indeks 2.98 · Baik (tepatnya 2.9795)",
        "Predikat Sangat Baik dimulai dari 3.50: masih kurang 0.5205",
        " Domain                     Nilai",
        " 1 Kebijakan Internal SPBE  2.90",
        " 2 Tata Kelola SPBE         2.40",
        " 3 Manajemen SPBE           2.55",
        " 4 Layanan SPBE             3.48",
        " Langkah berikutnya          Level  Tambahan  Indeks sesudahnya",
        " 45 Layanan Publik Sektor 1  2 → 3  +0.03     3.01 Baik",
    ]
    assert (
        simpul(*arguments, "--json", SIMPUL_LANG="id").stdout == simpul(*arguments, "--json").stdout
    )


def test_the_problems_of_a_sheet_are_indonesian(tmp_path: Path) -> None:
    sheet = tmp_path / "level.csv"
    rows = [f"{number},3" for number in range(1, 47)]
    sheet.write_text("\n".join(["number,level", *rows, "enam,{0}"]))
    result = simpul("score", sheet, "--instrument", "spbe-2020", SIMPUL_LANG="id")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        (
            f"{sheet}: baris 48, kolom number: seharusnya indikator spbe-2020 (1 sampai 47), "
            "tetapi isinya 'enam'"
        ),
        (
            f"{sheet}: baris 48, kolom level: seharusnya level berupa bilangan bulat dari 1 sampai 5, "
            "tetapi isinya '{0}'"
        ),
        (
            f"{sheet}: kolom number: seharusnya semua 47 indikator spbe-2020, "
            "tetapi isinya tanpa indikator 47"
        ),
        f"{sheet}: tidak ada yang dinilai",
    ]
    missing = tmp_path / "tidak-ada.csv"
    result = simpul("score", missing, "--instrument", "spbe-2020", SIMPUL_LANG="id")
    assert result.stderr == (
        f"{missing}: berkas ini tidak dapat dibaca: berkas atau folder itu tidak ada\n"
    )


def test_an_import_is_announced_in_indonesian(filled_data_dir: Path, tmp_path: Path) -> None:
    inventory = tmp_path / "inventaris.csv"
    inventory.write_text(
        "Nama Aplikasi;OPD;Tahun;;PIC\n"
        "Si Uji;Dinas Perhubungan;2020;x;Ani\nSi Lama;;2015;;Budi\nSi Baru;;;;\n"
    )
    result = simpul(
        *("import", inventory, "--region", "32.11"),
        SIMPUL_LANG="id",
        SIMPUL_DATA_DIR=str(filled_data_dir),
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "'inventaris.csv': judul kolom di baris 1, aplikasi: 3",
        "  A 'Nama Aplikasi' sebagai nama",
        "  B 'OPD' sebagai OPD",
        "  C 'Tahun' sebagai tahun",
        "  kolom yang dilewati: D, E 'PIC'",
        "Baris:",
        "  Akan ditambahkan: 3 (baris 2, 3, 4)",
        "  Akan diubah: 0",
        "  Dibiarkan, karena sudah ada dalam inventaris: 0",
        "  Ditolak: 0",
        "Masalah:",
        (
            "  baris 3, 4 OPD: seharusnya nama OPD, tetapi isinya kosong (baris diimpor tanpa isian "
            "ini)"
        ),
        "untuk menulis tanpa bertanya diperlukan --yes: tidak ada yang diimpor",
    ]


def test_a_question_is_answered_in_indonesian(filled_data_dir: Path, tmp_path: Path) -> None:
    inventory = tmp_path / "inventaris.csv"
    inventory.write_text("nama\nSi Uji\n")
    environment = {"SIMPUL_DATA_DIR": str(filled_data_dir), "SIMPUL_LANG": "id"}
    command = ["import", str(inventory), "--region", "32.11"]
    assert "Tidak ada yang diimpor." in run_on_terminal(command, environment, answer="tidak")
    assert "Aplikasi ditambahkan: 1; " in run_on_terminal(command, environment, answer="ya")


@pytest.mark.parametrize("environment", [{}, {"SIMPUL_LANG": "en"}, {"SIMPUL_LANG": ""}])
def test_only_simpul_lang_selects_a_language(environment: dict[str, str]) -> None:
    indonesian = {"LANGUAGE": "id", "LANG": "id_ID.UTF-8", "LC_ALL": "id_ID.UTF-8"}
    result = simpul("score", "none.csv", "--instrument", "x", **indonesian, **environment)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "--instrument: expected one of spbe-2018, spbe-2020, pemdi-2026, got 'x'\n"
    )


def test_a_language_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    result = simpul("migrate", SIMPUL_LANG="jv", SIMPUL_DATA_DIR=str(tmp_path))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "SIMPUL_LANG: Input should be 'en' or 'id', got 'jv'",
        "the settings are not as they must be",
    ]


@pytest.mark.usefixtures("indonesian")
def test_a_cell_is_printed_as_it_is() -> None:
    problem = SheetProblem(
        2,
        "level",
        "a whole level from {lowest} to {highest}",
        quote_cell("{lowest}"),
        values={"lowest": 1, "highest": 5},
    )
    assert describe_sheet_problem(problem).endswith("tetapi isinya '{lowest}'")
    empty = SheetProblem(
        None, None, "{expected}", "nothing", values={"expected": "1 to 200 characters"}
    )
    assert describe_sheet_problem(empty) == "seharusnya 1 sampai 200 karakter, tetapi isinya kosong"


def test_a_problem_of_a_sheet_is_the_same_in_english() -> None:
    for problem in (
        SheetProblem(2, "a", "each step once", "{n} again", values={}, found_values={"n": 3}),
        SheetProblem(None, "a", "{count} cells", "{x}", "run {count}", values={"count": 3}),
        SheetProblem(2, None, "at most {most} rows", "more", values={"most": 3}),
    ):
        assert describe_sheet_problem(problem) == str(problem)


@pytest.mark.usefixtures("indonesian")
@pytest.mark.parametrize(
    ("message", "translation"),
    [
        (
            str(InvalidArgument("target", "an index above 1, up to 5", "9.0")),
            "argumen target: seharusnya indeks di atas 1, paling tinggi 5, tetapi yang diberikan 9.0",
        ),
        (
            str(CannotListen("127.0.0.1", 80, "Address already in use")),
            (
                "server tidak dapat menerima sambungan di 127.0.0.1:80 (alamat ini sudah dipakai); "
                "ubah nilai SIMPUL_PORT atau SIMPUL_HOST"
            ),
        ),
        ("the server is on fire", "Perintah ini ditolak: the server is on fire"),
    ],
)
def test_a_refusal_of_another_layer_is_translated(message: str, translation: str) -> None:
    assert translate_refusal(message) == translation


@pytest.mark.usefixtures("indonesian")
def test_a_part_of_a_message_is_translated_or_stays_as_it_is() -> None:
    assert translate_message("1 to 47 of spbe-2020") == "1 sampai 47 menurut spbe-2020"
    assert translate_message("something else") == "something else"


@pytest.mark.usefixtures("indonesian")
def test_settings_problems_are_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPUL_PORT", "delapan")
    monkeypatch.setenv("SIMPUL_WORKERS", "0")
    monkeypatch.setenv("SIMPUL_LOG_LEVEL", "loud")
    monkeypatch.setenv("DATABASE_URL", "mysql://a")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert [
        translate_message(problem, known_messages.SETTINGS_PROBLEMS)
        for problem in explain_settings_errors(refused.value)
    ] == [
        "SIMPUL_PORT: seharusnya bilangan bulat, tetapi tertulis 'delapan'",
        "DATABASE_URL: seharusnya postgresql://…, tetapi skemanya 'mysql'",
        "SIMPUL_WORKERS: seharusnya paling kecil 1, tetapi tertulis '0'",
        (
            "SIMPUL_LOG_LEVEL: seharusnya salah satu dari debug, info, warning, error, "
            "tetapi nilainya 'loud'"
        ),
    ]
