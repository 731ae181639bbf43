"""Whether the header of an SPSS or Stata file agrees with itself, before the library that reads it sees it.

ReadStat, which reads them, trusts what a header says: a damaged one makes it read outside its memory or
never end, which no error handling catches. Sources: PSPP, System File Format; Stata help dta, format 118.
"""

from __future__ import annotations

import re
import struct

_FORMATS = {*range(1, 13), *range(15, 18), *range(20, 42)}
_TEXT_FORMATS = {1, 2}
_EBCDIC = "$FL2".encode("cp037")
_MOST = 1_000_000
_HEADER = re.compile(rb"<byteorder>(LSF|MSF)</byteorder><K>(.{2}|.{4})</K><N>(.{4}|.{8})</N>", re.DOTALL)


class UnsoundError(ValueError):
    """The header contradicts itself; the text says how."""


def check_sav(data: bytes) -> None:
    """Raise `UnsoundError` for a `.sav` or `.zsav` file whose dictionary can't be walked through."""
    if not data.startswith((b"$FL2", b"$FL3", _EBCDIC)):
        raise UnsoundError("it does not begin as an SPSS file does")
    order = "<" if data[64:68] in (b"\2\0\0\0", b"\3\0\0\0") else ">"
    try:
        _Dictionary(data, order).walk()
    except struct.error:
        raise UnsoundError("its dictionary is cut off") from None


class _Dictionary:
    """The records of an SPSS dictionary, one after the other."""

    def __init__(self, data: bytes, order: str) -> None:
        self.data, self.order, self.place = data, order, 176
        self.variables, self.due = 0, 0

    def walk(self) -> None:
        readers = {2: self._variable, 3: self._labels, 4: self._labelled, 6: self._documents, 7: self._extra}
        while (kind := self._integers(1)[0]) != 999:
            if kind not in readers:
                raise UnsoundError(f"its dictionary has a record of the unknown kind {kind}")
            if self.due and kind != 2:
                break
            readers[kind]()
        if self.due:
            raise UnsoundError(f"variable {self.variables} of its dictionary is shorter than it says")

    def _integers(self, count: int) -> tuple[int, ...]:
        found = struct.unpack_from(f"{self.order}{count}i", self.data, self.place)
        self.place += 4 * count
        return found

    def _skip(self, size: int) -> None:
        self.place += size
        if size < 0 or self.place > len(self.data):
            raise UnsoundError("a record of its dictionary is longer than the file")

    def _variable(self) -> None:
        width, label, missing, *formats = self._integers(5)
        self._skip(8)
        self.variables += 1
        if not -1 <= width <= 255 or label not in (0, 1) or not -3 <= missing <= 3:
            raise UnsoundError(f"variable {self.variables} of its dictionary is damaged")
        if (width == -1) != (self.due > 0):
            raise UnsoundError(f"variable {self.variables} of its dictionary has another width than it says")
        self.due = self.due - 1 if width == -1 else max(-(-width // 8) - 1, 0)  # pieces of 8 bytes follow
        for form in formats if width >= 0 else ():
            kind = form >> 16
            if kind and (kind not in _FORMATS or (kind in _TEXT_FORMATS) != (width > 0)):
                raise UnsoundError(f"variable {self.variables} of its dictionary has an unknown format")
        if label:
            self._skip(-(-self._integers(1)[0] // 4) * 4)
        self._skip(8 * abs(missing))

    def _labels(self) -> None:
        for _ in range(self._count()):
            self._skip(8)
            (length,) = struct.unpack_from("B", self.data, self.place)
            self._skip((length // 8 + 1) * 8)
        if self._integers(1)[0] != 4:
            raise UnsoundError("value labels of its dictionary belong to no variable")
        self._labelled()

    def _labelled(self) -> None:
        if not all(1 <= number <= self.variables for number in self._integers(self._count())):
            raise UnsoundError("value labels of its dictionary belong to a variable that is not there")

    def _documents(self) -> None:
        self._skip(80 * self._count())

    def _extra(self) -> None:
        _, size, count = self._integers(3)
        if size < 0 or count < 0:
            raise UnsoundError("a record of its dictionary has a negative size")
        self._skip(size * count)

    def _count(self) -> int:
        (count,) = self._integers(1)
        if not 0 <= count <= _MOST:
            raise UnsoundError("a record of its dictionary is longer than the file")
        return count


def check_dta(data: bytes) -> None:
    """Raise `UnsoundError` for a Stata file (format 117 or later) whose map or counts do not fit it."""
    if not data.startswith(b"<stata_dta>"):
        return  # an older format has no map
    found = _HEADER.search(data[:200])
    start = data.find(b"<map>", 0, 4000)
    if found is None or start < 0 or len(data) < start + 5 + 14 * 8:
        raise UnsoundError("its header is damaged")
    order = "<" if found[1] == b"LSF" else ">"
    places = struct.unpack_from(f"{order}14q", data, start + 5)
    names = "little" if order == "<" else "big"
    variables, records = int.from_bytes(found[2], names), int.from_bytes(found[3], names)
    if list(places) != sorted(places) or places[0] != 0 or places[-1] != len(data):
        raise UnsoundError("its map does not fit the file")
    if places[3] - places[2] != len("<variable_types></variable_types>") + 2 * variables:
        raise UnsoundError("it does not hold the number of variables that it announces")
    if variables and records > places[-1]:
        raise UnsoundError("it does not hold the number of records that it announces")
