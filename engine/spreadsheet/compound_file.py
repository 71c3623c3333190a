"""Reads a stream of an OLE compound file, the container of .xls workbooks."""

from __future__ import annotations

from array import array
from struct import error as StructError
from struct import unpack, unpack_from

from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode

_HEADER_BYTES = 512
_ENTRY_BYTES = 128
_LAST_REGULAR_SECTOR = 0xFFFFFFFA
_ROOT_ENTRY = 5


class CompoundFile:
    """The streams of a compound file, by name."""

    def __init__(self, content: bytes) -> None:
        """Read the directory.

        Raises:
            FileInvalid: the file is damaged.
        """
        self._content = content
        try:
            self._read_directory()
        except (StructError, IndexError, ValueError) as error:
            raise _damaged(str(error)) from error

    def stream(self, *names: str) -> bytes:
        """Return the first stream of these names that the file has.

        Raises:
            FileInvalid: there is none, or it is damaged.
        """
        for name in names:
            if name in self._entries:
                start, size = self._entries[name]
                if size < self._small_stream_bytes:
                    return self._small_chain(start, size)
                return self._chain(start)[:size]
        raise _damaged(f"no stream {names[0]}")

    def _read_directory(self) -> None:
        content = self._content
        shift, small_shift = unpack_from("<HH", content, 30)
        if shift not in (9, 12) or small_shift != 6:
            raise _damaged("sectors of an unusual size")
        self._sector_bytes = 1 << shift
        self._small_sector_bytes = 1 << small_shift
        directory, _transaction, self._small_stream_bytes = unpack_from("<III", content, 48)
        small_table, _count, next_list, _lists = unpack_from("<IIII", content, 60)
        table_sectors = list(unpack_from("<109I", content, 76))
        limit = len(content) // self._sector_bytes
        while next_list < _LAST_REGULAR_SECTOR and len(table_sectors) <= limit + 109:
            entries = _numbers(self._sector(next_list))
            table_sectors += entries[:-1]
            next_list = entries[-1]
        self._table = array("I")
        for sector in table_sectors:
            if sector < _LAST_REGULAR_SECTOR and len(self._table) <= limit:
                self._table.extend(_numbers(self._sector(sector)))
        self._entries: dict[str, tuple[int, int]] = {}
        self._small_content = b""
        entries_content = self._chain(directory)
        for offset in range(0, len(entries_content) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            entry = entries_content[offset : offset + _ENTRY_BYTES]
            name_bytes, kind = unpack_from("<HB", entry, 64)
            start, size = unpack_from("<II", entry, 116)
            name = entry[: max(name_bytes - 2, 0)].decode("utf-16-le", "replace")
            if kind == _ROOT_ENTRY and start < _LAST_REGULAR_SECTOR:
                self._small_content = self._chain(start)[:size]
            elif kind:
                self._entries.setdefault(name, (start, size))
        self._small_table = _numbers(self._chain(small_table))

    def _sector(self, number: int) -> bytes:
        start = _HEADER_BYTES + number * self._sector_bytes
        if self._sector_bytes > _HEADER_BYTES:
            start = (number + 1) * self._sector_bytes
        sector = self._content[start : start + self._sector_bytes]
        if not sector:
            raise _damaged("a sector behind the end of the file")
        return sector.ljust(self._sector_bytes, b"\0")

    def _chain(self, start: int) -> bytes:
        sectors: list[bytes] = []
        number = start
        while number < _LAST_REGULAR_SECTOR:
            if len(sectors) > len(self._table) or number >= len(self._table):
                raise _damaged("a chain of sectors without an end")
            sectors.append(self._sector(number))
            number = self._table[number]
        return b"".join(sectors)

    def _small_chain(self, start: int, size: int) -> bytes:
        sectors: list[bytes] = []
        number, width = start, self._small_sector_bytes
        while number < _LAST_REGULAR_SECTOR:
            if len(sectors) > len(self._small_table) or number >= len(self._small_table):
                raise _damaged("a chain of sectors without an end")
            sectors.append(self._small_content[number * width : (number + 1) * width])
            number = self._small_table[number]
        return b"".join(sectors)[:size]


def _numbers(sectors: bytes) -> array[int]:
    return array("I", unpack(f"<{len(sectors) // 4}I", sectors))


def _damaged(reason: str) -> FileInvalid:
    return FileInvalid(FileProblemCode.DAMAGED, reason=reason)
