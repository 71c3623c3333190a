"""Recognises the format of a file by its content, not by its name."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.workbook import FileFormat

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_REFUSED_BEGINNINGS: tuple[tuple[bytes, FileProblemCode], ...] = (
    (b"%PDF-", FileProblemCode.PDF_DOCUMENT),
    (b"{\\rtf", FileProblemCode.WORD_DOCUMENT),
    (b"\x89PNG", FileProblemCode.IMAGE),
    (b"\xff\xd8\xff", FileProblemCode.IMAGE),
    (b"GIF8", FileProblemCode.IMAGE),
    (b"II*\0", FileProblemCode.IMAGE),
    (b"MM\0*", FileProblemCode.IMAGE),
    (b"RIFF", FileProblemCode.IMAGE),
    (b"Rar!", FileProblemCode.OTHER_ARCHIVE),
    (b"7z\xbc\xaf", FileProblemCode.OTHER_ARCHIVE),
    (b"\x1f\x8b", FileProblemCode.OTHER_ARCHIVE),
    (b"PK\x05\x06", FileProblemCode.OTHER_ARCHIVE),
    (b"MIME-Version:", FileProblemCode.BINARY),  # a web page with its images in one file
)
_STREAM_NAMES: tuple[tuple[str, FileProblemCode | None], ...] = (
    ("EncryptedPackage", FileProblemCode.ENCRYPTED),
    ("Workbook", None),
    ("Book", None),
    ("WordDocument", FileProblemCode.WORD_DOCUMENT),
    ("PowerPoint Document", FileProblemCode.WORD_DOCUMENT),
)
_HTML_BEGINNING = re.compile(
    r"\s*(?:<\?xml[^>]*>|<!--.*?-->|\s)*<(?:!doctype\s+html|html|head|body|meta|style|table|div|"
    r"center|h[1-6]|p|b|title|link)[\s>]",
    re.IGNORECASE | re.DOTALL,
)


def workbook_format(content: bytes) -> FileFormat | None:
    """Return the format of a workbook; None for text.

    Raises:
        FileInvalid: the file is empty or of another kind.
    """
    if not content.strip():
        raise FileInvalid(FileProblemCode.EMPTY)
    for beginning, code in _REFUSED_BEGINNINGS:
        if content.startswith(beginning):
            raise FileInvalid(code)
    if content.startswith(b"PK\x03\x04"):
        return _package_format(content)
    if content.startswith(OLE_SIGNATURE):
        return _compound_format(content)
    return None


def text_format(text: str) -> FileFormat:
    """Return the format of a text: HTML or CSV.

    Raises:
        FileInvalid: the text is XML of another kind.
    """
    if _HTML_BEGINNING.match(text[:5000]):
        return FileFormat.HTML
    if text.lstrip()[:5].lower() == "<?xml":
        raise FileInvalid(FileProblemCode.BINARY)
    return FileFormat.CSV


def _package_format(content: bytes) -> FileFormat:
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (BadZipFile, ValueError, NotImplementedError) as error:
        raise FileInvalid(FileProblemCode.DAMAGED, reason=str(error)) from error
    if "xl/workbook.xml" in names:
        return FileFormat.XLSX
    if "content.xml" in names:
        # The first part of an OpenDocument file is its media type, uncompressed.
        if b"opendocument.spreadsheet" in content[:200]:
            return FileFormat.ODS
        raise FileInvalid(FileProblemCode.WORD_DOCUMENT)
    if "xl/workbook.bin" in names:
        raise FileInvalid(FileProblemCode.BINARY)
    is_document = any(name.startswith(("word/", "ppt/")) for name in names)
    raise FileInvalid(
        FileProblemCode.WORD_DOCUMENT if is_document else FileProblemCode.OTHER_ARCHIVE
    )


def _compound_format(content: bytes) -> FileFormat:
    for name, code in _STREAM_NAMES:
        if name.encode("utf-16-le") + b"\0\0" in content:
            if code is not None:
                raise FileInvalid(code)
            return FileFormat.XLS
    raise FileInvalid(FileProblemCode.BINARY)
