"""Mutators of the specification workbooks: a sheet, a header or a cell that breaks a rule of its sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from mutant import Mutant, codes, family
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from trial import Trial


@dataclass(frozen=True)
class Rule:
    """Cells of a column (of one sheet) that become `value`, and the kinds that tell it."""

    mutator: str
    sheet: str
    header: str
    value: Callable[[Any], Any]
    told: str
    filled: bool = True
    """Only cells that have a value."""


UNUSED = family("SPC", 130, 149)
"""Cells without effect, or with one that can't be meant."""


def fixed(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


RULES = (
    Rule("label over 40 characters", "Variables", "Label", fixed("L" * 41), "SPC021"),
    Rule("label over 40 characters", "Datasets", "Label", fixed("L" * 41), "SPC021"),
    Rule("label of two lines", "Variables", "Label", lambda v: f"{v[:15]}\n{v[15:30]}X", "SPC021"),
    Rule("label not ASCII", "Variables", "Label", lambda v: f"{v[:30]} \u00e9", "SPC021"),
    Rule("data type unknown", "Variables", "Data Type", fixed("txt"), "SPC022 SPC024"),
    Rule("data type unknown", "ValueLevel", "Data Type", fixed("txt"), "SPC022 SPC024"),
    Rule("length not a number", "Variables", "Length", fixed("long"), "SPC011 SPC023"),
    Rule("length below one", "Variables", "Length", fixed(0), "SPC011 SPC023"),
    Rule("length of a broken number", "Variables", "Length", fixed(8.5), "SPC011 SPC023"),
    Rule("codelist undefined", "Variables", "Codelist", lambda v: f"{v}X", "SPC042"),
    Rule("codelist undefined", "ValueLevel", "Codelist", lambda v: f"{v}X", "SPC042"),
    Rule("method undefined", "Variables", "Method", lambda v: f"{v}X", "SPC042"),
    Rule("comment undefined", "Variables", "Comment", lambda v: f"{v}X", "SPC042"),
    Rule("mandatory neither yes nor no", "Variables", "Mandatory", fixed("Maybe"), "SPC012 SPC024"),
    Rule("origin unknown", "Variables", "Origin", fixed("Somewhere"), "SPC024"),
    Rule("variable name with a blank", "Variables", "Variable", lambda v: f"{v[:3]} X", "SPC020 SPC009"),
    Rule("variable name too long", "Variables", "Variable", fixed("ABCDEFGHI"), "SPC020"),
    Rule("dataset undefined", "Variables", "Dataset", lambda v: f"{v[:2]}ZZ", "SPC040 SPC043"),
    Rule("variable of another label", "Variables", "Label", fixed("Something else"), "SPC060 SPC032"),
    Rule("key that is no variable", "Datasets", "Key Variables", lambda v: f"{v}, NOVAR", "SPC041 SPC042"),
    Rule("dataset twice", "Datasets", "Dataset", fixed("DM"), "SPC025 SPC040 SPC043 SPC095 SPC042"),
    Rule("repeating neither yes nor no", "Datasets", "Repeating", fixed("Maybe"), "SPC012 SPC024"),
    Rule("standard of another version", "Datasets", "Standard", lambda v: f"{v.split()[0]} 9.9",
         f"SPC024 SPC042 STU014 {UNUSED}"),
    Rule("comparator unknown", "WhereClauses", "Comparator", fixed("LIKE"), "SPC024 SPC080"),
    Rule("where-clause on no variable", "WhereClauses", "Variable", fixed("NOVAR"), "SPC041 SPC081 SPC042"),
    Rule("where-clause undefined", "ValueLevel", "Where Clause", lambda v: f"{v}.X", "SPC042"),
    Rule("term without a codelist", "Codelists", "ID", lambda v: f"{v}X",
         "SPC042 SPC044 SPC029 SPC045 SPC046 SPC068 SPC013 SPC051"),
    Rule("NCI code of nothing", "Codelists", "NCI Term Code", fixed("C99999999"), "SPC069"),
    Rule("translation to no term", "Translations", "Term", fixed("NO SUCH TERM"), "SPC046"),
    Rule("translation to no codelist", "Translations", "Codelist", lambda v: f"{v}X", "SPC042 SPC046"),
    Rule("factor not a number", "Conversions", "Factor", fixed("many"), "SPC011"),
    Rule("digits not a number", "Conversions", "Digits", fixed("two"), "SPC011"),
    Rule("conversion of no test", "Conversions", "Test Code", fixed("NOTEST"),
         "SPC042 SPC044 SPC045 SPC050 SPC051 MAP122"),
    Rule("range upside down", "Ranges", "Low", fixed(99999), "SPC028"),
    Rule("range not a number", "Ranges", "High", fixed("high"), "SPC011"),
    Rule("plausible range upside down", "Plausibility", "Low", fixed(99999), "SPC028"),
    Rule("element undefined", "Protocol Arms", "Element Code", fixed("NONE"), "SPC047 SPC042"),
    Rule("epoch of no codelist", "Protocol Arms", "Epoch", fixed("SOMETIME"),
         "SPC045 SPC046 SPC047 SPC048 SPC051 SPC068 CHK022 CHK023 CHK057"),
    Rule("visit number not a number", "Protocol Visits", "Visit Number", fixed("first"), "SPC011"),
    Rule("window not a number", "Protocol Visits", "Window Before", fixed("few"), "SPC011"),
    Rule("schedule of no form", "Protocol Schedule", "Form", lambda v: f"{v}x", "SPC123"),
    Rule("schedule of no visit", "Protocol Schedule", "Visit", fixed("NEVER"), "SPC122"),
    Rule("window upside down", "Windows", "To", fixed(-500), f"SPC028 ADM006 {UNUSED}"),
    Rule("parameter of no dataset", "Parameters", "Dataset", fixed("ADZZ"), "SPC040 SPC042"),
    Rule("method of no analysis", "Analyses", "Method", fixed("ANOVA2"), "RES003 SPC024"),
    Rule("variable of no dataset", "Analyses", "Variables", fixed("NOVAR"), "RES002 SPC041"),
    Rule("dataset of no analysis", "Analyses", "Dataset", fixed("ADZZ"), "RES001 SPC040"),
    Rule("population that can't be read", "Displays", "Population Where", fixed("SAFFL IS Y"),
         "SPC080 RES004"),
    Rule("population by no variable", "Displays", "Population Where", fixed("NOVAR EQ Y"),
         "RES002 SPC081 SPC041"),
    Rule("population of nobody", "Displays", "Population Where", lambda v: f"{v.split()[0]} EQ Z",
         f"SPC045 {UNUSED} RES009 RES004"),
    Rule("kind of no display", "Displays", "Kind", fixed("picture"), "SPC024"),
    Rule("decimals not a number", "Analyses", "Decimals", fixed("some"), "SPC011 SPC110"),
    Rule("decimals beyond reason", "Analyses", "Decimals", fixed(99), f"SPC011 {UNUSED} SPC028 SPC110"),
    Rule("error value", "Variables", "Label", fixed("#REF!"), "SPC008"),
    Rule("formula", "Variables", "Label", fixed('="a"&"b"'), "SPC006"),
    Rule("blank in front", "Variables", "Codelist", lambda v: f" {v}", "SPC009 SPC042"),
)  # fmt: skip


def _books(trial: Trial) -> dict[str, Any]:
    folder = trial.folder / "specs"
    return {path.name: load_workbook(path) for path in sorted(folder.glob("*.xlsx"))}


def set_cell(book: str, sheet: str, cell: str, value: object) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        path = folder / "specs" / book
        workbook = load_workbook(path)
        workbook[sheet][cell] = value
        if isinstance(value, str) and value.startswith("#"):
            workbook[sheet][cell].data_type = "e"
        workbook.save(path)

    return apply


def cells_of_rules(trial: Trial, random: Random) -> Iterator[Mutant]:
    """For each rule, in random order, two cells of each workbook that has its sheet."""
    pairs = [(book, workbook, rule) for book, workbook in _books(trial).items() for rule in RULES]
    for book, workbook, rule in random.sample(pairs, len(pairs)):
        if rule.sheet in workbook.sheetnames:
            yield from _of_rule(book, workbook, rule, random)


def _of_rule(book: str, workbook: Any, rule: Rule, random: Random) -> Iterator[Mutant]:
    sheet = workbook[rule.sheet]
    heads = {cell.value: cell.column for cell in sheet[1]}
    if rule.header not in heads:
        return
    letter = get_column_letter(heads[rule.header])
    rows = [n for n in range(2, sheet.max_row + 1) if sheet[f"{letter}{n}"].value not in (None, "")]
    for row in random.sample(rows, min(2, len(rows))):
        old = sheet[f"{letter}{row}"].value
        new = rule.value(old if isinstance(old, str) else str(old))
        if new == old:
            continue
        yield Mutant(
            f"workbook: {rule.mutator}",
            f"{rule.header} {old!r} becomes {new!r}",
            f"rules of the sheet {rule.sheet}",
            codes(rule.told),
            f"specs/{book}!{rule.sheet}!{letter}{row}",
            set_cell(book, rule.sheet, f"{letter}{row}", new),
            alone=True,
        )


def sheets_renamed(trial: Trial, random: Random) -> Iterator[Mutant]:
    for book, workbook in _books(trial).items():
        for name in workbook.sheetnames:

            def apply(folder: Path, book: str = book, name: str = name) -> None:
                path = folder / "specs" / book
                changed = load_workbook(path)
                changed[name].title = name[:-1] if len(name) > 3 else name + "s"
                changed.save(path)

            yield Mutant(
                "workbook: sheet renamed", f"{book} {name}", "sheets of the workbook", codes("SPC002 SPC120"),
                f"specs/{book}", apply, alone=True,
            )  # fmt: skip


def headers_misspelt(trial: Trial, random: Random) -> Iterator[Mutant]:
    for book, workbook in _books(trial).items():
        for sheet in workbook:
            cell = random.choice([c for c in sheet[1] if c.value])
            yield Mutant(
                "workbook: header misspelt", f"{sheet.title} {cell.value!r}", "headers of the sheet",
                codes("SPC003 SPC004"), f"specs/{book}!{sheet.title}",
                set_cell(book, sheet.title, cell.coordinate, f"{cell.value}x"), alone=True,
            )  # fmt: skip


def rows_gone(trial: Trial, random: Random) -> Iterator[Mutant]:
    """A variable or dataset that a mapping makes and the workbook no longer has."""
    for book, workbook in _books(trial).items():
        if "Variables" not in workbook.sheetnames:
            continue
        for row in random.sample(range(2, workbook["Variables"].max_row + 1), 6):
            name = f"{workbook['Variables'][f'B{row}'].value}.{workbook['Variables'][f'C{row}'].value}"

            def apply(folder: Path, book: str = book, row: int = row) -> None:
                path = folder / "specs" / book
                changed = load_workbook(path)
                changed["Variables"].delete_rows(row)
                changed.save(path)

            told = "SPC026 SPC034 SPC041 SPC042 SPC044 SPC063 SPC064 SPC081 SPC091 "
            told += "MAP020 MAP120 MAP123 ADM001 ADM008 ADM009 ADM012 RES002"
            yield Mutant(
                "workbook: variable gone", name, "plan of the mapping", codes(told), "", apply, alone=True
            )


def books_broken(trial: Trial, random: Random) -> Iterator[Mutant]:
    for book in _books(trial):

        def apply(folder: Path, book: str = book) -> None:
            path = folder / "specs" / book
            content = path.read_bytes()
            path.write_bytes(content[: len(content) // 2])

        yield Mutant(
            "workbook: file cut",
            book,
            "format of workbooks",
            codes("SPC001"),
            f"specs/{book}",
            apply,
            alone=True,
        )


MUTATORS = (cells_of_rules, sheets_renamed, headers_misspelt, rows_gone, books_broken)
