"""Keeps the Indonesian catalogue of the command line: `python -m tests.hub.cli.catalogue`.

It extracts the texts that `simpul` prints, adds those that are missing to the catalogue with an
empty translation, removes those that are no longer printed, and compiles the catalogue.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import typer
from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from engine.matching.overlap import SET_BY_PERSON, SIGNALS
from engine.spreadsheet.file_problem import FILE_PROBLEM_TEXTS
from hub.cli import command_tree
from hub.cli.main import app
from hub.cli.translation import DOMAIN, LOCALE

ROOT = Path(__file__).resolve().parents[3]
COMMAND_LINE = ROOT / "hub" / "cli"
TYPER = Path(typer.__file__).parent
PO_FILE = LOCALE / "id" / "LC_MESSAGES" / f"{DOMAIN}.po"
MO_FILE = PO_FILE.with_suffix(".mo")
KEYWORDS: dict[str, None | tuple[int, ...]] = {"_": None, "N_": None, "ngettext": (1, 2)}
# The modules that find problems in sheets. Their templates are arguments of these functions.
SHEET_PACKAGES = ("engine", "resolvers", "hub/cli")
SHEET_FUNCTIONS = ("SheetProblem", "add_problem")
TEMPLATE_ARGUMENTS = slice(2, 5)  # expected, found and advice
CELL_FUNCTION = "problem"  # `CellProblems.problem`
CELL_TEMPLATE_ARGUMENTS = slice(3, 5)  # expected and found
TEMPLATE_NAMES = frozenset({"expected", "found", "advice"})
HEADER = """\
# The Indonesian texts of the command line of Simpul.
# After an edit, run: .venv/bin/python -m tests.hub.cli.catalogue
msgid ""
msgstr ""
"Language: id\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""

CREATION_DATE = datetime(2026, 11, 30, tzinfo=UTC)  # fixed: the same texts compile to the same file

Message = str | tuple[str, str]  # a text, or its singular and plural


def printed_messages() -> dict[Message, list[str]]:
    """Return the texts that the command line translates, with the files that they are from."""
    messages: dict[Message, set[str]] = {}
    for message, place in (
        *_marked_messages(),
        *_help_texts(),
        *_sheet_templates(),
        *_signal_names(),
        *_file_problem_texts(),
    ):
        messages.setdefault(message, set()).add(place)
    return {message: sorted(places) for message, places in messages.items()}


def read_catalogue() -> Catalog:
    """Return the committed catalogue."""
    with PO_FILE.open("rb") as file:
        return read_po(file, locale="id", domain=DOMAIN, abort_invalid=True)


def current_catalogue(translations: Catalog) -> Catalog:
    """Return the catalogue of the printed texts, with their translations as far as they exist."""
    catalogue = Catalog(locale="id", domain=DOMAIN, fuzzy=False, creation_date=CREATION_DATE)
    for message, places in sorted(
        printed_messages().items(), key=lambda item: (item[1], str(item[0]))
    ):
        translated = translations.get(message if isinstance(message, str) else message[0])
        catalogue.add(
            message,
            "" if translated is None else translated.string,
            locations=[(place, None) for place in places],
        )
    return catalogue


def compile_catalogue(catalogue: Catalog) -> bytes:
    """Return the compiled catalogue."""
    catalogue.creation_date = CREATION_DATE
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()


def _marked_messages() -> Iterator[tuple[Message, str]]:
    """Yield the texts that are passed to gettext, by the command line and by typer."""
    sources = [*COMMAND_LINE.glob("*.py"), TYPER / "core.py", TYPER / "rich_utils.py"]
    for path in sources:
        place = f"typer/{path.name}" if path.parent == TYPER else str(path.relative_to(ROOT))
        for _line, message, _comments, _context in extract_from_file("python", path, KEYWORDS):
            yield message, place


def _help_texts() -> Iterator[tuple[Message, str]]:
    """Yield the help of the commands and of their parameters."""
    for owner, attribute in command_tree.translatable_texts(typer.main.get_command(app)):
        yield getattr(owner, attribute), "simpul --help"


def _signal_names() -> Iterator[tuple[Message, str]]:
    """Yield the names of the signals by which the functions of systems are compared."""
    for name in (*SIGNALS, SET_BY_PERSON):
        yield name, "engine/matching/overlap.py"


def _file_problem_texts() -> Iterator[tuple[Message, str]]:
    """Yield the templates of the reasons why a file cannot be read."""
    for text in FILE_PROBLEM_TEXTS.values():
        yield text, "engine/spreadsheet/file_problem.py"


def _sheet_templates() -> Iterator[tuple[Message, str]]:
    for package in SHEET_PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for template in sheet_templates(path.read_text()):
                yield template, str(path.relative_to(ROOT))


def sheet_templates(source: str) -> Iterator[str]:
    """Yield the literal templates that a module passes to the functions that find problems.

    A template may be given a name such as `expected` first.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _call_templates(node)
        elif isinstance(node, ast.Assign):
            yield from _named_templates(node)


def _call_templates(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in SHEET_FUNCTIONS:
        for argument in call.args[TEMPLATE_ARGUMENTS]:
            yield from _literal_texts(argument)
    elif name == CELL_FUNCTION:
        for argument in call.args[CELL_TEMPLATE_ARGUMENTS]:
            yield from _literal_texts(argument)
    else:
        return
    for keyword in call.keywords:
        if keyword.arg in TEMPLATE_NAMES:
            yield from _literal_texts(keyword.value)


def _named_templates(assignment: ast.Assign) -> Iterator[str]:
    for target in assignment.targets:
        names, values = [target], [assignment.value]
        if isinstance(target, ast.Tuple) and isinstance(assignment.value, ast.Tuple):
            names, values = target.elts, assignment.value.elts
        for name, value in zip(names, values, strict=False):
            if isinstance(name, ast.Name) and name.id in TEMPLATE_NAMES:
                yield from _literal_texts(value)


def _literal_texts(argument: ast.expr) -> Iterator[str]:
    branches = (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,)
    for branch in branches:
        if isinstance(branch, ast.Constant) and isinstance(branch.value, str) and branch.value:
            yield branch.value


def main() -> None:
    """Update the catalogue, and compile it."""
    catalogue = current_catalogue(read_catalogue())
    messages = io.BytesIO()
    write_po(messages, catalogue, width=100, omit_header=True)
    PO_FILE.write_text(HEADER + messages.getvalue().decode())
    MO_FILE.write_bytes(compile_catalogue(catalogue))


if __name__ == "__main__":
    main()
