"""GraphQL type of a problem in an uploaded file."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Mapping, Sequence

import strawberry

from engine.model import Opd
from engine.spreadsheet.import_edits import CellCorrection
from engine.spreadsheet.sheet import SheetProblem, quote_cell
from engine.spreadsheet.workbook import Workbook, parse_reference
from resolvers.import_plan import PlanProblem
from schema.import_enums import ImportField, SheetProblemCode
from schema.scalars import WholeNumber

ROWS_MOST = 50


@strawberry.type(description="The least and the most that a number or a length may be.")
class ImportBounds:
    least: WholeNumber = strawberry.field(description="The smallest allowed value.")
    most: WholeNumber = strawberry.field(description="The largest allowed value.")


@strawberry.type(description="An OPD that a name may mean.")
class ImportCandidate:
    id: strawberry.ID = strawberry.field(description="The id of the OPD.")
    name: str = strawberry.field(description="The name of the OPD.")


@strawberry.type(
    description="A problem in an uploaded file, with the cell in which it can be mended."
)
class ImportProblem:
    code: SheetProblemCode = strawberry.field(description="The kind of the problem.")
    message: str = strawberry.field(
        description="The problem in an English sentence, for a log or for a developer."
    )
    is_blocking: bool = strawberry.field(
        description="Whether the problem prevents the row from being written. If it does not, the "
        "value of the cell is left out, unless the code says otherwise."
    )
    sheet: str = strawberry.field(description="The name of the sheet; empty for a CSV file.")
    row: int | None = strawberry.field(
        description="The number of the first row with the problem, from 1; null if it concerns a "
        "whole column, sheet or file."
    )
    cell: str | None = strawberry.field(
        description="The reference of the cell in this row, such as F102; null if there is none."
    )
    column: int | None = strawberry.field(
        description="The number of the column, from 1; null if there is no cell."
    )
    header: str | None = strawberry.field(
        description="The header of the column; null if there is none."
    )
    field: ImportField | None = strawberry.field(
        description="The field of the column; null if there is none."
    )
    found: str = strawberry.field(
        description="The beginning of what the cell contains, at most 80 characters; empty if it "
        "contains nothing. Some problems have an English phrase instead, such as a count."
    )
    cell_text: str | None = strawberry.field(
        description="The whole text of the cell, with the corrections so far; null if there is no "
        "cell. The cells of a merged range have the text of its first cell."
    )
    bounds: ImportBounds | None = strawberry.field(
        description="The bounds of the number or of the length; null if there are none."
    )
    candidates: list[ImportCandidate] = strawberry.field(
        description="The OPDs that the name may mean, at most 3."
    )
    row_count: int = strawberry.field(description="The number of rows with this problem.")
    rows: list[int] = strawberry.field(
        description=f"The numbers of the first rows with this problem, at most {ROWS_MOST}."
    )

    @classmethod
    def from_plan(cls, value: PlanProblem, texts: CellTexts) -> ImportProblem:
        return cls.from_engine(value.problem, value.rows, texts, value.candidates)

    @classmethod
    def from_engine(
        cls,
        problem: SheetProblem,
        rows: Sequence[int],
        texts: CellTexts,
        candidates: Sequence[Opd] = (),
    ) -> ImportProblem:
        found = _format_found(problem)
        return cls(
            code=problem.code,
            message=str(problem),
            is_blocking=problem.is_blocking,
            sheet=problem.sheet,
            row=problem.row,
            cell=problem.cell,
            column=_column_of(problem.cell) if problem.cell else None,
            header=problem.column,
            field=None if problem.field is None else ImportField(problem.field),
            found=found,
            cell_text=texts.find_text(problem) or found if problem.cell else None,
            bounds=_bounds(problem),
            candidates=[
                ImportCandidate(id=strawberry.ID(opd.id), name=opd.name) for opd in candidates
            ],
            row_count=len(rows),
            rows=list(rows[:ROWS_MOST]),
        )


class CellTexts:
    """The texts of the cells of a file, with the corrections of a person."""

    def __init__(self, workbook: Workbook, corrections: Sequence[CellCorrection]) -> None:
        self._rows: Mapping[tuple[str, int], Sequence[str]] = {
            (sheet.name, number): cells for sheet in workbook.sheets for number, cells in sheet.rows
        }
        self._corrections = {(cell.sheet, cell.row, cell.column): cell.text for cell in corrections}

    def find_text(self, problem: SheetProblem) -> str:
        """Return the text of the problem's cell; empty if it has none or is merged with another."""
        if problem.cell is None or problem.row is None:
            return ""
        column = _column_of(problem.cell)
        cells = self._rows.get((problem.sheet, problem.row), ())
        text = cells[column - 1] if column <= len(cells) else ""
        return self._corrections.get((problem.sheet, problem.row, column), text)


def _format_found(problem: SheetProblem) -> str:
    """Return what the problem found: the text of a cell without quotes, or a phrase."""
    if problem.found_values is not None:
        return problem.found.format(**problem.found_values)
    if problem.found == quote_cell(""):
        return ""
    if problem.found[:1] in ("'", '"'):
        return str(literal_eval(problem.found))  # the inverse of `quote_cell`
    return problem.found


def _bounds(problem: SheetProblem) -> ImportBounds | None:
    least, most = problem.values.get("least"), problem.values.get("most")
    if not isinstance(least, int) or not isinstance(most, int):
        return None
    return ImportBounds(least=WholeNumber(least), most=WholeNumber(most))


def _column_of(cell: str) -> int:
    """Return the number of the column of a cell reference: 1 for A7, 28 for AB7."""
    reference = parse_reference(cell)
    assert reference is not None  # the reader wrote it
    return reference[1]
