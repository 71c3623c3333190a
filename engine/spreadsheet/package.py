"""Opens the ZIP package of a workbook, and inflates its parts within limits."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError, XMLParser
from zipfile import BadZipFile, ZipFile, ZipInfo

from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.read_limits import ReadLimits

_CHUNK_BYTES = 1 << 18
_LOCAL_HEADER_BYTES = 30
_STORED, _DEFLATED = 0, 8
_ENCRYPTED_FLAG = 1
_SMALL_PART_BYTES = 5_000_000  # relationships and lists of sheets have a few thousand
_RATIO_MOST = 150  # XML of repeated cells has up to about 60; a bomb has about 1,000
_RATIO_FREE_BYTES = 20_000_000  # unpacked size up to which any ratio is accepted
_MEMBERS_MOST = 10_000


class Package:
    """The parts of a ZIP package. Each is inflated here first, so its true size is known."""

    def __init__(self, content: bytes, limits: ReadLimits) -> None:
        """Read the list of parts.

        Raises:
            FileInvalid: the package is damaged, encrypted or too large when unpacked.
        """
        self._content = content
        try:
            with ZipFile(BytesIO(content)) as archive:
                members = archive.infolist()
        except (BadZipFile, ValueError, NotImplementedError) as error:
            raise FileInvalid(FileProblemCode.DAMAGED, reason=str(error)) from error
        self._members = {member.filename: member for member in members}
        if len(self._members) != len(members) or len(members) > _MEMBERS_MOST:
            raise FileInvalid(
                FileProblemCode.DAMAGED, reason="parts of one name, or very many parts"
            )
        if any(member.flag_bits & _ENCRYPTED_FLAG for member in members):
            raise FileInvalid(FileProblemCode.ENCRYPTED)
        stated = sum(member.file_size for member in members)
        if stated > limits.unpacked_bytes:
            largest = max(members, key=lambda member: member.file_size)
            raise _too_large(largest.filename, limits.unpacked_bytes)
        if stated > _RATIO_FREE_BYTES and stated > len(content) * _RATIO_MOST:
            raise FileInvalid(FileProblemCode.TOO_COMPRESSED, most=_RATIO_MOST, found=stated)

    @property
    def names(self) -> frozenset[str]:
        """The names of the parts."""
        return frozenset(self._members)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the content of a part.

        Raises:
            FileInvalid: there is no such part, it is damaged, or its size is not as stated.
        """
        member = self._members.get(name)
        if member is None:
            raise FileInvalid(FileProblemCode.DAMAGED, reason=f"no part {name}")
        size = 0
        try:
            for chunk in self._inflate(member):
                size += len(chunk)
                if size > member.file_size:  # a reader that trusts the list would be deceived
                    raise FileInvalid(
                        FileProblemCode.DAMAGED, reason=f"the part {name} is larger than it states"
                    )
                yield chunk
        except zlib.error as error:
            raise FileInvalid(FileProblemCode.DAMAGED, reason=f"{name}: {error}") from error
        if size != member.file_size:
            raise FileInvalid(FileProblemCode.DAMAGED, reason=f"the part {name} is cut off")

    def read(self, name: str, most: int = _SMALL_PART_BYTES) -> bytes:
        """Return the content of a part of at most `most` bytes.

        Raises:
            FileInvalid: as `chunks` does, or the part is larger.
        """
        if name in self._members and self._members[name].file_size > most:
            raise _too_large(name, most)
        return b"".join(self.chunks(name))

    def read_xml(self, name: str) -> Element:
        """Return the root element of a small part.

        Raises:
            FileInvalid: as `read` does, or the part is not XML, or it declares entities.
        """
        return parse_xml(self.read(name), name)

    def check_parts(self, names: frozenset[str]) -> None:
        """Inflate these parts, in order to compare their sizes with the stated ones.

        Raises:
            FileInvalid: as `chunks` does.
        """
        for name in names:
            for _chunk in self.chunks(name):
                pass

    def _inflate(self, member: ZipInfo) -> Iterator[bytes]:
        start = member.header_offset
        header = self._content[start : start + _LOCAL_HEADER_BYTES]
        if len(header) < _LOCAL_HEADER_BYTES or not header.startswith(b"PK\x03\x04"):
            raise FileInvalid(FileProblemCode.DAMAGED, reason=f"no part {member.filename}")
        names_size = int.from_bytes(header[26:28], "little")
        extra_size = int.from_bytes(header[28:30], "little")
        start += _LOCAL_HEADER_BYTES + names_size + extra_size
        packed = self._content[start : start + member.compress_size]
        if member.compress_type == _STORED:
            yield packed
            return
        if member.compress_type != _DEFLATED:
            raise FileInvalid(FileProblemCode.DAMAGED, reason="a compression other than deflate")
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        while not inflater.eof:
            chunk = inflater.decompress(packed, _CHUNK_BYTES)
            if not chunk and not inflater.unconsumed_tail:
                return
            packed = inflater.unconsumed_tail
            yield chunk


def parse_xml(content: bytes, name: str) -> Element:
    """Return the root element of XML without a document type, which could declare entities.

    Raises:
        FileInvalid: the content is something else.
    """
    parser = XMLParser()
    if b"<!DOCTYPE" in content or b"\0" in content:
        raise FileInvalid(FileProblemCode.DAMAGED, reason=f"{name} has a document type")
    try:
        parser.feed(content)
        return parser.close()
    except ParseError as error:
        raise FileInvalid(FileProblemCode.DAMAGED, reason=f"{name}: {error}") from error


def _too_large(part: str, most: int) -> FileInvalid:
    return FileInvalid(FileProblemCode.TOO_LARGE_UNPACKED, most=most, part=part)
