"""Sets apart the rows below a header that list no application."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.spreadsheet.headers import normalize_header
from engine.spreadsheet.placeholders import is_blank_cell
from engine.spreadsheet.row_kinds import (
    is_note,
    is_numbering,
    is_signature,
    is_signing_office,
    is_total,
    is_total_alone,
    opd_of_text,
    repeats_header,
)
from engine.spreadsheet.set_apart import SetApartReason
from engine.spreadsheet.table import SheetTable

_NOT_A_WORD = re.compile(r"[\W\d_]*(?:rp[\W\d_]*)?", re.IGNORECASE)  # numbers and amounts
_OUTLINE_LETTER = re.compile(r"[a-z]{1,5}[.)]?", re.IGNORECASE)  # A, B or I, II before a heading
_ROWS_OF_SIGNATURE = 10
_EXAMPLE = "contoh:"


@dataclass
class RowSorter:
    """Decides row by row, from above, whether a row lists an application."""

    table: SheetTable
    number_by_field: dict[str, int]  # columns from 1
    heading_opd: str = ""  # the OPD of the latest heading
    _is_in_signature: bool = False
    _taken: frozenset[int] = field(init=False)  # indexes of columns that are read
    _name_headers: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._taken = frozenset(column - 1 for column in self.number_by_field.values())
        self._name = self.number_by_field["name"] - 1
        headers = [cells for _, cells in self.table.header_rows]
        self._headers = headers
        self._name_headers = frozenset(
            normalize_header(cells[self._name]) for cells in headers if len(cells) > self._name
        )
        self._signature_width = max(1, min(2, len(self._taken) - 1))

    def reason_to_set_apart(
        self, position: int, number: int, cells: Sequence[str]
    ) -> SetApartReason | None:
        """Return why a row is no application, or None if it is one.

        Args:
            position: the index of the row in the table.
            cells: the cells as they are written, without those that a merged cell fills.
        """
        filled = [index for index, cell in enumerate(cells) if cell]
        name = cells[self._name] if len(cells) > self._name else ""
        if self._is_in_signature and len(filled) <= self._signature_width:
            return SetApartReason.SIGNATURE
        self._is_in_signature = False
        texts = [cells[index] for index in filled]
        if is_numbering(texts, is_below_header=position == 0):
            return SetApartReason.NUMBERING
        if (not name or normalize_header(name) in self._name_headers) and repeats_header(
            cells, self._headers
        ):
            return SetApartReason.HEADER_REPEATED
        if len(filled) <= 3 and self._begins_signature(position, texts):
            self._is_in_signature = True
            return SetApartReason.SIGNATURE
        if self._is_total(filled, cells, name):
            return SetApartReason.TOTAL
        if len(filled) <= 2:
            reason = self._reason_of_line(number, filled, cells)
            if reason is not None:
                return reason
        if not self._taken.intersection(filled):
            return SetApartReason.NOTE
        if name and is_blank_cell(name):
            return SetApartReason.NO_APPLICATION
        return SetApartReason.EXAMPLE if name.casefold().startswith(_EXAMPLE) else None

    def _begins_signature(self, position: int, texts: Sequence[str]) -> bool:
        words = [text for text in texts if not _NOT_A_WORD.fullmatch(text)]
        if is_signature(words):
            return True
        if not words or len(words) != len(texts) or not all(map(is_signing_office, words)):
            return False
        below = self.table.rows[position + 1 : position + 1 + _ROWS_OF_SIGNATURE]
        return any(is_signature([cell for cell in cells if cell]) for _, cells in below)

    def _is_total(self, filled: Sequence[int], cells: Sequence[str], name: str) -> bool:
        first = cells[filled[0]]
        if not is_total(first) or not (name in ("", first) or _NOT_A_WORD.fullmatch(name)):
            return False
        if len(filled) == 1:
            return is_total_alone(first) or filled[0] != self._name
        return all(_NOT_A_WORD.fullmatch(cells[index]) for index in filled[1:])

    def _reason_of_line(
        self, number: int, filled: Sequence[int], cells: Sequence[str]
    ) -> SetApartReason | None:
        """Return the reason of a row of one or two cells that is a note or a heading."""
        if is_note(cells[filled[0]]) or is_note(cells[filled[-1]]):
            return SetApartReason.NOTE
        text = cells[filled[-1]]
        is_line = number in self.table.merged_rows or filled[-1] not in self._taken
        has_letter = len(filled) == 2 and _OUTLINE_LETTER.fullmatch(cells[filled[0]]) is not None
        if len(filled) == 2 and not (has_letter or cells[filled[0]].rstrip(".)").isdigit()):
            return None
        if (is_line or has_letter) and "opd" not in self.number_by_field:
            opd = opd_of_text(text)
            if opd:
                self.heading_opd = opd
                return SetApartReason.OPD_HEADING
        is_alone = len(filled) == 1 and number in self.table.merged_rows
        return SetApartReason.NOTE if is_alone else None
