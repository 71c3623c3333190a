"""Maps the columns of a sheet to the fields of an application: as chosen, else by their headers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from engine.spreadsheet.application_values import ColumnUse
from engine.spreadsheet.headers import FIELDS, normalize_header
from engine.spreadsheet.placeholders import is_blank_cell
from engine.spreadsheet.row_kinds import is_numbering
from engine.spreadsheet.sheet import SheetProblem, SheetProblemCode, quote_cell
from engine.spreadsheet.table import SheetTable
from engine.spreadsheet.workbook import cell_reference
from engine.spreadsheet.yes_no import parse_yes_no

_EXAMPLE_CHARACTERS_MOST = 80
_ROWS_SAMPLED = 50
ID_MARK = ":"  # in each id of Simpul, such as 32.11:application-1
_YES_NO_FIELDS = frozenset(("public_service", "consulted"))
_KINDS_OF_SERVICE = frozenset(("jenis layanan", "kategori layanan", "jenis layanan spbe"))
_ROWS_TO_JUDGE = 5  # fewer faulty cells are mistakes, not another kind of column
# Such a column names systems, or only says whether there are any.
_YES_NO_OR_NAMES = frozenset(
    ("terintegrasi", "integrasi", "integrasi aplikasi", "integrasi sistem")
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a sheet, and the problems of columns that are not read."""

    uses: tuple[ColumnUse, ...]
    problems: tuple[SheetProblem, ...]

    @property
    def number_by_field(self) -> dict[str, int]:
        """The column of each field, from 1, in the order of `FIELDS`."""
        numbers = {use.field: use.column for use in self.uses if use.field is not None}
        return {field: numbers[field] for field in FIELDS if field in numbers}


def find_columns(
    sheet: str,
    table: SheetTable,
    *,
    fields: Collection[str] = FIELDS,
    chosen: Mapping[int, str | None] | None = None,
    remembered: Mapping[int, str | None] | None = None,
    are_ids_of_simpul: bool = True,
) -> Columns:
    """Return what each column of a table is read as.

    A field is taken from the column that a person chose for it; else from the column that was
    chosen earlier for the same header; else from the column with the most usual header.

    Args:
        sheet: the name of the sheet.
        fields: the fields to read. A column of another field is not read.
        chosen: fields by column number, from 1.
        remembered: fields that were chosen earlier, by column number.
        are_ids_of_simpul: whether a column of ids must have ids of Simpul to be read.
    """
    widest = max((len(cells) for _, cells in table.rows), default=0)
    chosen_columns = [column for column in (chosen or {}) if column <= widest]
    width = max(len(table.header), *chosen_columns, 0)
    header = [*table.header, *[""] * (width - len(table.header))]
    examples = _find_examples(table, width)
    choices = {**(remembered or {}), **(chosen or {})}
    # The columns of each field, of which the first one is read.
    candidates = [
        (column, choice)
        for column, choice in sorted(
            choices.items(), key=lambda item: item[0] not in (chosen or {})
        )
        if choice is not None and choice in fields and 1 <= column <= width
    ]
    guesses = sorted(
        (match[1], column, match[0])
        for column, match in enumerate(table.matches, start=1)
        if match is not None and match[0] in fields and column not in choices
    )
    candidates += [
        (column, field)
        for _, column, field in guesses
        if (field == "id" and not are_ids_of_simpul)
        or _is_plausible(field, header[column - 1], table, column)
    ]
    field_by_column: dict[int, str] = {}
    repeats: dict[int, str] = {}
    for column, field in candidates:
        is_repeated = field in field_by_column.values()
        (repeats if is_repeated else field_by_column)[column] = field
    uses = tuple(
        ColumnUse(
            column=column,
            header=text,
            field=field_by_column.get(column),
            example=examples.get(column, ""),
            is_chosen=column in choices,
            repeats=repeats.get(column),
        )
        for column, text in enumerate(header, start=1)
    )
    return Columns(uses, _repeat_problems(sheet, table.header_rows[-1][0], header, repeats))


def _repeat_problems(
    sheet: str, header_row: int, header: Sequence[str], repeats: Mapping[int, str]
) -> tuple[SheetProblem, ...]:
    """Return a warning for each column whose field another column has. `repeats` has its field."""
    return tuple(
        SheetProblem(
            header_row,
            header[column - 1],
            "one column of this content",
            quote_cell(header[column - 1]),
            code=SheetProblemCode.COLUMN_TWICE,
            sheet=sheet,
            cell=cell_reference(header_row, column),
            field=field,
            is_blocking=False,
        )
        for column, field in sorted(repeats.items())
    )


def _is_plausible(field: str, header: str, table: SheetTable, column: int) -> bool:
    """Whether the cells of a column fit the field of its header, where headers mislead often."""
    is_id = field == "id"
    rows = table.rows if is_id else table.rows[:_ROWS_SAMPLED]
    texts = [cells[column - 1] for _, cells in rows if len(cells) >= column]
    filled = [text for text in texts if not is_blank_cell(text)]
    answers = sum(parse_yes_no(text) is not None for text in filled)
    if is_id:  # many lists have numbers of their own
        return any(ID_MARK in text for text in filled) or not filled
    if field in _YES_NO_FIELDS:
        is_doubtful = normalize_header(header) in _KINDS_OF_SERVICE or len(filled) >= _ROWS_TO_JUDGE
        return 2 * answers >= len(filled) or not is_doubtful
    if field == "common_application":
        return answers == 0
    if field == "integrated_with" and normalize_header(header) in _YES_NO_OR_NAMES:
        return 2 * answers <= len(filled)
    return True


def _find_examples(table: SheetTable, width: int) -> dict[int, str]:
    """Return the first text of each column, and a placeholder only where there is nothing else."""
    examples: dict[int, str] = {}
    placeholders: dict[int, str] = {}
    for position, (_, cells) in enumerate(table.rows[:_ROWS_SAMPLED]):
        if is_numbering(cells, is_below_header=position == 0):
            continue
        for column, cell in enumerate(cells[:width], start=1):
            if cell:
                kept = placeholders if is_blank_cell(cell) else examples
                kept.setdefault(column, cell[:_EXAMPLE_CHARACTERS_MOST])
    return placeholders | examples
