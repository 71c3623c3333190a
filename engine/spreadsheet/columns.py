"""Maps the columns of a sheet to the fields of an application, by the usual headers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from engine.spreadsheet.sheet import SheetInvalid, SheetProblem, quote_cell

# The headers of each field, in lower case and without punctuation. The first header that occurs in
# a sheet is used. Headers for the owning OPD precede those for a unit or a manager inside it.
HEADERS_BY_FIELD: Mapping[str, tuple[str, ...]] = {
    "name": (
        "name",
        "nama",
        "nama aplikasi",
        "aplikasi",
        "application",
        "nama sistem",
        "nama sistem aplikasi",
        "nama aplikasi sistem",
        "nama sistem informasi",
    ),
    "opd": (
        *("opd", "nama opd", "perangkat daerah", "nama perangkat daerah", "skpd"),
        *("perangkat daerah opd", "opd skpd", "perangkat daerah pemilik", "opd pemilik"),
        *("pemilik opd", "opd pengelola", "opd penanggung jawab", "instansi pemilik", "dinas"),
        *("dinas pengampu", "opd pengampu", "pengampu", "instansi", "satuan kerja", "unit kerja"),
        *("unit kerja operasional", "pengelola", "pemilik", "owner"),
    ),
    "region": (
        *("region code", "kode wilayah", "kode daerah", "region", "wilayah", "daerah"),
        *("pemda", "pemerintah daerah", "kabupaten kota"),
    ),
    "url": (
        *("url", "alamat url", "alamat", "alamat web", "alamat website", "alamat domain"),
        *("alamat domain link aplikasi", "alamat aplikasi", "link aplikasi", "tautan"),
        *("tautan aplikasi", "link", "domain"),
    ),
    "id": ("id", "app id", "id aplikasi", "kode aplikasi"),
    "status": (
        *("status", "status aplikasi", "status keaktifan", "status penggunaan", "keaktifan"),
        *("status operasional", "kondisi", "keadaan"),
    ),
    "function": ("function",),
    "use": (
        *("fungsi", "fungsi aplikasi", "fungsi kegunaan", "fungsi dan kegunaan", "kegunaan"),
        *("kegunaan aplikasi", "uraian fungsi", "deskripsi", "deskripsi aplikasi", "use"),
    ),
    "year": (
        *("year", "tahun", "tahun mulai", "tahun pembuatan", "tahun pembangunan"),
        *("tahun pengembangan", "tahun operasional", "tahun dibuat", "thn pembuatan"),
        *(
            "tahun pengadaan",
            "tahun mulai digunakan",
            "mulai beroperasi",
            "tahun mulai operasional",
        ),
    ),
    "platform": ("platform", "platform aplikasi", "jenis platform", "basis aplikasi"),
}
_SEPARATORS = re.compile(r"[\W_]+")
# The texts that people write into a cell that has no value.
_BLANK_WORDS = frozenset(
    (
        *("", "n a", "na", "tidak ada", "belum ada", "belum ada aplikasi", "nihil", "kosong"),
        *("tidak memiliki", "belum memiliki", "tidak memiliki aplikasi", "none", "null", "0"),
        "belum memiliki aplikasi",
    )
)
_BLANK_CHARACTERS_MOST = 40  # in a blank cell, including punctuation and a scheme
_SCHEME = re.compile(r"^[a-z]+://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of an application's fields in a sheet."""

    header: tuple[str, ...]
    index_by_field: Mapping[str, int]

    @property
    def header_by_field(self) -> dict[str, str]:
        """The header of each field that the sheet has."""
        return {field: self.header[index] for field, index in self.index_by_field.items()}

    @property
    def ignored_headers(self) -> tuple[str, ...]:
        """The headers of the ignored columns. A column without a header is named by number."""
        used = set(self.index_by_field.values())
        return tuple(
            cell or f"column {index + 1}"
            for index, cell in enumerate(self.header)
            if index not in used
        )

    def header_of(self, field: str) -> str:
        """Return the header of a field, or the field's name if the sheet has no such column."""
        return self.header[self.index_by_field[field]] if field in self.index_by_field else field

    def values_by_field(self, cells: Sequence[str]) -> dict[str, str]:
        """Return the values of a row by field. A cell that means "none" becomes empty.

        The name is returned as printed: "tidak ada" as a name means that there is no application,
        while an empty name is an error.
        """
        values = {}
        for field, index in self.index_by_field.items():
            cell = cells[index] if index < len(cells) else ""
            values[field] = "" if field != "name" and is_blank_cell(cell) else cell
        return values

    def width_problem(self, row: int, cells: Sequence[str]) -> SheetProblem | None:
        """Return the problem of a row with more cells than the header, or None."""
        width = _used_width(cells)
        if width <= len(self.header):
            return None
        return SheetProblem(
            row,
            None,
            "{count} cells as in the header",
            str(width),
            values={"count": len(self.header)},
        )


def find_columns(row: int, header: Sequence[str], fields: Collection[str]) -> Columns:
    """Find the columns of these fields by the header, which is in row `row`.

    Raises:
        SheetInvalid: there is no column of names, or a column occurs twice.
    """
    header = header[: _used_width(header)]  # rows of a workbook are padded to the widest row
    normalized = [" ".join(_SEPARATORS.sub(" ", cell.lower()).split()) for cell in header]
    quoted_header = quote_cell(",".join(header))
    index_by_field: dict[str, int] = {}
    for field, spellings in HEADERS_BY_FIELD.items():
        match = next((spelling for spelling in spellings if spelling in normalized), None)
        if field not in fields or match is None:
            continue
        if normalized.count(match) > 1:
            raise SheetInvalid(
                SheetProblem(row, match, "a header with this column once", quoted_header)
            )
        index_by_field[field] = normalized.index(match)
    if "name" not in index_by_field:
        raise SheetInvalid(
            SheetProblem(
                row,
                "name",
                "a header with one of {names}",
                quoted_header,
                values={"names": ", ".join(HEADERS_BY_FIELD["name"])},
            )
        )
    return Columns(tuple(header), index_by_field)


def _used_width(cells: Sequence[str]) -> int:
    """Return the number of cells up to the last one that is not empty."""
    return max((number for number, cell in enumerate(cells, start=1) if cell), default=0)


def is_blank_cell(cell: str) -> bool:
    """Whether a cell is empty or means "none": "-", "tidak ada", "https://-"."""
    if len(cell) > _BLANK_CHARACTERS_MOST:
        return False
    return " ".join(_SEPARATORS.sub(" ", _SCHEME.sub("", cell).lower()).split()) in _BLANK_WORDS
