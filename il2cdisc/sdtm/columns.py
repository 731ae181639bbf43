"""Columns of a mapping: each describes a target variable and computes it when its rows are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from il2cdisc.base.dates import text_over_distinct
from il2cdisc.base.numbers import read_numbers
from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Address, did_you_mean
from il2cdisc.sdtm.complete.mapped import decimal_commas
from il2cdisc.sdtm.context import NO_SPEC, Context, Where, context_of
from il2cdisc.sdtm.problems import NO_CODELIST, NOT_A_NUMBER, UNMAPPED, UNMAPPED_OPEN, UNTRANSLATED
from il2cdisc.spec.models import Spec

ALL_FIELDS = "*"

Compute = Callable[[pd.DataFrame, Context, str], pd.Series]


@dataclass(frozen=True)
class Column:
    """A described target variable: raw columns it comes from, origin, rule, and how to compute it.

    >>> def upper(rows, *_):
    ...     return rows["ae.TERM"].str.upper()
    >>> ae = pd.DataFrame({"ae.TERM": ["Headache", None]})
    >>> ae.assign(AETERM=Column(upper, ("ae.TERM",), Origin.COLLECTED, "in capitals").on(ae))
        ae.TERM    AETERM
    0  Headache  HEADACHE
    1       NaN       NaN
    """

    compute: Compute = field(repr=False)
    sources: tuple[str, ...]
    origin: Origin
    rule: str
    codelist: str = ""
    original: str = ""  # raw column whose text is kept when a date can't be read whole
    unread: Callable[[str], bool] | None = None  # which of its texts those are
    fixed: str = ""  # the value that every row has
    by_source: Mapping[str, str] = field(default_factory=dict[str, str])  # of gathered rows: by raw column

    def on(self, rows: pd.DataFrame, spec: Spec = NO_SPEC) -> pd.Series:
        """The values of the column on some rows, outside of a build: to see what it does."""
        return self.compute(rows, context_of(spec), "")

    def of_fields(self, fields: Sequence[str]) -> Column:
        """The column with the gathered raw columns in the place of `*`."""
        if ALL_FIELDS not in self.sources:
            return self
        rest = tuple(s for s in self.sources if s != ALL_FIELDS)
        return replace(self, sources=(*fields, *rest))


def subject() -> Column:
    """USUBJID, as link resolved it.

    >>> ae = pd.DataFrame({"USUBJID": ["S1", "S2"], "ae.TERM": ["Headache", "Rash"]})
    >>> subject().on(ae).tolist()
    ['S1', 'S2']
    """
    return Column(lambda rows, _, __: rows["USUBJID"], (), Origin.DERIVED, "the subject's unique identifier")


def collected(source: str, *, origin: Origin = Origin.COLLECTED) -> Column:
    """The text of a raw column as it is.

    >>> ae = pd.DataFrame({"ae.TERM": ["Headache", None]})
    >>> ae.assign(AETERM=collected("ae.TERM").on(ae))
        ae.TERM    AETERM
    0  Headache  Headache
    1       NaN       NaN
    """
    return Column(lambda rows, _, __: as_text(rows[source]), (source,), origin, "as collected")


def number(source: str) -> Column:
    """A raw column as a number, with the decimal mark of its form; anything else is missing and reported.

    >>> ex = pd.DataFrame({"ex.DOSE": ["10", ".5", "n.d."]})
    >>> ex.assign(EXDOSE=number("ex.DOSE").on(ex))
      ex.DOSE  EXDOSE
    0      10    10.0
    1      .5     0.5
    2    n.d.     NaN
    """

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

    >>> lb = pd.DataFrame({"lb.ANSWER": ["<0.44", "1.2"]})
    >>> lb.assign(LBLLOQ=limit_below("lb.ANSWER").on(lb))
      lb.ANSWER  LBLLOQ
    0     <0.44    0.44
    1       1.2     NaN
    """
    columns = tuple(sources) or (source,)

    def compute(rows: pd.DataFrame, context: Context, name: str) -> pd.Series:
        commas = decimal_commas(rows, columns, context.decimals)
        return pd.Series(read_numbers(rows[source], commas).bounds("<"), index=rows.index)

    return Column(compute, columns, Origin.COLLECTED, "the limit of a result below it")


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
    extensible one keeps the value and reports it. `where` picks the rows that have the variable.

    >>> from il2cdisc.spec.models import Codelist, Term, Translation
    >>> sex = Codelist(id="SEX", terms=(Term(value="F"), Term(value="M")))
    >>> texts = (Translation(codelist="SEX", collected="female", term="F"),)
    >>> spec = NO_SPEC.model_copy(update={"codelists": {"SEX": sex}, "translation_rows": texts})
    >>> dm = pd.DataFrame({"dm.SEX": ["female", "M", None]})
    >>> dm.assign(SEX=mapped("dm.SEX", codelist="SEX").on(dm, spec))
       dm.SEX  SEX
    0  female    F
    1       M    M
    2     NaN  NaN
    """

    def compute(rows: pd.DataFrame, context: Context, name: str) -> pd.Series:
        known = context.spec.codelists.get(codelist)
        if known is None:
            hint = did_you_mean(codelist, context.spec.codelists)
            what = f"{name} names the codelist {codelist}, which is not in the specification"
            context.problems.add(NO_CODELIST.at(Address(file=context.folder, column=name), what, hint=hint))
            return as_text(rows[source])
        values = as_text(rows[source])
        if where is not None:
            values = values.where(where(rows))
        if values.empty:
            return values
        table = context.spec.translations.get(codelist, {})
        terms = set(known.values)
        out, bad = text_made(values, lambda v: table.get(v) or (v if v in terms else None))
        kind = UNMAPPED_OPEN if known.extensible else UNMAPPED
        said = lambda v: f"{v!r} has no term in the codelist {codelist} ({name})"  # noqa: E731
        places = _cells_of(rows, bad, values, [source, *sources]) if bad.any() or context.in_blocks else []
        for place, here in places:
            context.report(kind, name, rows, here, place, said, values=values)
        return out.fillna(values) if bad.any() else out

    return Column(compute, tuple(sources) or (source,), origin, f"term of {codelist}", codelist)


def translated(source: str, *, original: str) -> Column:
    """The English text; where there is none, the original, which is reported.

    >>> ae = pd.DataFrame({"ae.TERM": ["Kopfschmerz", "Rash"], "ae.MEANING": ["Headache", None]})
    >>> ae.assign(AETERM=translated("ae.MEANING", original="ae.TERM").on(ae))
           ae.TERM ae.MEANING    AETERM
    0  Kopfschmerz   Headache  Headache
    1         Rash        NaN      Rash
    """

    def compute(rows: pd.DataFrame, context: Context, name: str) -> pd.Series:
        missing = rows[source].isna().to_numpy() & rows[original].notna().to_numpy()
        said = lambda v: f"{v!r} has no translation; {name} keeps the original text"  # noqa: E731
        context.report(UNTRANSLATED, name, rows, missing, original, said)
        return as_text(rows[source].fillna(rows[original]))

    return Column(
        compute, (source, original), Origin.COLLECTED, "English translation, else the original text"
    )


def constant(value: str | float, *, origin: Origin = Origin.ASSIGNED) -> Column:
    """The same value on every row.

    >>> vs = pd.DataFrame({"vs.PULSE": ["60", "72"]})
    >>> vs.assign(VSORRESU=constant("beats/min").on(vs))
      vs.PULSE   VSORRESU
    0       60  beats/min
    1       72  beats/min
    """
    kind = "str" if isinstance(value, str) else "float64"
    return Column(
        lambda rows, _, __: pd.Series(value, index=rows.index, dtype=kind),
        (),
        origin,
        f"always {value}",
        fixed=str(value),
    )


def by_field(table: Mapping[str, str]) -> Column:
    """Of gathered rows: the value that `table` gives for the raw column that the row came from.

    >>> vs = pd.DataFrame({"field": ["vs.SYS", "vs.DIA"], "value": ["120", "80"]})
    >>> vs.assign(VSTESTCD=by_field({"vs.SYS": "SYSBP", "vs.DIA": "DIABP"}).on(vs))
        field value VSTESTCD
    0  vs.SYS   120    SYSBP
    1  vs.DIA    80    DIABP
    """
    return Column(
        lambda rows, _, __: text_over_distinct(rows["field"], dict(table).get),
        tuple(table),
        Origin.ASSIGNED,
        "by the field that was filled in",
        by_source=dict(table),
    )


def gathered() -> Column:
    """Of gathered rows: the value of the raw column that the row came from.

    >>> vs = pd.DataFrame({"field": ["vs.SYS", "vs.DIA"], "value": ["120", "80"]})
    >>> vs.assign(VSORRES=gathered().on(vs))
        field value VSORRES
    0  vs.SYS   120     120
    1  vs.DIA    80      80
    """
    return Column(lambda rows, _, __: as_text(rows["value"]), (ALL_FIELDS,), Origin.COLLECTED, "as collected")


def carried(variable: str) -> Column:
    """A variable of the mapped dataset that the rows came from.

    >>> ec = pd.DataFrame({"ECSTDTC": ["2022-03-05"]})
    >>> ec.assign(EXSTDTC=carried("ECSTDTC").on(ec))
          ECSTDTC     EXSTDTC
    0  2022-03-05  2022-03-05
    """
    return Column(lambda rows, _, __: rows[variable], (variable,), Origin.PREDECESSOR, f"copy of {variable}")


def prepared(
    name: str, *, sources: Sequence[str], rule: str, origin: Origin | str = Origin.DERIVED
) -> Column:
    """A column that the rows have already, made of `sources` before; `rule` says in words how.

    >>> vs = pd.DataFrame({"arm": ["LEFT"]})
    >>> side = prepared("arm", sources=["vs.ARM"], rule="side of the arm")
    >>> side.on(vs).tolist(), side.sources
    (['LEFT'], ('vs.ARM',))
    """
    return Column(lambda rows, _, __: rows[name], tuple(sources), Origin(origin), rule)


def derived(
    function: Callable[[pd.DataFrame], pd.Series],
    *,
    sources: Sequence[str],
    rule: str,
    origin: Origin | str = Origin.DERIVED,
) -> Column:
    """What `function` of the rows gives, on their index; `rule` says it in words.

    >>> def ongoing(rows):
    ...     return rows["ae.END"].isna().map({True: "ONGOING"})
    >>> ae = pd.DataFrame({"ae.END": ["05/03/2022", None]})
    >>> ae.assign(AEENRTPT=derived(ongoing, sources=["ae.END"], rule="ONGOING without an end").on(ae))
           ae.END AEENRTPT
    0  05/03/2022      NaN
    1         NaN  ONGOING
    """
    return Column(lambda rows, _, __: function(rows), tuple(sources), Origin(origin), rule)


def as_text(column: pd.Series) -> pd.Series:
    """A column as text."""
    return column if column.dtype == "str" else column.astype("str")


def _cells_of(
    rows: pd.DataFrame, where: Where, values: pd.Series, sources: Sequence[str]
) -> list[tuple[str, Where]]:
    """Raw columns with the rows in `where` whose value they hold; the first has what none holds."""
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


def text_made(given: pd.Series, rule: Callable[[str], str | None]) -> tuple[pd.Series, Where]:
    """What `rule` makes of each text, and where it makes nothing of one."""
    made = text_over_distinct(given, rule)
    return made, made.isna().to_numpy() & given.notna().to_numpy()
