"""The records before the data of a version 5 transport file: bytes from facts, and facts from bytes.

Source: SAS technical note TS-140, "The record layout of a data set in SAS transport (XPORT) format".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import numpy as np

from il2cdisc.base.datasets import Variable
from il2cdisc.base.problems import Kind, Stopped
from il2cdisc.transport.formats import SasFormat, parse_format
from il2cdisc.transport.problems import DAMAGED, MEMBERS, NOT_XPT, OTHER_VERSION

RECORD = 80
VERSION, SYSTEM = b"9.4     ", b"IL2CDISC"
LIBRARY = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "
MEMBER = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  "
DESCRIPTOR = b"HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "
NAMESTRS = b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000%04d00000000000000000000  "
OBSERVATIONS = b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
# type, hash, length, number | name, label, format | width, decimals, justification | unused
# | informat | width, decimals | position | rest
_NAMESTR = struct.Struct(">hhhh8s40s8shhh2x8shhl52x")


@dataclass(frozen=True, slots=True)
class XptHeader:
    """What is known of a transport file before its first record; `created` is every time in it.

    Lengths of the variables are in bytes.
    """

    name: str
    label: str
    variables: tuple[Variable, ...]
    created: datetime


@dataclass(frozen=True, slots=True)
class Header:
    """What the records before the data say."""

    name: str
    label: str
    variables: tuple[Variable, ...]
    created: datetime | None
    modified: datetime | None
    positions: tuple[int, ...]
    data_starts: int

    @property
    def width(self) -> int:
        """Bytes of one observation."""
        return max((p + v.length for p, v in zip(self.positions, self.variables, strict=True)), default=0)


def header_bytes(header: XptHeader) -> bytes:
    """All records before the data; both times of both headers are `created`.

    Everything must fit: `header_problems` says what does not.
    """
    time = _time(header.created)
    parts = [
        LIBRARY,
        b"SAS     SAS     SASLIB  " + VERSION + SYSTEM + b" " * 24 + time,
        time.ljust(RECORD),
        MEMBER,
        DESCRIPTOR,
        b"SAS     " + header.name.encode().ljust(8) + b"SASDATA " + VERSION + SYSTEM + b" " * 24 + time,
        time + b" " * 16 + header.label.encode().ljust(40) + b" " * 8,
        NAMESTRS % len(header.variables),
    ]
    position = 0
    namestrs = b""
    for number, variable in enumerate(header.variables, start=1):
        namestrs += _namestr(variable, number, position)
        position += variable.length
    parts += [namestrs + padding(len(namestrs)), OBSERVATIONS]
    return b"".join(parts)


def padding(size: int) -> bytes:
    """The blanks that fill `size` bytes up to a whole record."""
    return b" " * (-size % RECORD)


def read_fully(stream: BinaryIO, size: int) -> bytes:
    """`size` bytes, fewer only at the end of the stream."""
    got = stream.read(size)
    while got and len(got) < size:
        more = stream.read(size - len(got))
        if not more:
            break
        got += more
    return got


def read_header(stream: BinaryIO, shown: str) -> Header:
    """The facts of the header; leaves the stream at the first observation.

    Raises `Stopped` when the file is no transport file of version 5, or is damaged; `shown` names it.
    """

    def record(starts: bytes) -> bytes:
        got = read_fully(stream, RECORD)
        if len(got) < RECORD or not got.startswith(starts):
            said = starts[20:27].decode().strip() or "SAS"
            raise _refused(DAMAGED, shown, f"the header breaks off where its {said} record should be", got)
        return got

    first = read_fully(stream, RECORD)
    if not first.startswith(LIBRARY[:48]):
        if first.startswith(b"HEADER RECORD*******LIBV8"):
            raise _refused(OTHER_VERSION, shown, "this is a transport file of version 8 or 9", first)
        if first.startswith((b"**COMPRESSED**", b"LIB CONTROL")):
            raise _refused(OTHER_VERSION, shown, "this was made by SAS PROC CPORT", first)
        raise _refused(NOT_XPT, shown, "this is not a SAS transport file", first)
    record(b"SAS")
    record(b"")
    member = record(MEMBER[:48])
    record(DESCRIPTOR[:48])
    names, labels = record(b"SAS"), record(b"")
    count_record = record(NAMESTRS[:48])
    try:
        size, count = int(member[74:78]), int(count_record[54:58])
    except ValueError as error:
        raise _refused(DAMAGED, shown, "the count of variables is not a number", count_record[48:]) from error
    if not count:
        raise _refused(DAMAGED, shown, "the dataset has no variables", b"")
    if size not in (136, 140):
        raise _refused(DAMAGED, shown, f"variables are described in {size} bytes, not 140", b"")
    block = read_fully(stream, size * count + len(padding(size * count)))
    if len(block) < size * count:
        raise _refused(DAMAGED, shown, "the description of the variables breaks off", b"")
    found = [_variable(block[i * size : (i + 1) * size].ljust(140, b"\0"), shown) for i in range(count)]
    _refuse_odd_places(found, shown)
    record(OBSERVATIONS[:48])
    return Header(
        name=names[8:16].decode("latin-1").rstrip(" \0"),
        label=labels[32:72].decode("latin-1").rstrip(" \0"),
        variables=tuple(variable for variable, _ in found),
        created=_from_time(names[64:80]),
        modified=_from_time(labels[0:16]),
        positions=tuple(position for _, position in found),
        data_starts=8 * RECORD + len(block) + RECORD,
    )


def refuse_second_member(block: bytes, shown: str) -> None:
    """Raise `Stopped` when a record of 80 bytes of the data is the header of another dataset.

    `block` begins with such a record.
    """
    words = np.frombuffer(block, dtype=np.uint64, count=len(block) // RECORD * (RECORD // 8))
    suspects = np.flatnonzero(words[:: RECORD // 8] == np.frombuffer(MEMBER[:8], dtype=np.uint64)[0])
    if any(block[at : at + 48] == MEMBER[:48] for at in (suspects * RECORD).tolist()):
        raise _refused(MEMBERS, shown, "the file holds more than one dataset", b"")


def _namestr(variable: Variable, number: int, position: int) -> bytes:
    text = variable.type == "Char"
    form = parse_format(variable.format)
    return _NAMESTR.pack(
        2 if text else 1,
        0,
        variable.length,
        number,
        variable.name.encode().ljust(8),
        variable.label.encode().ljust(40),
        form.name.encode().ljust(8),
        form.width,
        form.decimals,
        0 if text else 1,  # text stands left, numbers right
        b" " * 8,
        0,
        0,
        position,
    )


def _variable(raw: bytes, shown: str) -> tuple[Variable, int]:
    kind, _, length, _, name, label, form, width, decimals, _, _, _, _, position = _NAMESTR.unpack(raw)
    if kind not in (1, 2) or length < 1 or position < 0 or (kind == 1 and length > 8):
        raise _refused(DAMAGED, shown, "the description of a variable makes no sense", name)
    shape = SasFormat(form.decode("latin-1").strip(" \0"), width, decimals)
    variable = Variable(
        name=name.decode("latin-1").rstrip(" \0"),
        label=label.decode("latin-1").rstrip(" \0"),
        type="Num" if kind == 1 else "Char",
        length=length,
        format=str(shape),
    )
    return variable, position


def _refuse_odd_places(found: list[tuple[Variable, int]], shown: str) -> None:
    """Raise `Stopped` unless the variables have names of their own and stand side by side."""
    names = [variable.name for variable, _ in found]
    if len(set(names)) < len(names) or "" in names:
        raise _refused(DAMAGED, shown, "two variables have the same name, or one has none", b"")
    expected = 0
    for variable, position in sorted(found, key=lambda pair: pair[1]):
        if position != expected:
            raise _refused(DAMAGED, shown, f"variable {variable.name} does not follow the one before", b"")
        expected += variable.length


def _time(moment: datetime) -> bytes:
    month = _MONTHS[moment.month - 1]
    return f"{moment.day:02d}{month}{moment.year % 100:02d}:{moment:%H:%M:%S}".encode()


def _from_time(raw: bytes) -> datetime | None:
    """The time of a header, None where it is no time; two-digit years are 1960 to 2059."""
    text = raw.decode("latin-1").upper()
    try:
        year, month, day = 1900 + int(text[5:7]), _MONTHS.index(text[2:5]) + 1, int(text[:2])
        hour, minute, second = int(text[8:10]), int(text[11:13]), int(text[14:16])
        return datetime(year + 100 * (year < 1960), month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None


def _refused(kind: Kind, shown: str, what: str, raw: bytes) -> Stopped:
    seen = [raw[:48].decode("ascii", "replace").strip()] if raw.strip() else []
    return Stopped([kind.at(shown, what, values=seen)])
