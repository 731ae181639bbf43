"""Formats whose tables have a header line: their options, and what can be wrong with a header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from il2cdisc.base.problems import Problem, at_line
from il2cdisc.raw.problems import HEADER
from il2cdisc.raw.readers._reader import Options


class HeaderOptions(Options):
    """Options of formats that have a header line."""

    header_line: Annotated[int, Field(ge=1, le=1_048_576)] = 1
    unit_line: Annotated[int | None, Field(ge=1)] = None
    """The line above the header that holds the units; they are compared with the data dictionary."""

    @field_validator("unit_line")
    @classmethod
    def _above_the_header(cls, value: int | None, info: ValidationInfo) -> int | None:
        header = info.data.get("header_line")
        if value is not None and header is not None and value >= header:
            what = "The line of units is above the header, which is line {header}"
            raise PydanticCustomError("unit_line", what, {"header": header})
        return value

    @property
    def header(self) -> int:
        return self.header_line

    @property
    def units(self) -> int:
        return self.unit_line or 0


def header_problems(names: Sequence[str], shown: str, line: int, sheet: str = "") -> Iterator[Problem]:
    """What is wrong with a header: columns without a name, names that are not unique."""
    where = at_line(shown, line, sheet=sheet)
    blank = [str(place) for place, name in enumerate(names, start=1) if not name.strip()]
    double = sorted({name for name in names if name.strip() and names.count(name) > 1})
    if blank:
        yield HEADER.at(where, f"Columns without a name: {', '.join(blank)}.")
    if double:
        yield HEADER.at(where, "Several columns have the same name.", values=double)
