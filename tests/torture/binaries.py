"""Mutators of raw workbooks and SPSS files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pyreadstat
from blind_edit import spss
from mutant import Mutant, codes, family
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from trial import NUMERIC, Trial

UNREADABLE = "RAW002 RAW006 RAW007 " + family("RAW", 20, 39)


def of_kind(trial: Trial, suffix: str) -> list[tuple[str, dict[str, Any], str]]:
    raw = trial.study["paths"].get("raw", "raw")
    return [
        (name, form, f"{raw}/{form['file']}")
        for name, form in trial.study["forms"].items()
        if str(form.get("file", "")).endswith(suffix)
    ]


def spss_values(trial: Trial, random: Random) -> Iterator[Mutant]:
    """A score outside of the dictionary's range."""
    limits = {(c.form, c.column): c.limits for c in trial.columns}
    for form, _, shown in of_kind(trial, ".sav"):
        data, _ = pyreadstat.read_sav(trial.folder / shown)
        columns = [c for c in data.columns if limits.get((form, c)) and data[c].dtype.kind == "f"]
        for column in random.sample(columns, min(3, len(columns))):
            row = random.choice(data.index[data[column].notna()].tolist())
            high = (limits[form, column] or (0, 0))[1]

            def edit(frame: Any, _: Any, row: int = row, column: str = column, new: float = high + 5) -> str:
                frame.loc[row, column] = new
                return ""

            place = f"{shown}:{row + 1} {column}"
            yield Mutant(
                "SPSS: score above its range", place, "range of the dictionary",
                codes("RAW122 RAW120 CHK053 CHK055"), place, spss(shown, edit),
            )  # fmt: skip


def spss_columns(trial: Trial, random: Random) -> Iterator[Mutant]:
    for _, _, shown in of_kind(trial, ".sav"):
        data, _ = pyreadstat.read_sav(trial.folder / shown)
        column = random.choice(data.columns.tolist())

        def edit(frame: Any, _: Any, column: str = column) -> str:
            del frame[column]
            return ""

        yield Mutant(
            "SPSS: column gone", f"{shown} {column}", "data dictionary", codes("RAW007"), shown,
            spss(shown, edit), alone=True,
        )  # fmt: skip


def spss_records(trial: Trial, random: Random) -> Iterator[Mutant]:
    for _, _, shown in of_kind(trial, ".sav"):

        def edit(frame: Any, _: Any, share: float = 0.6) -> str:
            frame.drop(frame.index[int(len(frame) * share) :], inplace=True)
            return ""

        yield Mutant(
            "SPSS: file short by whole records", shown, "accepted records",
            codes("RAW130 RAW131 RAW132 RAW140 RAW141"), shown, spss(shown, edit), alone=True,
        )  # fmt: skip


def broken(trial: Trial, random: Random) -> Iterator[Mutant]:
    """Binary files cut, or with bytes of others in them."""
    for suffix in (".sav", ".xlsx"):
        for shown in sorted({shown for _, _, shown in of_kind(trial, suffix)}):
            for name, damage in {
                "cut": lambda content: content[: len(content) * 2 // 3],
                "of zeros": lambda content: bytes(len(content)),
                "of text": lambda content: b"SUBJID,VISIT\n" * 20,
            }.items():

                def apply(
                    folder: Path, shown: str = shown, damage: Callable[[bytes], bytes] = damage
                ) -> None:
                    (folder / shown).write_bytes(damage((folder / shown).read_bytes()))

                yield Mutant(
                    f"binary file {name}", shown, "format of study.toml", codes(UNREADABLE),
                    shown, apply, alone=True,
                )  # fmt: skip


def _sheet(shown: str, sheet: str, damage: Callable[[Any, Any], None]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        book = load_workbook(folder / shown)
        damage(book, book[sheet])
        book.save(folder / shown)

    return apply


def _of_sheet(
    shown: str,
    name: str,
    mutator: str,
    breaks: str,
    told: str,
    place: str,
    damage: Callable[[Any, Any], None],
    *,
    alone: bool = False,
) -> Mutant:
    title = f"{shown}!{name} {mutator}"
    return Mutant(f"sheet: {mutator}", title, breaks, codes(told), place, _sheet(shown, name, damage), alone)


def sheets(trial: Trial, random: Random) -> Iterator[Mutant]:
    """Sheets of a raw workbook: renamed, copied, hidden, commented, merged, and cells of another type."""
    types = {(c.form, c.column): c for c in trial.columns}
    for form, source, shown in of_kind(trial, ".xlsx"):
        name, top = source["sheet"], source.get("header_line", 1)
        sheet = load_workbook(trial.folder / shown)[name]
        heads = {cell.value: cell.column for cell in sheet[top] if cell.value}
        at = f"{shown}!{name}"

        make = partial(_of_sheet, shown, name)

        def rename(_: Any, one: Any) -> None:
            one.title = "Other"

        def copy(book: Any, one: Any) -> None:
            book.copy_worksheet(one).title = f"{one.title} (2)"

        def hide(_: Any, one: Any) -> None:
            one.column_dimensions["C"].hidden = True

        numeric = [c for (f, _), c in types.items() if f == form and c.type in NUMERIC and c.column in heads]
        column = random.choice(numeric)
        letter = get_column_letter(heads[column.column])
        rows = [r for r in range(top + 1, sheet.max_row + 1) if sheet[f"{letter}{r}"].value not in (None, "")]
        row, other = random.sample(rows, 2)
        header = f"{letter}{top}"

        def word(_: Any, one: Any, cell: str = f"{letter}{row}") -> None:
            one[cell] = "abc"

        def comment(_: Any, one: Any, cell: str = f"{letter}{other}") -> None:
            one[cell].comment = Comment("not valid", "laboratory")

        def misspell(_: Any, one: Any, cell: str = header) -> None:
            one[cell] = f"{one[cell].value}X"

        def merge(_: Any, one: Any, row: int = row) -> None:
            one.merge_cells(f"A{row}:B{row}")

        def formula(_: Any, one: Any, cell: str = f"{letter}{row}") -> None:
            one[cell] = "=1+1"

        def title(_: Any, one: Any) -> None:
            one.insert_rows(1)

        yield make("renamed", "sheet of study.toml", "RAW009", shown, rename, alone=True)
        yield make("copied", "forms of study.toml", "RAW171", shown, copy)
        yield make("column hidden", "what the sender shows", "RAW105", at, hide)
        yield make("comment", "values without remarks", "RAW170", f"{at}!{letter}{other}", comment)
        yield make(
            "word for a number", "type of the dictionary", "RAW121 MAP106 MAP140 RAW109", f"{at}:{row}", word
        )
        yield make("header misspelt", "data dictionary", "RAW007 RAW008", at, misspell, alone=True)
        yield make("merged cells", "a table", "RAW010", at, merge, alone=True)
        yield make("formula without result", "values", "RAW011 RAW103", at, formula, alone=True)
        yield make(
            "one line more above",
            "header_line of study.toml",
            "RAW006 RAW007 RAW008 RAW173",
            at,
            title,
            alone=True,
        )


MUTATORS = (spss_values, spss_columns, spss_records, broken, sheets)
