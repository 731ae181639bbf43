"""From a derived frame to a finished analysis dataset, as the workbook says it must be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from il2cdisc.adam.problems import (
    EXTRA_VARIABLE,
    KEYS_REPEAT,
    MISSING_VARIABLE,
    MIXED_PARAMETER,
    NO_DATASET,
    NOT_FINITE,
    TYPE_DIFFERS,
)
from il2cdisc.base.datasets import Dataset
from il2cdisc.base.problems import Problem, Problems, Stopped, at_record, did_you_mean, records_of
from il2cdisc.base.rowids import MARK
from il2cdisc.base.rows import alike
from il2cdisc.finish import Finished, finished
from il2cdisc.spec.models import DatasetSpec, Spec, VariableSpec

SEQUENCE = "ASEQ"
_ONE_EACH = re.compile(r"[A-Z]{2}(STRESU|SPEC)")


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a mapping module returns: a dataset's name and its derived frame, not yet finished.

    `inherited` are the columns that the mapping was given in its inputs; they may stay in the frame
    without being variables of the dataset. `findings` are what derivations report.

    >>> Analysis("ADVS", pd.DataFrame({"AVAL": [118.0]})).name
    'ADVS'
    """

    name: str
    frame: pd.DataFrame
    inherited: frozenset[str] = field(default_factory=frozenset)
    findings: tuple[Problem, ...] = ()


def analysis_dataset(name: str, frame: pd.DataFrame, findings: Iterable[Problem] = ()) -> Analysis:
    """The last line of a mapping module: `frame` is all that dataset `name` needs.

    `findings` are problems that derivations report (see `check_units`); `finish` passes them on.

    >>> advs = analysis_dataset("ADVS", pd.DataFrame({"USUBJID": ["S1"], "AVAL": [118.0]}))
    >>> advs.name, len(advs.frame), advs.findings
    ('ADVS', 1, ())
    """
    return Analysis(name, frame, findings=tuple(findings))


def without_parameters(analysis: Analysis, spec: Spec) -> Analysis:
    """Without the rows of restricted parameters: a blinded build shows none of them."""
    codes = spec.restricted_parameters.get(analysis.name)
    if not codes or "PARAMCD" not in analysis.frame:
        return analysis
    return replace(analysis, frame=analysis.frame[~analysis.frame["PARAMCD"].isin(codes)])


def finish(analysis: Analysis, spec: Spec, problems: Problems | None = None) -> Dataset:
    """The dataset with the workbook's variables in order, types, labels, formats, sorted by its keys.

    Columns `_NAME`, `@NAME` and inherited ones that the workbook does not list are left behind. ASEQ numbers
    the rows of a subject. The rest is `il2cdisc.finish.finished`, as in SDTM.

    Raises `Stopped` with all of ADM008 missing, ADM009 extra variables, ADM010 numbers in a text variable,
    ADM016 infinite values, ADM019 a parameter of two units or specimens, or ADM012 no such dataset. Text in a
    numeric variable (MAP124) and keys that repeat (ADM011) are findings, put into `problems`.

    >>> names = {"USUBJID": "text", "ASEQ": "integer", "ADT": "integer", "AVAL": "float"}
    >>> variables = [VariableSpec(dataset="ADVS", name=n, data_type=kind) for n, kind in names.items()]
    >>> wanted = DatasetSpec(name="ADVS", keys=("USUBJID", "ADT"), variables=tuple(variables))
    >>> spec = Spec(shown="adam.xlsx", standard="ADaM", define={}, datasets={"ADVS": wanted})
    >>> advs = pd.DataFrame({"USUBJID": "S1", "ADT": [22720.0, 22713.0], "AVAL": [121.0, 118.0], "_ROW": 1})
    >>> finish(analysis_dataset("ADVS", advs), spec).frame
      USUBJID  ASEQ      ADT   AVAL
    0      S1   1.0  22713.0  118.0
    1      S1   2.0  22720.0  121.0
    """
    findings = Problems() if problems is None else problems
    findings.extend(analysis.findings)
    if analysis.name not in spec.datasets:
        hint = did_you_mean(analysis.name, spec.datasets)
        raise Stopped([NO_DATASET.at(analysis.name, "the workbook has no such dataset", hint=hint)])
    wanted = spec.datasets[analysis.name]
    made = finished(analysis.frame, wanted, findings, sequence=SEQUENCE)
    stops = Problems()
    stops.extend(_unlisted_and_missing(analysis, wanted, made.unmade))
    stops.extend(_numbers_as_text(analysis.frame, wanted))
    stops.extend(_infinite(made.dataset.frame, wanted))
    stops.extend(_mixed_parameters(analysis.frame, made))
    stops.stop_if_any()
    findings.extend(_repeated_keys(made.dataset))
    return made.dataset


def _unlisted_and_missing(
    analysis: Analysis, wanted: DatasetSpec, unmade: Iterable[VariableSpec]
) -> Iterator[Problem]:
    made = {str(column) for column in analysis.frame.columns}
    unlisted = made - {*wanted.names, *analysis.inherited, SEQUENCE}
    extra = sorted(column for column in unlisted if not column.startswith(("_", MARK)))
    missing = [variable for variable in unmade if variable.name != SEQUENCE]
    for variable in missing:
        what = f"{analysis.name}.{variable.name} is in the workbook; its mapping does not make it"
        yield MISSING_VARIABLE.at(variable.at("Variable"), what, hint=did_you_mean(variable.name, extra))
    for column in extra:
        what = f"the mapping makes {analysis.name}.{column}, which the Variables sheet does not list"
        hint = did_you_mean(column, set(wanted.names) - made)
        yield EXTRA_VARIABLE.at(at_record(analysis.name, column=column), what, hint=hint)


def _numbers_as_text(frame: pd.DataFrame, wanted: DatasetSpec) -> Iterator[Problem]:
    for variable in wanted.variables:
        if variable.type == "Char" and variable.name in frame:
            column = frame[variable.name]
            if pd.api.types.is_numeric_dtype(column) and column.notna().any():
                what = f"{variable.name} is Char in the workbook; the mapping makes numbers"
                found = column.dropna().unique()
                yield TYPE_DIFFERS.at(variable.at("Data Type"), what, values=found)


def _infinite(frame: pd.DataFrame, wanted: DatasetSpec) -> Iterator[Problem]:
    for variable in wanted.variables:
        if variable.type == "Num" and np.isinf(frame[variable.name].to_numpy()).any():
            yield NOT_FINITE.at(variable.at("Variable"), f"{variable.name} is infinite")


def _mixed_parameters(frame: pd.DataFrame, made: Finished) -> Iterator[Problem]:
    """Values of one PARAMCD share their unit and their specimen, those of the SDTM records behind them."""
    name, values = made.dataset.name, made.dataset.frame
    if not {"PARAMCD", "AVAL"} <= set(values.columns):
        return
    valued = values["AVAL"].notna().to_numpy()
    for column in [str(c) for c in frame.columns if _ONE_EACH.fullmatch(str(c))]:
        pairs = pd.DataFrame({"code": values["PARAMCD"], "held": frame[column].take(made.order).array})
        pairs = pairs[valued].dropna().drop_duplicates()
        for code, held in pairs[pairs["code"].duplicated(keep=False)].groupby("code", sort=False)["held"]:
            found = sorted(map(str, held))
            what = f"{name} parameter {code} has values of {column} {' and '.join(found)}"
            yield MIXED_PARAMETER.at(at_record(name, column="PARAMCD"), what, values=found)


def _repeated_keys(dataset: Dataset) -> Iterator[Problem]:
    name, frame = dataset.name, dataset.frame
    keys = [key for key in dataset.keys if key in frame]
    group = alike([frame[key] for key in keys])[0] if keys else np.arange(len(frame))
    repeated = np.bincount(group, minlength=1)[group] > 1
    if not repeated.any():
        return
    chosen = frame[repeated]
    rows = chosen[keys].drop_duplicates().astype(object)
    shown = [" ".join("." if pd.isna(v) else str(v) for v in row) for row in rows.itertuples(index=False)]
    what = f"several rows have the same {', '.join(keys)}"
    subjects = chosen["USUBJID"].tolist() if "USUBJID" in chosen else [""] * len(chosen)
    numbers = chosen[SEQUENCE].tolist() if SEQUENCE in chosen else [0] * len(chosen)
    records = [at_record(name, str(s), int(n)) for s, n in zip(subjects, numbers, strict=True)]
    yield KEYS_REPEAT.at(
        at_record(name), what, values=shown, records=records, out_of=len(frame), of=records_of(name)
    )
