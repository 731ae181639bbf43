"""Mutators of whole raw files: lines, fields, headers, encodings, and the data dictionary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from mutant import Mutant, codes
from trial import Table, Trial, read_table

GONE = "RAW130 RAW131 RAW132 RAW140 RAW141 RAW102"
DELIMITER = "RAW019 RAW006 RAW007 RAW008"
FIELDS = "RAW004 RAW005 RAW006 RAW007 RAW008"


def of_tables(
    mutator: str,
    trial: Trial,
    random: Random,
    told: str,
    breaks: str,
    place: Callable[[Table, int], str],
    damage: Callable[[Table, int], None],
    *,
    each: int = 1,
) -> Iterator[Mutant]:
    """A mutant a form (`each` of them), at a record chosen at random; `damage` changes the file in place."""
    for form, table in random.sample(sorted(trial.tables.items()), len(trial.tables)):
        for _ in range(each):
            at = random.randrange(1, len(table.rows))
            line = table.rows[at][0]

            def apply(folder: Path, form: str = form, at: int = at) -> None:
                damage(Trial(folder).table(form), at)

            yield Mutant(
                mutator,
                f"{table.shown} line {line}",
                breaks,
                codes(told),
                place(table, at),
                apply,
                alone=True,
            )


def _file(table: Table, _: int) -> str:
    return table.shown


def _nowhere(_: Table, __: int) -> str:
    """Records that link to one that is gone are told at their own lines."""
    return ""


def _line(table: Table, at: int) -> str:
    return f"{table.shown}:{table.rows[at][0]}"


def _header(table: Table, _: int) -> str:
    return f"{table.shown}:1"


def line_gone(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, at: int) -> None:
        del table.rows[at]
        table.write()

    for mutant in of_tables("line gone", trial, random, GONE, "accepted records", _file, damage, each=3):
        # a subject that is gone is told at the records that link to it
        subject = mutant.place == trial.tables[trial.study["study"]["subjects"]].shown
        told = mutant.codes | codes("LNK003") if subject else mutant.codes
        yield replace(mutant, codes=told, place="" if subject else mutant.place)


def file_short(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, _: int) -> None:
        del table.rows[len(table.rows) * 2 // 3 :]
        table.write()

    told = GONE + " LNK003 RAW125 MAP138"
    return of_tables("file short by whole lines", trial, random, told, "accepted records", _nowhere, damage)


def header_alone(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, _: int) -> None:
        del table.rows[1:]
        table.write()

    return of_tables("header alone", trial, random, GONE + " LNK003", "accepted records", _nowhere, damage)


def file_cut_inside_a_record(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, at: int) -> None:
        del table.rows[at + 1 :]
        cells = table.rows[at][1]
        cut = table.text().rstrip("\r\n")
        cut = cut[: len(cut) - len(table.delimiter.join(cells)) // 2 - 1]
        table.path.write_bytes(cut.encode(table.encoding))

    told = FIELDS + " RAW101"
    return of_tables("file cut inside a record", trial, random, told, "header", _line, damage)


def line_twice(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, at: int) -> None:
        table.rows.append((table.rows[-1][0] + 1, list(table.rows[at][1])))
        table.write()

    def place(table: Table, _: int) -> str:
        return f"{table.shown}:{table.rows[-1][0] + 1}"

    return of_tables(
        "record repeated", trial, random, "RAW108 LNK001 LNK004 MAP003", "key of study.toml", place, damage
    )


def header_misspelt(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, at: int) -> None:
        place = at % len(table.header)
        table.header[place] += "X"
        table.write()

    return of_tables("header misspelt", trial, random, FIELDS, "data dictionary", _header, damage)


def column_gone(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, at: int) -> None:
        place = at % len(table.header)
        for _, cells in table.rows:
            del cells[place]
        table.write()

    return of_tables("column gone", trial, random, FIELDS, "data dictionary", _header, damage)


def column_of_others(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, _: int) -> None:
        for number, (_, cells) in enumerate(table.rows):
            cells.append("EXTRA" if number == 0 else "1")
        table.write()

    return of_tables("column that nobody knows", trial, random, FIELDS, "data dictionary", _header, damage)


def column_twice(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, _: int) -> None:
        for _, cells in table.rows:
            cells.append(cells[0])
        table.write()

    return of_tables("column twice", trial, random, FIELDS, "data dictionary", _header, damage)


def field_too_many(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, at: int) -> None:
        table.rows[at][1].append("more")
        table.write()

    return of_tables("field too many", trial, random, FIELDS, "header", _line, damage)


def field_too_few(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, at: int) -> None:
        table.rows[at][1].pop()
        table.write()

    return of_tables("field too few", trial, random, FIELDS, "header", _line, damage)


def quote_open(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, at: int) -> None:
        lines = table.text().split(table.ending)
        number = table.rows[at][0] - 1
        lines[number] = '"' + lines[number]
        table.path.write_bytes(table.ending.join(lines).encode(table.encoding))

    return of_tables("quote that is never closed", trial, random, FIELDS, "quoting of CSV", _line, damage)


def byte_of_another_encoding(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, at: int) -> None:
        lines = table.text().encode(table.encoding).split(b"\n")
        lines[table.rows[at][0] - 1] = b"\x81" + lines[table.rows[at][0] - 1]
        table.path.write_bytes(b"\n".join(lines))

    told = "RAW003 RAW016 LNK003 RAW120 RAW121"
    return of_tables("byte of another encoding", trial, random, told, "encoding of study.toml", _line, damage)


def control_character(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, at: int) -> None:
        cells = table.rows[at][1]
        cells[-1] = cells[-1] + "\x07"
        table.write()

    return of_tables("control character", trial, random, "RAW016 RAW002 RAW120", "text", _line, damage)


def other_delimiter(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, _: int) -> None:
        table.delimiter = ";" if table.delimiter != ";" else ","
        table.write()

    return of_tables("other delimiter", trial, random, DELIMITER, "delimiter of study.toml", _file, damage)


def file_gone(trial: Trial, random: Random) -> Iterator[Mutant]:
    return of_tables(
        "file gone", trial, random, "RAW001", "file of study.toml", _file, lambda t, _: t.path.unlink()
    )


def file_empty(trial: Trial, random: Random) -> Iterator[Mutant]:
    def damage(table: Table, _: int) -> None:
        table.path.write_bytes(b"")

    return of_tables("file empty", trial, random, "RAW006 RAW002", "data dictionary", _file, damage)


def file_of_nobody(trial: Trial, random: Random) -> Iterator[Mutant]:
    shown = f"{trial.study['paths'].get('raw', 'raw')}/more/new_form.csv"

    def apply(folder: Path) -> None:
        (folder / shown).parent.mkdir(parents=True)
        (folder / shown).write_text("A,B\n1,2\n")

    yield Mutant("file that no form reads", shown, "forms of study.toml", codes("RAW106"), shown, apply)


def _dictionary(
    trial: Trial, mutator: str, told: str, name: str, line: int, damage: Callable[[list[str]], bool | None]
) -> Mutant:
    def apply(folder: Path) -> None:
        table = read_table(folder / trial.dictionary_path, trial.dictionary_path)
        (row,) = (cells for at, cells in table.records if at == line)
        if damage(row):
            table.rows = [item for item in table.rows if item[0] != line]
        table.write()

    return Mutant(
        mutator, name, "data dictionary", codes(told), f"{trial.dictionary_path}:{line}", apply, alone=True
    )


def dictionary_damaged(trial: Trial, random: Random) -> Iterator[Mutant]:
    """Types that are none, codes that are no list, and lines that are gone."""

    def type_misspelt(row: list[str]) -> None:
        row[3] += "x"

    def codes_without_meaning(row: list[str]) -> None:
        row[4] = "a;b"

    def gone(_: list[str]) -> bool:
        return True

    records = read_table(trial.folder / trial.dictionary_path, trial.dictionary_path).records
    for line, row in random.sample(records, 4):
        yield _dictionary(trial, "dictionary: type", "RAW014", f"{row[0]}.{row[1]}", line, type_misspelt)
    for line, row in random.sample(records, 4):
        yield _dictionary(
            trial, "dictionary: codes", "RAW014", f"{row[0]}.{row[1]}", line, codes_without_meaning
        )
    for line, row in random.sample(records, 4):
        told = "RAW008 RAW014 RAW015 STU013 SPC094 MAP004 MAP007 STU007"
        mutant = _dictionary(trial, "dictionary: line gone", told, f"{row[0]}.{row[1]}", line, gone)
        yield Mutant(mutant.mutator, mutant.name, mutant.breaks, mutant.codes, "", mutant.apply, alone=True)


MUTATORS = (
    line_gone,
    file_short,
    header_alone,
    file_cut_inside_a_record,
    line_twice,
    header_misspelt,
    column_gone,
    column_of_others,
    column_twice,
    field_too_many,
    field_too_few,
    quote_open,
    byte_of_another_encoding,
    control_character,
    other_delimiter,
    file_gone,
    file_empty,
    file_of_nobody,
    dictionary_damaged,
)
