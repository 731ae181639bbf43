"""Mutators of single values: what types, codes, ranges, keys and links rule out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from mutant import Mutant, codes
from trial import NUMERIC, Column, Table, Trial

Change = Callable[[str], str]
MONTHS = r"[A-Za-z]{3}"


def cells(
    trial: Trial, wanted: Callable[[Column], bool], random: Random
) -> Iterator[tuple[Column, Table, int, str]]:
    """Filled cells of the columns wanted, in random order: column, table, line and value."""
    columns = [c for c in trial.columns if c.form in trial.tables and wanted(c)]
    found: list[tuple[Column, Table, int, str]] = []
    for column in columns:
        table = trial.tables[column.form]
        at = table.header.index(column.column)
        found += [(column, table, line, row[at]) for line, row in table.records if row[at]]
    random.shuffle(found)
    yield from found


def set_cell(form: str, line: int, column: str, value: str) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        table = Trial(folder).table(form)
        (row,) = (cells for at, cells in table.records if at == line)
        place = table.header.index(column)
        if row[place] == value:
            raise ValueError(f"{table.place(line, column)} is {value!r} already")
        row[place] = value
        table.write()

    return apply


def changed(
    mutator: str,
    trial: Trial,
    random: Random,
    wanted: Callable[[Column], bool],
    change: Change,
    told: str,
    breaks: str,
    *,
    alone: bool = False,
) -> Iterator[Mutant]:
    """A mutant for each cell whose value `change` makes another; one a column first, then more."""
    seen: dict[str, int] = {}
    waiting: list[tuple[int, int, Mutant]] = []
    for number, (column, table, line, value) in enumerate(cells(trial, wanted, random)):
        new = change(value)
        if new in ("", value) or (column.codes and new in column.codes) or not table.can_hold(new):
            continue
        name = f"{column.form}.{column.column}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 6:
            continue
        mutant = Mutant(
            mutator,
            f"{name} line {line}: {value!r} becomes {new!r}",
            breaks,
            codes(told),
            table.place(line, column.column),
            set_cell(column.form, line, column.column, new),
            alone,
        )
        waiting.append((seen[name], number, mutant))
    yield from (mutant for _, _, mutant in sorted(waiting, key=lambda item: item[:2]))


def is_code(column: Column) -> bool:
    return column.type == "code"


def is_numeric(column: Column) -> bool:
    return column.type in NUMERIC


UNKNOWN = "RAW120 MAP001 MAP101 LNK003 RAW125 RAW110"


def code_in_another_case(trial: Trial, random: Random) -> Iterator[Mutant]:
    return changed(
        "code in another case", trial, random, is_code, str.swapcase, UNKNOWN, "codes of the dictionary"
    )


def code_with_a_blank(trial: Trial, random: Random) -> Iterator[Mutant]:
    def wanted(column: Column) -> bool:
        return is_code(column) and not trial.forms[column.form].get("trim")

    return changed(
        "code with a blank", trial, random, wanted, lambda v: v + " ", UNKNOWN, "codes of the dictionary"
    )


def code_that_is_none(trial: Trial, random: Random) -> Iterator[Mutant]:
    return changed(
        "code that is none", trial, random, is_code, lambda _: "ZZZ", UNKNOWN, "codes of the dictionary"
    )


def number_above_its_range(trial: Trial, random: Random) -> Iterator[Mutant]:
    limits = {f"{c.form}.{c.column}": c.limits for c in trial.columns}
    for column in [c for c in trial.columns if c.limits]:
        high = (limits[f"{column.form}.{column.column}"] or (0, 0))[1]
        yield from changed(
            "number above its range", trial, random, lambda c, one=column: c == one,
            lambda _, high=high: f"{high * 10 + 7:g}", "RAW122 CHK055", "range of the dictionary",
        )  # fmt: skip


def number_below_its_range(trial: Trial, random: Random) -> Iterator[Mutant]:
    for column in [c for c in trial.columns if c.limits]:
        low = (column.limits or (0, 0))[0]
        yield from changed(
            "number below its range", trial, random, lambda c, one=column: c == one,
            lambda _, low=low: f"{low - 3:g}", "RAW122 CHK055", "range of the dictionary",
        )  # fmt: skip


NO_NUMBER = "RAW121 MAP101 MAP106 MAP140 MAP141 RAW109"


def word_for_a_number(trial: Trial, random: Random) -> Iterator[Mutant]:
    return changed(
        "word for a number", trial, random, is_numeric, lambda _: "abc", NO_NUMBER, "type of the dictionary"
    )


def thousands_for_a_number(trial: Trial, random: Random) -> Iterator[Mutant]:
    return changed(
        "thousands for a number", trial, random, is_numeric, lambda v: f"{v}.000,5", NO_NUMBER,
        "type of the dictionary",
    )  # fmt: skip


def letter_in_a_number(trial: Trial, random: Random) -> Iterator[Mutant]:
    return changed(
        "letter O in a number",
        trial,
        random,
        is_numeric,
        lambda v: v + "O",
        NO_NUMBER,
        "type of the dictionary",
    )


def _day(value: str, day: str, month: str, name: str) -> str:
    found = re.fullmatch(r"(\d{2})/(\d{2})/(\d{4})", value)
    if found:
        return f"{day}/{month}/{found[3]}"
    found = re.fullmatch(rf"(\d{{2}})-({MONTHS})-(\d{{4}})", value)
    if found:
        return f"{day}-{name}-{found[3]}"
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value)
    return f"{found[1]}-{month}-{day}" if found else ""


def _year(value: str, year: str) -> str:
    return re.sub(r"\d{4}", year, value, count=1) if re.search(r"\d{4}", value) else ""


def is_date(column: Column) -> bool:
    return column.type == "date"


NO_DATE = "RAW123 MAP102"


def _november_31(value: str) -> str:
    return _day(value, "31", "11", "NOV") or "31/31/2024"


def day_that_does_not_exist(trial: Trial, random: Random) -> Iterator[Mutant]:
    return changed(
        "day that does not exist", trial, random, is_date, _november_31,
        NO_DATE, "calendar",
    )  # fmt: skip


def date_of_letters(trial: Trial, random: Random) -> Iterator[Mutant]:
    return changed(
        "date of letters", trial, random, is_date, lambda v: v + "x", NO_DATE, "type of the dictionary"
    )


AFTER_CUT = "CHK065 CHK066 CHK067 CHK068 CHK069 CHK070 CHK071 CHK072 RAW123 RAW126"


def date_after_the_data_cut(trial: Trial, random: Random) -> Iterator[Mutant]:
    return changed(
        "date after the data cut", trial, random, is_date, lambda v: _year(v, "2031"), AFTER_CUT,
        "data cut of study.toml",
    )  # fmt: skip


def date_of_another_century(trial: Trial, random: Random) -> Iterator[Mutant]:
    return changed(
        "date of another century", trial, random, is_date, lambda v: _year(v, "1021"),
        AFTER_CUT + " CHK051 CHK050", "a subject's life",
    )  # fmt: skip


def time_that_does_not_exist(trial: Trial, random: Random) -> Iterator[Mutant]:
    return changed(
        "time that does not exist", trial, random, lambda c: c.type == "time", lambda _: "25:61",
        "RAW124 MAP104", "type of the dictionary",
    )  # fmt: skip


def link_to_nobody(trial: Trial, random: Random) -> Iterator[Mutant]:
    def wanted(column: Column) -> bool:
        return column.column in trial.keys(column.form) and column.form != trial.study["study"]["subjects"]

    return changed(
        "key that links to nobody", trial, random, wanted, lambda _: "NOBODY-1", "LNK003 RAW120",
        "link of study.toml", alone=True,
    )  # fmt: skip


def link_with_a_blank(trial: Trial, random: Random) -> Iterator[Mutant]:
    def wanted(column: Column) -> bool:
        links = column.column in trial.keys(column.form) and column.form != trial.study["study"]["subjects"]
        return links and not trial.forms[column.form].get("trim")

    return changed(
        "key with a blank", trial, random, wanted, lambda v: v + " ", "LNK003 LNK002 RAW120",
        "link of study.toml", alone=True,
    )  # fmt: skip


def result_that_is_no_number(trial: Trial, random: Random) -> Iterator[Mutant]:
    """A result of a laboratory where the column is text, as it may hold `<0.4` too."""

    def wanted(column: Column) -> bool:
        return column.label == "Result" or column.column in ("RESULT", "value_txt")

    return changed(
        "result that is no number", trial, random, wanted, lambda v: f"{v}*" if v[:1].isdigit() else "",
        NO_NUMBER, "numbers of the test",
    )  # fmt: skip


def limits_upside_down(trial: Trial, random: Random) -> Iterator[Mutant]:
    def wanted(column: Column) -> bool:
        return column.label.startswith("Lower limit")

    return changed(
        "lower limit above the upper one", trial, random, wanted, lambda v: "9999", "MAP142 RAW122 CHK074",
        "order of two limits",
    )  # fmt: skip


def total_beside_its_items(trial: Trial, random: Random) -> Iterator[Mutant]:
    def wanted(column: Column) -> bool:
        return column.type == "integer" and "total" in column.label.casefold()

    return changed(
        "total beside its items", trial, random, wanted, lambda v: str(int(v) + 1) if v.isdigit() else "",
        "CHK053 RAW122", "sum of the items",
    )  # fmt: skip


MUTATORS = (
    code_in_another_case,
    code_with_a_blank,
    code_that_is_none,
    number_above_its_range,
    number_below_its_range,
    word_for_a_number,
    thousands_for_a_number,
    letter_in_a_number,
    day_that_does_not_exist,
    date_of_letters,
    date_after_the_data_cut,
    date_of_another_century,
    time_that_does_not_exist,
    link_to_nobody,
    link_with_a_blank,
    result_that_is_no_number,
    limits_upside_down,
    total_beside_its_items,
)
