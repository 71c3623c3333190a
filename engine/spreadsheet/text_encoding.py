"""Decodes text files: UTF-8, UTF-16 or Windows-1252, as spreadsheet programs write them."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode

_SAMPLE_BYTES = 1000
# Control characters that no table has; a text with one of them is another kind of file.
_CONTROLS = frozenset(map(chr, range(32))) - frozenset("\t\n\v\f\r\x1a\x1c\x1d\x1e\x1f")


def decode_text(content: bytes) -> tuple[str, str | None]:
    """Return the text of a file, and its encoding if that is not UTF-8.

    Raises:
        FileInvalid: the file is not text.
    """
    encoding = _unicode_encoding(content)
    try:
        if encoding is not None:
            text, name = content.decode(encoding), encoding.upper()
            text = text.removeprefix("\ufeff")
        else:
            text, name = content.decode("windows-1252"), "Windows-1252"
    except UnicodeDecodeError as error:
        raise FileInvalid(FileProblemCode.BINARY) from error
    if not _CONTROLS.isdisjoint(text[:_SAMPLE_BYTES]) or "\0" in text:
        raise FileInvalid(FileProblemCode.BINARY)
    return text, None if name == "UTF-8" else name


def _unicode_encoding(content: bytes) -> str | None:
    if content.startswith(BOM_UTF8):
        return "utf-8"
    if content.startswith(BOM_UTF16_LE):
        return "utf-16-le"
    if content.startswith(BOM_UTF16_BE):
        return "utf-16-be"
    sample = content[:_SAMPLE_BYTES]
    if sample.count(0) * 3 > len(sample):  # every second byte of Latin text in UTF-16 is zero
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"
