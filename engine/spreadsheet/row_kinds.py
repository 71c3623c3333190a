"""Recognises the rows of a table that list nothing: totals, notes, numberings and signatures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.spreadsheet.headers import normalize_header

_NUMBER = re.compile(r"\(?([0-9]{1,3})\)?\.?")
_TOTAL = re.compile(r"(?:sub\s*|grand\s*)?(?:total|jumlah)\b", re.IGNORECASE)
_TOTAL_ALONE = re.compile(
    r"(?:sub\s*|grand\s*)?(?:total|jumlah)(?:\s+(?:total|aplikasi|keseluruhan|seluruhnya|semua))*"
    r"\s*[:=]?\s*[0-9.]*(?:\s*aplikasi)?",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:sumber|keterangan|ket|catatan|note|notes|source|nb|n\.b|data per|update|diperbarui|"
    r"dicetak|tanggal cetak|dibuat pada|halaman|page|lanjutan)\b\.?\s*[:;=]|\*",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:januari|februari|pebruari|maret|april|mei|juni|juli|agustus|september|oktober|november|"
    r"nopember|desember)"
)
_SIGNATURE = re.compile(
    r"mengetahui\b|menyetujui\b|disetujui oleh|disahkan oleh|dibuat oleh\s*[:,]?$|ttd\b|tertanda\b|"
    r"(?:nip|nrp|nik)\b[.:\s]*[0-9][0-9 ]{5,}|"
    rf"[^\W\d][\w .]{{2,30}},\s*(?:tgl\.?|tanggal)?\s*[0-9.…_]*\s*{_MONTH}\s*(?:19|20)[0-9]{{2}}$",
    re.IGNORECASE,
)
_SIGNING_OFFICE = re.compile(
    r"(?:(?:plt|plh|pj|a\.?\s?n)\.?,?\s*)?(?:kepala|sekretaris|bupati|wali\s?kota|gubernur|camat|"
    r"direktur)\b(?!\s*:)",
    re.IGNORECASE,
)
_OPD_WORDS = re.compile(
    r"(?:dinas|badan|bagian|biro|kantor|sekretariat|inspektorat|kecamatan|kelurahan|satuan polisi|"
    r"rumah sakit|rsud|uptd?|puskesmas|balai)\b(?=.*\w)|"
    r"(?:dis|din)[a-z]{3,}$|satpol ?pp$|(?:setda|setwan|bappeda|bappelitbang\w*|bapenda|bkpsdm|bkd|"
    r"bkpp|bpkad|bpkd|bpbd|bakesbangpol|kesbangpol|dpmptsp|dlh|dpupr|dpmd|dp3a\w*|dpkpp?|brida|"
    r"baperida|itda|kec\.? \w+)$",
    re.IGNORECASE,
)
_ENUMERATION = re.compile(r"(?:[0-9]{1,3}|[ivxlc]{1,6}|[a-z])[.)]\s*", re.IGNORECASE)
_OPD_TITLE = re.compile(
    r"(?:nama\s+)?(?:opd|skpd|perangkat daerah(?:\s*/\s*opd)?|instansi|unit kerja|dinas/instansi|"
    r"satuan kerja)\s*[:=]\s*(?P<opd>\S.*)",
    re.IGNORECASE,
)
_OPD_LABEL = re.compile(
    r"(?:nama\s+)?(?:opd|skpd|perangkat daerah|instansi|unit kerja|satuan kerja)\s*:?",
    re.IGNORECASE,
)
_OPD_CHARACTERS_MOST = 120


def is_numbering(cells: Sequence[str], *, is_below_header: bool) -> bool:
    """Whether the cells number the columns: 1, 2, 3 or (1), (2), (3)."""
    numbers = []
    for cell in cells:
        if cell:
            match = _NUMBER.fullmatch(cell)
            if match is None:
                return False
            numbers.append(int(match[1]))
    least = 2 if is_below_header else 3
    return len(numbers) >= least and numbers == list(range(1, len(numbers) + 1))


def is_total(text: str) -> bool:
    """Whether a text begins a row of sums."""
    return _TOTAL.match(text) is not None


def is_note(text: str) -> bool:
    """Whether a text begins a note below a table, such as "Sumber: …"."""
    return _NOTE.match(text) is not None


def is_total_alone(text: str) -> bool:
    """Whether a text is the word for a sum, and not the name of an application that begins so."""
    return _TOTAL_ALONE.fullmatch(text) is not None


def is_signature(texts: Sequence[str]) -> bool:
    """Whether a text of a row belongs to the block of a signature only."""
    return any(_SIGNATURE.match(text) for text in texts)


def is_signing_office(text: str) -> bool:
    """Whether a text begins with the office of a person who signs, such as "Kepala Dinas"."""
    return _SIGNING_OFFICE.match(text) is not None


def opd_of_text(text: str) -> str:
    """Return the name of the OPD that a sheet or a heading has as its name; "" if it is none."""
    name = _ENUMERATION.sub("", text, count=1).strip(" :.-")
    if len(name) > _OPD_CHARACTERS_MOST:
        return ""
    return name if _OPD_WORDS.match(name) is not None else ""


def opd_of_title(texts: Sequence[str]) -> tuple[str, bool]:
    """Return the OPD that a title line names, "" if none, and whether the line says "OPD: …"."""
    labelled = _OPD_TITLE.fullmatch(" ".join(texts))
    if labelled is not None:
        return labelled["opd"].strip(" :"), True
    if len(texts) == 2 and _OPD_LABEL.fullmatch(texts[0]):
        return texts[1].strip(" :"), True
    return (opd_of_text(texts[0]), False) if len(texts) == 1 else ("", False)


def repeats_header(cells: Sequence[str], headers: Sequence[Sequence[str]]) -> bool:
    """Whether the cells are those of one of the rows of the header again."""
    filled = [(index, cell) for index, cell in enumerate(cells) if cell]
    for header in headers:
        same = sum(
            index < len(header) and normalize_header(cell) == normalize_header(header[index])
            for index, cell in filled
        )
        if same >= 2 and same * 2 > len(filled):
            return True
    return False
