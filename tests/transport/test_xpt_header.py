"""The records before the data, byte by byte, and headers that are refused."""

from __future__ import annotations

import contextlib
import io
import struct
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from il2cdisc.base.problems import Stopped
from il2cdisc.transport.formats import SasFormat, parse_format
from il2cdisc.transport.layout import XptHeader, header_bytes
from il2cdisc.transport.xpt import read_xpt, xpt_bytes


def test_the_records_of_a_file(make: Any, created: datetime) -> None:
    dataset = make("AE", AETERM=["RASH", None], ASTDT=([22000.0, np.nan], {"format": "DATE9."}))
    raw = xpt_bytes(dataset, created=created)
    records = [raw[at : at + 80] for at in range(0, len(raw), 80)]
    assert records[0] == b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "
    assert records[1][:24] == b"SAS     SAS     SASLIB  "
    assert records[1][40:64] == b" " * 24
    assert records[1][64:] == b"02MAY23:09:00:00"
    assert records[2] == b"02MAY23:09:00:00".ljust(80)
    assert records[3] == (b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  ")
    assert records[4] == b"HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "
    assert records[5][:24] == b"SAS     AE      SASDATA "
    assert records[6] == b"02MAY23:09:00:00" + b" " * 16 + b"Adverse Events".ljust(40) + b" " * 8
    assert records[7] == (b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000000200000000000000000000  ")
    namestrs = b"".join(records[8:12])
    term, start = namestrs[:140], namestrs[140:280]
    assert struct.unpack(">hhhh", term[:8]) == (2, 0, 4, 1)
    assert term[8:64] == b"AETERM  " + b"Aeterm".ljust(40) + b" " * 8
    assert struct.unpack(">hhh", term[64:70]) == (0, 0, 0)
    assert struct.unpack(">l", term[84:88]) == (0,)
    assert struct.unpack(">hhhh", start[:8]) == (1, 0, 8, 2)
    assert start[56:64] == b"DATE    "
    assert struct.unpack(">hhh", start[64:70]) == (9, 0, 1)  # width, decimals, right
    assert struct.unpack(">l", start[84:88]) == (4,)
    assert namestrs[280:] == b" " * 40
    assert records[12] == b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "
    assert records[13] == (b"RASH\x44\x55\xf0" + bytes(5) + b"    \x2e" + bytes(7)).ljust(80)
    assert len(records) == 14


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", SasFormat()),
        ("DATE9.", SasFormat("DATE", 9)),
        ("DATETIME20.", SasFormat("DATETIME", 20)),
        ("E8601DA.", SasFormat("E8601DA")),
        ("E8601DT19.", SasFormat("E8601DT", 19)),
        ("8.2", SasFormat("", 8, 2)),
        ("8.", SasFormat("", 8)),
        ("BEST12.", SasFormat("BEST", 12)),
        ("$20.", SasFormat("$", 20)),
        ("$CHAR200.", SasFormat("$CHAR", 200)),
    ],
)
def test_formats_in_parts(text: str, parts: SasFormat) -> None:
    assert parse_format(text) == parts
    assert str(parts) == text


@pytest.mark.parametrize("text", ["DATE9", ".", "date9.", "9DATE", "LONGFORMAT9.", "8.2.1", " "])
def test_what_is_no_format(text: str) -> None:
    with pytest.raises(ValueError, match=r"no SAS format|more than 8"):
        parse_format(text)


@pytest.mark.parametrize("year", [1960, 1999, 2000, 2059])
def test_years_of_two_digits(make: Any, year: int) -> None:
    moment = datetime(year, 12, 31, 23, 59, 58)  # noqa: DTZ001
    assert read_xpt(io.BytesIO(xpt_bytes(make(X=[1.0]), created=moment))).created == moment


def test_a_header_without_a_time_is_read(make: Any, created: datetime) -> None:
    raw = xpt_bytes(make(X=[1.0]), created=created).replace(b"02MAY23:09:00:00", b" " * 16)
    assert read_xpt(io.BytesIO(raw)).created is None


def _whole(make: Any, created: datetime) -> bytes:
    return xpt_bytes(make(X=[1.0] * 9, Y=["abc"] * 9), created=created)


def _break(raw: bytes, how: str) -> bytes:
    obs = raw.index(b"HEADER RECORD*******OBS")
    return {
        "empty": b"",
        "text": b"STUDYID,USUBJID\n" * 20,
        "version 8": raw.replace(b"LIBRARY HEADER", b"LIBV8   HEADER", 1),
        "CPORT": b"**COMPRESSED** **COMPRESSED** **COMPRESSED**".ljust(400),
        "header cut": raw[:300],
        "variables cut": raw[:700],
        "data cut": raw[:-7],
        "rows cut": raw[:-80],
        "count": raw.replace(b"!!!!!!!0000000002", b"!!!!!!!00000000x2", 1),
        "no variables": raw.replace(b"!!!!!!!0000000002", b"!!!!!!!0000000000", 1),
        "variable": raw[:640] + b"\0\7" + raw[642:],
        "two datasets": raw + raw[240:],
        "name twice": raw.replace(b"\2Y       ", b"\2X       ", 1),
        "position": raw[:727] + b"\7" + raw[728:],
        "no OBS": raw[:obs] + b" " * 80 + raw[obs + 80 :],
    }[how]


@pytest.mark.parametrize(
    "how",
    [
        "empty",
        "text",
        "version 8",
        "CPORT",
        "header cut",
        "variables cut",
        "data cut",
        "rows cut",
        "count",
        "no variables",
        "variable",
        "two datasets",
        "name twice",
        "position",
        "no OBS",
    ],
)
def test_files_that_are_refused(how: str, make: Any, created: datetime, snapshot: Any) -> None:
    with pytest.raises(Stopped) as stopped:
        read_xpt(io.BytesIO(_break(_whole(make, created), how)), shown="ae.xpt")
    assert str(stopped.value) == snapshot


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 1199), byte=st.integers(0, 255), cut=st.integers(0, 1200))
def test_any_damage_is_read_or_refused(at: int, byte: int, cut: int, make: Any, created: datetime) -> None:
    raw = bytearray(_whole(make, created))
    raw[at] = byte
    for damaged in (raw, raw[:cut]):
        with contextlib.suppress(Stopped):
            read_xpt(io.BytesIO(bytes(damaged)))


def test_text_in_another_encoding(make: Any, created: datetime, snapshot: Any) -> None:
    raw = _whole(make, created).replace(b"abc", "èbc".encode("latin-1"), 1)
    with pytest.raises(Stopped) as stopped:
        read_xpt(io.BytesIO(raw), shown="ae.xpt")
    assert str(stopped.value) == snapshot
    assert read_xpt(io.BytesIO(raw), encoding="latin-1").frame["Y"].tolist()[:2] == ["èbc", "abc"]


def test_header_bytes_are_whole_records(make: Any, created: datetime) -> None:
    for count in range(1, 9):
        dataset = make(**{f"X{i}": [1.0] for i in range(count)})
        assert len(header_bytes(XptHeader("AE", "x", dataset.variables, created))) % 80 == 0
