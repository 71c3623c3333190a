"""Maps the columns of a sheet to the fields of an application, by the usual headers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from engine.spreadsheet.sheet import SheetInvalid, SheetProblem, quote_cell

# The headers of each field, in lower case and without signs. The first header that occurs in a
# sheet is used. Headers for the owning OPD precede those for a unit or a manager inside it.
SPELLINGS: Mapping[str, tuple[str, ...]] = {
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
_SIGNS = re.compile(r"[\W_]+")
# The texts that people write into a cell without a value.
_NOTHING = frozenset(
    (
        *("", "n a", "na", "tidak ada", "belum ada", "belum ada aplikasi", "nihil", "kosong"),
        *("tidak memiliki", "belum memiliki", "tidak memiliki aplikasi", "none", "null", "0"),
        "belum memiliki aplikasi",
    )
)
_LONGEST_NOTHING = 40  # characters, including signs and a scheme
_SCHEME = re.compile(r"^[a-z]+://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of an application's fields in a sheet."""

    header: tuple[str, ...]
    at: Mapping[str, int]  # field -> index of its column

    @property
    def taken(self) -> dict[str, str]:
        """The fields that the sheet has, with their headers."""
        return {field: self.header[index] for field, index in self.at.items()}

    @property
    def passed_over(self) -> tuple[str, ...]:
        """The headers of the ignored columns. A column without a header is named by number."""
        read = set(self.at.values())
        return tuple(
            cell or f"column {index + 1}"
            for index, cell in enumerate(self.header)
            if index not in read
        )

    def header_of(self, field: str) -> str:
        """Return the header of a field, or the field's name if the sheet has no such column."""
        return self.header[self.at[field]] if field in self.at else field

    def values(self, cells: Sequence[str]) -> dict[str, str]:
        """Return the values of a row by field. A cell that means "none" becomes empty.

        The name is returned as printed: "tidak ada" as a name means that there is no application,
        while an empty name is an error.
        """
        found = {}
        for field, index in self.at.items():
            cell = cells[index] if index < len(cells) else ""
            found[field] = "" if field != "name" and says_nothing(cell) else cell
        return found

    def too_wide(self, row: int, cells: Sequence[str]) -> SheetProblem | None:
        """Return the problem of a row with more cells than the header, or None."""
        width = _width(cells)
        if width <= len(self.header):
            return None
        return SheetProblem(row, None, f"{len(self.header)} cells as in the header", str(width))


def find_columns(row: int, header: Sequence[str], fields: Collection[str]) -> Columns:
    """Find the columns of these fields by the header, which is in row `row`.

    Raises:
        SheetInvalid: there is no column of names, or a column occurs twice.
    """
    header = header[: _width(header)]  # rows of a workbook are padded to the widest row
    plain = [" ".join(_SIGNS.sub(" ", cell.lower()).split()) for cell in header]
    shown = quote_cell(",".join(header))
    at: dict[str, int] = {}
    for field, spellings in SPELLINGS.items():
        found = next((each for each in spellings if each in plain), None)
        if field not in fields or found is None:
            continue
        if plain.count(found) > 1:
            raise SheetInvalid(SheetProblem(row, found, "a header with this column once", shown))
        at[field] = plain.index(found)
    if "name" not in at:
        expected = f"a header with one of {', '.join(SPELLINGS['name'])}"
        raise SheetInvalid(SheetProblem(row, "name", expected, shown))
    return Columns(tuple(header), at)


def _width(cells: Sequence[str]) -> int:
    """Return the number of cells up to the last one that is not empty."""
    return max((number for number, cell in enumerate(cells, start=1) if cell), default=0)


def says_nothing(cell: str) -> bool:
    """Whether a cell is empty or means "none": "-", "tidak ada", "https://-"."""
    if len(cell) > _LONGEST_NOTHING:
        return False
    return " ".join(_SIGNS.sub(" ", _SCHEME.sub("", cell).lower()).split()) in _NOTHING
