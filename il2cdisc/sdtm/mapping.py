"""A mapping: rows with described columns, evaluated into a mapped dataset or into its plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from il2cdisc.base.dates import over_distinct
from il2cdisc.base.origins import DroppedColumn, PlannedVariable
from il2cdisc.base.problems import Address, Stopped, did_you_mean
from il2cdisc.base.rowids import id_columns
from il2cdisc.sdtm.columns import ALL_FIELDS, Column
from il2cdisc.sdtm.complete.mapped import LinkedRows, MappedDataset, number_text
from il2cdisc.sdtm.context import NO_SPEC, Context, context_of
from il2cdisc.sdtm.links import Link, planned_links
from il2cdisc.sdtm.problems import NO_RAW_ROW, NO_SUBJECT, OTHER_ROWS, UNKNOWN_COLUMN
from il2cdisc.sdtm.steering import running_place
from il2cdisc.spec.models import Spec

Planned = bool | Callable[[pd.DataFrame], pd.Series] | None
"""Whether the protocol plans the rows of a part before (True) or after (False) the dose of their day; None,
or missing where a function of the rows says it, without a plan."""


@dataclass(frozen=True)
class MappedPart:
    """Rows of one source with the columns that are made of them."""

    rows: pd.DataFrame
    columns: Mapping[str, Column]
    supplemental: Mapping[str, Column]
    links: tuple[Link, ...] = ()
    planned_before_dose: Planned = None
    place: Address | None = None
    """The line of the trial's code that describes them, where a build runs it."""


@dataclass(frozen=True)
class Mapped:
    """What a mapping module returns: parts of a dataset, and what it leaves out with reasons.

    >>> Mapped("AE", parts=(), dropped={"ae.PERSON": "names a person"}).dropped
    {'ae.PERSON': 'names a person'}
    """

    name: str
    parts: tuple[MappedPart, ...]
    dropped: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[tuple[str, pd.DataFrame], ...] = ()
    queried: tuple[tuple[str, pd.DataFrame], ...] = ()

    def made(self, spec: Spec = NO_SPEC) -> pd.DataFrame:
        """The mapped records, outside of a build: to see what a mapping makes."""
        return evaluate(self, context_of(spec)).frame


def dataset(
    name: str,
    rows: pd.DataFrame,
    *,
    supplemental: Mapping[str, Column] | None = None,
    dropped: Mapping[str, str] | None = None,
    left_out: Mapping[str, pd.DataFrame] | None = None,
    queried: Mapping[str, pd.DataFrame] | None = None,
    links: Sequence[Link] = (),
    planned_before_dose: Planned = None,
    **columns: Column,
) -> Mapped:
    """A dataset: one record a row of `rows`, its variables described by keyword, in any order.

    `supplemental`: qualifiers that go to SUPP--; `dropped`: raw columns left out, with the reason;
    `left_out`: raw rows left out, by reason; `queried`: those left out because something is missing or
    wrong, by what that is: a finding, and a query. `links`: the records of other datasets that these belong
    to.
    `planned_before_dose`: True, or True by row, for what the protocol plans before the dose of its day,
    False for what it plans after it. Where times don't say which was first, the plan does (EPOCH, --LOBXFL).

    >>> from il2cdisc.sdtm import collected, constant, subject
    >>> vs = pd.DataFrame({"@vs": [0, 1], "USUBJID": ["S1", "S2"], "vs.PULSE": ["60", "72"]})
    >>> pulse = constant("PULSE")
    >>> dataset("VS", vs, USUBJID=subject(), VSTESTCD=pulse, VSORRES=collected("vs.PULSE")).made()
      USUBJID VSTESTCD VSORRES  @vs
    0      S1    PULSE      60    0
    1      S2    PULSE      72    1
    """
    fields = [s for c in columns.values() for s in c.by_source]
    made = {key: column.of_fields(fields) for key, column in columns.items()}
    extra = {key: column.of_fields(fields) for key, column in (supplemental or {}).items()}
    piece = MappedPart(rows, made, extra, tuple(links), planned_before_dose, running_place())
    return Mapped(
        name, (piece,), dropped or {}, tuple((left_out or {}).items()), tuple((queried or {}).items())
    )


def stack(*pieces):
    """Several frames, or several mappings of one dataset, one below the other.

    >>> one, two = pd.DataFrame({"VSTESTCD": ["SYSBP"]}), pd.DataFrame({"VSTESTCD": ["DIABP"]})
    >>> stack(one, two)
      VSTESTCD
    0    SYSBP
    1    DIABP
    """
    if not isinstance(pieces[0], Mapped):
        return pd.concat(pieces, ignore_index=True)
    dropped: dict[str, str] = {}
    for piece in pieces:
        dropped.update(piece.dropped)
    parts = tuple(p for piece in pieces for p in piece.parts)
    left_out = tuple(item for piece in pieces for item in piece.left_out)
    queried = tuple(item for piece in pieces for item in piece.queried)
    return Mapped(pieces[0].name, parts, dropped, left_out, queried)


def evaluate(mapped: Mapped, context: Context) -> MappedDataset:
    """The mapped dataset: variables as text or numbers, row ids, qualifiers on the same index."""
    frames: list[pd.DataFrame] = []
    extras: list[pd.DataFrame] = []
    links: list[LinkedRows] = []
    before: list[pd.Series] = []
    start = 0
    context = replace(context, dataset=mapped.name)
    for piece in mapped.parts:
        rows = piece.rows.reset_index(drop=True)
        values = _values(piece.columns, rows, context, mapped.name)
        _refuse_rows_of_nobody(piece, values, rows, mapped.name, context)
        extra = _values(piece.supplemental, rows, replace(context, dataset=""), mapped.name)
        for name, column in piece.columns.items():
            if column.unread and column.original in rows and len(rows):
                # a date that is partial or none: its text is kept as it was collected
                text = rows[column.original]
                lost = over_distinct(text, column.unread).eq(True).to_numpy(dtype="bool")
                if lost.any():
                    text, qualifier = text.where(lost), kept_text(name)
                    extra[qualifier] = extra[qualifier].fillna(text) if qualifier in extra else text
        before.append(_planned(piece.planned_before_dose, rows))
        kept = [*id_columns(rows), *(["field"] if "field" in rows else [])]
        frames.append(_frame(values | {name: rows[name] for name in kept}, rows.index))
        texts = {n: number_text(c) if c.dtype == "float64" else c for n, c in extra.items()}
        extras.append(_frame(texts, rows.index))
        for item in piece.links:
            keys = _values(item.keys, rows, context, mapped.name)
            links.append(LinkedRows(item.other, _frame(keys, rows.index + start), item.sources))
        start += len(rows)
    frame = _concat(frames)
    supplemental = _concat(extras)
    sources = {p.variable: p.sources for p in planned(mapped) if p.dataset == mapped.name}
    planned_rows = pd.concat(before, ignore_index=True)
    return MappedDataset(
        mapped.name, frame, supplemental, tuple(links), sources, planned_rows, context.decimals
    )


def _planned(rule: Planned, rows: pd.DataFrame) -> pd.Series:
    """Of each row of a part, whether it is planned before the dose of its day; missing without a plan."""
    given = rule(rows) if callable(rule) else pd.Series(rule, index=rows.index, dtype="boolean")
    return given.astype("boolean")


def planned(mapped: Mapped) -> list[PlannedVariable]:
    """The plan of a mapping: each variable, qualifier and link with its origin, sources and rule."""
    out: dict[tuple[str, bool], PlannedVariable] = {}
    for piece in mapped.parts:
        for supplemental, columns in ((False, piece.columns), (True, piece.supplemental)):
            for name, column in columns.items():
                before = out.get((name, supplemental))
                sources = tuple(s for s in column.sources if s != ALL_FIELDS)
                if before is not None:
                    sources = tuple(dict.fromkeys((*before.sources, *sources)))
                out[name, supplemental] = PlannedVariable(
                    mapped.name,
                    name,
                    before.origin if before else column.origin,
                    sources,
                    before.rule if before else column.rule,
                    before.codelist if before else column.codelist,
                    supplemental,
                )
    return [*out.values(), *planned_links(mapped.name, links_of(mapped))]


def kept_text(variable: str) -> str:
    """The qualifier that keeps the text of a date that can't be read: AESTDTC gives AESTDTOR."""
    return f"{variable[:-1]}OR"


def links_of(mapped: Mapped) -> list[Link]:
    """The links of all parts of a mapping."""
    return [item for piece in mapped.parts for item in piece.links]


def dropped_columns(mapped: Mapped) -> list[DroppedColumn]:
    """Raw columns that a mapping leaves out, with their reasons."""
    return [DroppedColumn(column, reason, mapped.name) for column, reason in mapped.dropped.items()]


def _values(
    columns: Mapping[str, Column], rows: pd.DataFrame, context: Context, dataset_name: str
) -> dict[str, pd.Series]:
    return {name: _value(column, rows, context, name, dataset_name) for name, column in columns.items()}


def _value(column: Column, rows: pd.DataFrame, context: Context, name: str, dataset_name: str) -> pd.Series:
    try:
        made = column.compute(rows, context, name)
    except KeyError as error:
        missing = str(error.args[0])
        what = f"the mapping names {missing}, which is not a column of its rows"
        hint = did_you_mean(missing, [str(c) for c in rows.columns])
        place = Address(file=f"{context.folder}/{dataset_name.lower()}.py", column=name)
        raise Stopped([UNKNOWN_COLUMN.at(place, what, hint=hint)]) from None
    if not isinstance(made, pd.Series):
        return pd.Series(made, index=rows.index)
    if made.index.equals(rows.index):
        return made
    if not made.index.isin(rows.index).all():
        what = f"{dataset_name}.{name} is made of rows that are not those of its dataset"
        place = Address(file=f"{context.folder}/{dataset_name.lower()}.py", column=name)
        raise Stopped([OTHER_ROWS.at(place, what)])
    return pd.Series(made, index=rows.index)


def _refuse_rows_of_nobody(
    piece: MappedPart, values: Mapping[str, pd.Series], rows: pd.DataFrame, name: str, context: Context
) -> None:
    """Raise `Stopped` for a row of a subject dataset that has no subject, or comes from no raw record."""
    if "USUBJID" not in values or rows.empty:
        return
    place = piece.place or Address(file=f"{context.folder}/{name.lower()}.py")
    if values["USUBJID"].isna().any():
        raise Stopped([NO_SUBJECT.at(place, f"{name} has rows without USUBJID")])
    if np.logical_and.reduce([rows[name].isna().to_numpy() for name in id_columns(rows)]).any():
        raise Stopped([NO_RAW_ROW.at(place, f"{name} has rows that come from no raw record")])


def _frame(columns: Mapping[str, pd.Series], index: pd.Index) -> pd.DataFrame:
    return pd.DataFrame({name: column.array for name, column in columns.items()}, index=index)


def _concat(frames: list[pd.DataFrame]) -> pd.DataFrame:
    # a column that a part lacks is missing there
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
