"""Columns of a mapping: each describes a target variable and computes it when its rows are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.dates import DateKind, conflicting_patterns, iso_time, read_date, text_over_distinct
from il2cdisc.base.numbers import DecimalMark, read_numbers
from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Address, Kind, Problems, Stopped, did_you_mean
from il2cdisc.base.rowids import id_column
from il2cdisc.sdtm.complete.mapped import decimal_commas
from il2cdisc.sdtm.problems import (
    BAD_DATE,
    BAD_TIME,
    DATE_PATTERN,
    DATE_PATTERNS_CONFLICT,
    NO_CODELIST,
    NOT_A_NUMBER,
    PARTIAL_DATE,
    UNMAPPED,
    UNMAPPED_OPEN,
    UNTRANSLATED,
)
from il2cdisc.sdtm.steering import Codes
from il2cdisc.spec.models import Spec

ALL_FIELDS = "*"
Where = NDArray[np.bool_]


@dataclass(frozen=True)
class Context:
    """What a column may ask while it is computed: the workbook, where a raw cell stands, whom to tell.

    `folder`: where the mapping modules are, for the messages. `decimals`: the decimal mark of each form;
    `codes`: the data dictionary's, by raw column; `became`: what became of a record whose code is not among
    them, by its raw cell. `dataset`: that whose variables are made, "" for qualifiers.
    """

    spec: Spec
    problems: Problems
    address: Callable[[str, int, str], Address]
    folder: str = "mappings/sdtm"
    decimals: Mapping[str, DecimalMark] = field(default_factory=dict[str, DecimalMark])
    codes: Codes = field(default_factory=dict[str, Mapping[str, str]])
    became: dict[Address, str] = field(default_factory=dict[Address, str])
    dataset: str = ""
    in_blocks: bool = False
    """Whether these rows are those of some of the subjects: then all rows are counted, too."""

    def report(
        self,
        kind: Kind,
        name: str,
        rows: pd.DataFrame,
        where: Where,
        source: str,
        what: Callable[[str], str],
        *,
        values: pd.Series | None = None,
    ) -> None:
        """A problem for each distinct value in `where`, with the raw cells of all rows that have it.

        `name` is the variable that is made, `source` the raw column `form.COLUMN` of the cells; `values` is
        what is wrong, on the index of `rows`, where that is not the column's own text.
        """
        if not where.any() and not self.in_blocks:
            return
        form, _, column = source.partition(".")
        given = rows.get(source) if values is None else values
        texts = pd.Series(source, index=rows.index, dtype="str") if given is None else given
        of = f"{kind.code} {self.dataset}.{name} {source}"
        out_of = self.problems.look(of, int(texts.notna().sum()))
        for value, chosen in _rows_by_value(texts[where]):
            cells = self._cells(rows.loc[chosen], form, column)
            place = cells[0] if cells else Address(file=source)
            self.problems.add(
                kind.at(place, what(value), values=[value], records=cells, out_of=out_of, of=of)
            )

    def _cells(self, rows: pd.DataFrame, form: str, column: str) -> list[Address]:
        """The raw cells of rows, in the order of the raw lines; of a row of several raw lines all of them."""
        if id_column(form) not in rows:
            return []
        ids = rows[id_column(form)].dropna().tolist()
        lines = {int(row) for item in ids for row in (item if isinstance(item, tuple) else (item,))}
        return [self.address(form, row, column) for row in sorted(lines)]


Compute = Callable[[pd.DataFrame, Context, str], pd.Series]


@dataclass(frozen=True)
class Column:
    """A described target variable: raw columns it comes from, origin, rule, and how to compute it."""

    compute: Compute = field(repr=False)
    sources: tuple[str, ...]
    origin: Origin
    rule: str
    codelist: str = ""
    original: str = ""  # raw column whose text is kept when a date can't be read whole
    unread: Callable[[str], bool] | None = None  # which of its texts those are

    def of_fields(self, fields: Sequence[str]) -> Column:
        """The column with the gathered raw columns in the place of `*`."""
        if ALL_FIELDS not in self.sources:
            return self
        rest = tuple(s for s in self.sources if s != ALL_FIELDS)
        return replace(self, sources=(*fields, *rest))


def subject() -> Column:
    """USUBJID, as link resolved it."""
    return Column(lambda rows, _, __: rows["USUBJID"], (), Origin.DERIVED, "the subject's unique identifier")


def collected(source: str, *, origin: Origin = Origin.COLLECTED) -> Column:
    """The text of a raw column as it is."""
    return Column(lambda rows, _, __: _text(rows[source]), (source,), origin, "as collected")


def number(source: str) -> Column:
    """A raw column as a number, with the decimal mark of its form; anything else is missing and reported."""

    def compute(rows: pd.DataFrame, context: Context, name: str) -> pd.Series:
        commas = decimal_commas(rows, [source], context.decimals)
        values = pd.Series(read_numbers(rows[source], commas).values, index=rows.index)
        bad = values.isna().to_numpy() & rows[source].notna().to_numpy()
        said = lambda v: f"{v!r} is not a number; {name} set to missing"  # noqa: E731
        context.report(NOT_A_NUMBER, name, rows, bad, source, said)
        return values

    return Column(compute, (source,), Origin.COLLECTED, "as collected")


def limit_below(source: str, *, sources: Sequence[str] = ()) -> Column:
    """The number of a result below it, 0.44 of `<0.44` (--LLOQ); missing for any other result.

    `sources`: the raw columns that a prepared or gathered column `source` was made of.
    """
    columns = tuple(sources) or (source,)

    def compute(rows: pd.DataFrame, context: Context, name: str) -> pd.Series:
        commas = decimal_commas(rows, columns, context.decimals)
        return pd.Series(read_numbers(rows[source], commas).bounds("<"), index=rows.index)

    return Column(compute, columns, Origin.COLLECTED, "the limit of a result below it")


def date(source: str, pattern: str | Sequence[str], *, time: str = "") -> Column:
    """ISO 8601 of a raw date written by `pattern`, with a raw time of day where the date is whole.

    A pattern (`dd/mm/yyyy`, `dd-mon-yyyy hh:mm`) may have a time; several are allowed where none reads a
    text otherwise than another does. A partial date keeps its known part, an impossible one is missing; both
    are reported, and their text goes to SUPP-- (QNAM: the variable with OR for its last letter). A time is
    never filled up.
    """
    patterns = (pattern,) if isinstance(pattern, str) else tuple(pattern)

    def compute(rows: pd.DataFrame, context: Context, name: str) -> pd.Series:
        _check_patterns(patterns, context, name)
        given, clocks = rows[source], rows[time] if time else None
        if given.empty:
            return _text(given)
        found = text_over_distinct(given, lambda text: read_date(text, *patterns).iso or None)
        kind = text_over_distinct(given, lambda text: read_date(text, *patterns).kind)

        def invalid(text: str) -> str:
            kept = f", text kept in SUPP{context.dataset}" if context.dataset else ""
            return f"{text!r} {read_date(text, *patterns).said}; {name} set to missing{kept}"

        def partial(text: str) -> str:
            reading = read_date(text, *patterns)
            return f"{reading.said} in {text!r}; {name} = {reading.iso}"

        def without_time(text: str) -> str:
            reading = read_date(text, *patterns)
            return f"{text!r} {reading.said}; {name} = {reading.iso}"

        told = {DateKind.INVALID: (BAD_DATE, invalid), DateKind.PARTIAL: (PARTIAL_DATE, partial)}
        for key, (problem, what) in (told | {DateKind.NO_TIME: (BAD_TIME, without_time)}).items():
            where = (kind == key).to_numpy(dtype="bool")
            context.report(problem, name, rows, where, source, what)
        return found if clocks is None else _with_clock(found, clocks, rows, context, name, time)

    def unread(text: str) -> bool:
        return read_date(text, *patterns).kind is not DateKind.COMPLETE

    sources = (source, time) if time else (source,)
    rule = f"ISO 8601 of a date written {' or '.join(patterns)}"
    return Column(compute, sources, Origin.COLLECTED, rule, original=source, unread=unread)


def _with_clock(
    days: pd.Series, clocks: pd.Series, rows: pd.DataFrame, context: Context, name: str, time: str
) -> pd.Series:
    """Dates with the times of a raw column behind those that are whole and have none of their own."""
    clock, bad = _made(clocks, _clock)
    own = days.str.slice(len("2022-03-04")).fillna("")
    differ = (own != "") & clock.notna() & (own.str.slice(0, 6) != clock.str.slice(0, 6))
    for where, said in (
        (bad, f"is not a time of day; {name} has the date alone"),
        (
            differ.to_numpy(dtype="bool"),
            f"is not the time that is given with the date; {name} has the latter",
        ),
    ):
        context.report(BAD_TIME, name, rows, where, time, lambda v, said=said: f"{v!r} {said}")
    whole = days.str.len() == len("2022-03-04")
    return days + clock.where(whole, "").fillna("")


def _check_patterns(patterns: Sequence[str], context: Context, name: str) -> None:
    """Stop at the mapping module for patterns that are none, or that read a text differently."""
    place = Address(file=f"{context.folder}/{context.dataset.lower()}.py", column=name)
    try:
        found = conflicting_patterns(*patterns) if len(patterns) > 1 else None
        read_date("", *patterns)
    except ValueError as error:
        raise Stopped([DATE_PATTERN.at(place, str(error))]) from None
    if found:
        one, two, text = found
        what = f"{one} and {two} read {text!r} differently"
        raise Stopped([DATE_PATTERNS_CONFLICT.at(place, what, values=[one, two])])


def mapped(
    source: str,
    *,
    codelist: str,
    where: Callable[[pd.DataFrame], pd.Series] | None = None,
    origin: Origin = Origin.COLLECTED,
    sources: Sequence[str] = (),
) -> Column:
    """A raw value as a term of a codelist of the workbook, by its sheet Translations.

    A value that is a term already passes. Without a term: a closed codelist stops the build, an
    extensible one keeps the value and is told. `where` picks the rows that have the variable.
    """

    def compute(rows: pd.DataFrame, context: Context, name: str) -> pd.Series:
        known = context.spec.codelists.get(codelist)
        if known is None:
            hint = did_you_mean(codelist, context.spec.codelists)
            what = f"{name} names the codelist {codelist}, which is not in the specification"
            context.problems.add(NO_CODELIST.at(Address(file=context.folder, column=name), what, hint=hint))
            return _text(rows[source])
        values = _text(rows[source])
        if where is not None:
            values = values.where(where(rows))
        if values.empty:
            return values
        table = context.spec.translations.get(codelist, {})
        terms = set(known.values)
        out, bad = _made(values, lambda v: table.get(v) or (v if v in terms else None))
        kind = UNMAPPED_OPEN if known.extensible else UNMAPPED
        said = lambda v: f"{v!r} has no term in the codelist {codelist} ({name})"  # noqa: E731
        places = _cells_of(rows, bad, values, [source, *sources]) if bad.any() or context.in_blocks else []
        for place, here in places:
            context.report(kind, name, rows, here, place, said, values=values)
        return out.fillna(values) if bad.any() else out

    return Column(compute, tuple(sources) or (source,), origin, f"term of {codelist}", codelist)


def translated(source: str, *, original: str) -> Column:
    """The English text; where there is none, the original, and it is told."""

    def compute(rows: pd.DataFrame, context: Context, name: str) -> pd.Series:
        missing = rows[source].isna().to_numpy() & rows[original].notna().to_numpy()
        said = lambda v: f"{v!r} has no translation; {name} holds it as it is"  # noqa: E731
        context.report(UNTRANSLATED, name, rows, missing, original, said)
        return _text(rows[source].fillna(rows[original]))

    return Column(
        compute, (source, original), Origin.COLLECTED, "English translation, else the original text"
    )


def constant(value: str | float, *, origin: Origin = Origin.ASSIGNED) -> Column:
    """The same value on every row."""
    kind = "str" if isinstance(value, str) else "float64"
    return Column(
        lambda rows, _, __: pd.Series(value, index=rows.index, dtype=kind), (), origin, f"always {value}"
    )


def by_field(table: Mapping[str, str]) -> Column:
    """Of gathered rows: the value that `table` gives for the raw column that the row came from."""
    return Column(
        lambda rows, _, __: text_over_distinct(rows["field"], dict(table).get),
        tuple(table),
        Origin.ASSIGNED,
        "by the field that was filled in",
    )


def gathered() -> Column:
    """Of gathered rows: the value of the raw column that the row came from."""
    return Column(lambda rows, _, __: _text(rows["value"]), (ALL_FIELDS,), Origin.COLLECTED, "as collected")


def carried(variable: str) -> Column:
    """A variable of the mapped dataset that the rows came from."""
    return Column(lambda rows, _, __: rows[variable], (variable,), Origin.PREDECESSOR, f"copy of {variable}")


def prepared(
    name: str, *, sources: Sequence[str], rule: str, origin: Origin | str = Origin.DERIVED
) -> Column:
    """A column that the rows have already, made of `sources` before; `rule` says in words how."""
    return Column(lambda rows, _, __: rows[name], tuple(sources), Origin(origin), rule)


def derived(
    function: Callable[[pd.DataFrame], pd.Series],
    *,
    sources: Sequence[str],
    rule: str,
    origin: Origin | str = Origin.DERIVED,
) -> Column:
    """What `function` of the rows gives, on their index; `rule` says it in words."""
    return Column(lambda rows, _, __: function(rows), tuple(sources), Origin(origin), rule)


def _text(column: pd.Series) -> pd.Series:
    return column if column.dtype == "str" else column.astype("str")


def _cells_of(
    rows: pd.DataFrame, where: Where, values: pd.Series, sources: Sequence[str]
) -> list[tuple[str, Where]]:
    """Raw columns with the rows in `where` whose value stands in them; the first has what stands in none."""
    raw = [name for name in dict.fromkeys(sources) if "." in name] or [sources[0]]
    left = where.copy()
    found: list[tuple[str, Where]] = []
    for name in raw:
        same = (rows[name] == values).fillna(False).to_numpy(dtype="bool") if name in rows else False
        held = left & same
        found.append((name, held))
        left = left & ~held
    first, held = found[0]
    return [(first, held | left), *found[1:]]


def _rows_by_value(texts: pd.Series) -> list[tuple[str, pd.Index]]:
    """The distinct values of a column in the order of their first row, and the rows of each."""
    codes, found = pd.factorize(texts, use_na_sentinel=False)
    rows = pd.Series(codes).groupby(codes).indices
    return [(str(value), texts.index[rows[number]]) for number, value in enumerate(found.tolist())]


def _made(given: pd.Series, rule: Callable[[str], str | None]) -> tuple[pd.Series, Where]:
    """What `rule` makes of each text, and where it makes nothing of one."""
    made = text_over_distinct(given, rule)
    return made, made.isna().to_numpy() & given.notna().to_numpy()


def _clock(text: str) -> str | None:
    try:
        return "T" + iso_time(text)
    except ValueError:
        return None
