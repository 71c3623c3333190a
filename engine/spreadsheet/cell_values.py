"""Reads the cells of a row into the values of an application, and reports those it cannot read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.bounds import COUNT_MOST, FIT_MOST
from engine.model import ApplicationStatus, Capability
from engine.spreadsheet.addresses import read_addresses
from engine.spreadsheet.amounts import parse_amount, parse_whole_number
from engine.spreadsheet.dates import parse_year
from engine.spreadsheet.name_lists import split_names
from engine.spreadsheet.sheet import SheetProblem, SheetProblemCode, quote_cell
from engine.spreadsheet.status_words import parse_status
from engine.spreadsheet.yes_no import parse_yes_no

_CAPABILITIES = {
    **dict.fromkeys(("information", "informasi", "informatif"), Capability.INFORMATION),
    **dict.fromkeys(("interaction", "interaksi", "interaktif"), Capability.INTERACTION),
    **dict.fromkeys(("transaction", "transaksi", "transaksional"), Capability.TRANSACTION),
}
# The errors of formulas as text, as CSV has them. "#N/A" is a placeholder, too.
ERROR_TEXTS = frozenset(
    ("#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
)


class UnreadType:
    """The type of UNREAD, the value of a cell that could not be read."""


UNREAD = UnreadType()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with a text, in the column of a field."""

    row: int
    reference: str  # such as F102, of the first cell if it is merged
    header: str
    field: str
    text: str
    link: str | None = None  # the address behind the text


@dataclass
class CellReader:
    """Reads the cells of one sheet. `problems` are those of the row that is being read."""

    sheet: str
    functions: Mapping[str, str]  # ids by name in lower case, and by id
    common_applications: Mapping[str, str]  # ids by name in lower case, and by id
    are_links_read: bool
    is_function_required: bool  # whether a function must be one of the catalogue
    problems: list[SheetProblem] = field(default_factory=list)

    def add_problem(
        self,
        cell: Cell,
        code: SheetProblemCode,
        expected: str,
        found: str,
        *,
        advice: str = "",
        is_blocking: bool = True,
        values: Mapping[str, object] | None = None,
    ) -> UnreadType:
        """Record that a cell was not read, or not completely."""
        self.problems.append(
            SheetProblem(
                cell.row,
                cell.header or None,
                expected,
                found,
                advice,
                values={"text": cell.text, **(values or {})},
                code=code,
                sheet=self.sheet,
                cell=cell.reference,
                field=cell.field,
                is_blocking=is_blocking,
            )
        )
        return UNREAD

    def read_url(self, cell: Cell) -> object:
        reading = read_addresses(cell.text)
        if len(reading.addresses) > 1:
            self.add_problem(
                cell,
                SheetProblemCode.SECOND_ADDRESS,
                "one address",
                quote_cell(cell.text),
                advice="the first one is taken",
                is_blocking=False,
            )
        elif reading.addresses and reading.has_other_words:
            self.add_problem(
                cell,
                SheetProblemCode.NOT_AN_ADDRESS,
                "an address without other words",
                quote_cell(cell.text),
                advice="the address is taken",
                is_blocking=False,
            )
        if reading.addresses:
            return reading.addresses[0]
        if cell.link is not None and cell.link.lower().startswith(("http://", "https://")):
            return cell.link
        if not self.are_links_read and "://" not in cell.text:
            return self.add_problem(
                cell,
                SheetProblemCode.LINK_NOT_READ,
                "an address in the cell, because a link behind its text is not read in this format",
                quote_cell(cell.text),
                is_blocking=False,
            )
        return self.add_problem(
            cell,
            SheetProblemCode.NOT_AN_ADDRESS,
            "an address such as https://simpeg.example.go.id",
            quote_cell(cell.text),
            # "Aplikasi desktop" is a remark, while "ftp://…" and "http:/…" are faulty addresses.
            is_blocking="://" in cell.text or cell.text.lower().startswith(("http", "www.")),
        )

    def read_status(self, cell: Cell) -> object:
        status = parse_status(cell.text)
        if status is None:
            self.add_problem(
                cell,
                SheetProblemCode.STATUS_UNKNOWN,
                "a status such as Aktif, Tidak aktif, Rencana or Dihentikan",
                quote_cell(cell.text),
                is_blocking=False,
            )
            return ApplicationStatus.UNKNOWN
        return status

    def read_function(self, cell: Cell) -> object:
        """Return the id of a function; UNREAD without a problem if free text is allowed."""
        id = self.functions.get(cell.text.lower())
        if id is None and self.is_function_required:
            return self.add_problem(
                cell,
                SheetProblemCode.FUNCTION_UNKNOWN,
                "the id or name of a function that ships (facts/functions.csv)",
                quote_cell(cell.text),
            )
        return UNREAD if id is None else id

    def read_year(self, cell: Cell) -> object:
        year = parse_year(cell.text)
        if year is None:
            return self.add_problem(
                cell,
                SheetProblemCode.NOT_A_YEAR,
                "a whole number such as 2021",
                quote_cell(cell.text),
            )
        return year

    def read_count(self, cell: Cell) -> object:
        return self._read_number(cell, parse_whole_number(cell.text))

    def read_fit(self, cell: Cell) -> object:
        return self._read_number(cell, parse_whole_number(cell.text), least=1, most=FIT_MOST)

    def read_amount(self, cell: Cell) -> object:
        amount = parse_amount(cell.text)
        if amount is None:
            return self.add_problem(
                cell,
                SheetProblemCode.NOT_AN_AMOUNT,
                "whole rupiah such as 1500000 or Rp 1,5 juta",
                quote_cell(cell.text),
            )
        return self._read_number(cell, amount)

    def _read_number(
        self, cell: Cell, number: int | None, least: int = 0, most: int = COUNT_MOST
    ) -> object:
        if number is None:
            return self.add_problem(
                cell,
                SheetProblemCode.NOT_A_WHOLE_NUMBER,
                "a whole number such as 1200",
                quote_cell(cell.text),
            )
        if not least <= number <= most:
            return self.add_problem(
                cell,
                SheetProblemCode.NUMBER_OUT_OF_RANGE,
                "a whole number from {least} to {most}",
                quote_cell(cell.text),
                values={"least": least, "most": most},
            )
        return number

    def read_yes_no(self, cell: Cell) -> object:
        answer = parse_yes_no(cell.text)
        if answer is None:
            return self.add_problem(
                cell, SheetProblemCode.NOT_YES_OR_NO, "Ya or Tidak", quote_cell(cell.text)
            )
        return answer

    def read_common_application(self, cell: Cell) -> object:
        id = self.common_applications.get(cell.text.lower())
        if id is None:
            return self.add_problem(
                cell,
                SheetProblemCode.COMMON_APPLICATION_UNKNOWN,
                "the id or name of a common application (facts/common_applications.csv)",
                quote_cell(cell.text),
                is_blocking=False,
            )
        return id

    def read_capabilities(self, cell: Cell) -> object:
        names = split_names(cell.text)
        capabilities = [_CAPABILITIES.get(name.casefold()) for name in names]
        known = tuple(capability for capability in capabilities if capability is not None)
        if len(known) < len(names):
            return self.add_problem(
                cell,
                SheetProblemCode.CAPABILITY_UNKNOWN,
                "one or more of Informasi, Interaksi and Transaksi",
                quote_cell(cell.text),
                is_blocking=False,
            )
        return tuple(capability for capability in Capability if capability in known)

    def read_names(self, cell: Cell) -> object:
        names = split_names(cell.text)
        if len(names) == 1 and parse_yes_no(names[0]):
            return self.add_problem(
                cell,
                SheetProblemCode.VALUE_REFUSED,
                "the names of the applications that it exchanges data with",
                quote_cell(cell.text),
                is_blocking=False,
            )
        return names


TEXT_FIELDS = frozenset(  # read as they are
    (
        *("name", "opd", "region", "id", "use", "platform", "developer", "hosting", "database"),
        "legal_basis",
    )
)
READERS: Mapping[str, Callable[[CellReader, Cell], object]] = {
    **dict.fromkeys(("yearly_cost", "migration_cost", "added_cost"), CellReader.read_amount),
    **dict.fromkeys(("public_service", "consulted"), CellReader.read_yes_no),
    "url": CellReader.read_url,
    "status": CellReader.read_status,
    "function": CellReader.read_function,
    "year": CellReader.read_year,
    "users": CellReader.read_count,
    "fit": CellReader.read_fit,
    "common_application": CellReader.read_common_application,
    "capabilities": CellReader.read_capabilities,
    "integrated_with": CellReader.read_names,
}
# In these columns 0 is a value.
ZERO_FIELDS = frozenset(
    ("users", "yearly_cost", "migration_cost", "added_cost", "public_service", "consulted")
)
