"""What a module of this folder declares: its `READER`, and the options of its format."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict

from il2cdisc.base.problems import Problem, Problems
from il2cdisc.raw.problems import UNREADABLE
from il2cdisc.raw.table import RawTable, joined

_NO_TEXT = {"punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"}


class Options(BaseModel):
    """Options of a format: the keys of a form's table in `study.toml` that only this format has."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @property
    def page(self) -> str:
        """The sheet that is read, of formats that have sheets: a part of every address."""
        return ""

    @property
    def place(self) -> str:
        """What of a file is read, of formats whose files hold several tables."""
        return self.page

    @property
    def header(self) -> int:
        """The line of the header; 0 for a format without header lines."""
        return 0

    @property
    def units(self) -> int:
        """The line that holds the units of the columns; 0 for none."""
        return 0


def _known_encoding(value: str) -> str:
    common = "common ones are utf-8, latin-1, cp1252"
    try:
        found = codecs.lookup(value)
    except (LookupError, ValueError) as error:
        raise ValueError(f"is not a known encoding; {common}") from error
    if not getattr(found, "_is_text_encoding", True) or found.name.replace("-", "_") in _NO_TEXT:
        raise ValueError(f"is not an encoding of text files; {common}")
    return value


Encoding = Annotated[str, AfterValidator(_known_encoding)]
"""The name of an encoding of text, as Python knows it."""

O = TypeVar("O", bound=Options)  # noqa: E741 - the options of one reader


def _no_other_options(
    shown: str, columns: Sequence[str], expected: Sequence[str], options: Options
) -> Problem | None:
    """What a format says of other columns than the expected ones, whose options can't be why."""
    return None


@dataclass(frozen=True, slots=True)
class Reader(Generic[O]):
    """How files of one format are read."""

    name: str
    """As `format =` of `study.toml` names it."""
    title: str
    """As messages name it."""
    suffixes: tuple[str, ...]
    """Endings of its files, lower case."""
    options: type[O]
    read: Callable[[Path, str, O, Problems], Iterator[RawTable]]
    """Pieces of a file's records, at least one, and its problems; `shown` is the file in messages.

    Nothing of a file with a problem that stops is used, whether pieces of it were given before or not.
    """
    unread_tables: Callable[[Path, str, Sequence[O], Problems], None] | None = None
    """Report the tables of a file that none of the options reads, where its files hold several."""
    misread_columns: Callable[[str, Sequence[str], Sequence[str], O], Problem | None] = _no_other_options
    """Why a file has other columns (its own, the expected ones) than the dictionary, if options are why."""

    def whole(self, path: Path, shown: str, options: O, problems: Problems) -> RawTable | None:
        """All records of a file as one table; None after a problem that stops."""
        before = len(problems.stops)
        pieces = list(self.read(path, shown, options, problems))
        stopped = len(problems.stops) > before
        if not pieces and not stopped:
            problems.add(UNREADABLE.at(shown, f"The reader of {self.title} files found no table."))
        return joined(pieces) if pieces and not stopped else None
