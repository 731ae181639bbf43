"""Tables that mappings take from the workbook: windows, parameters, numbers of a codelist."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd
from pandas.api.extensions import ExtensionArray

from il2cdisc.adam.problems import NO_DATASET, NO_NUMBER
from il2cdisc.base.numbers import number_of, read_number
from il2cdisc.base.problems import Problem, Stopped, did_you_mean
from il2cdisc.base.rows import in_order
from il2cdisc.spec.models import Spec


def windows_of(spec: Spec, dataset: str) -> pd.DataFrame:
    """The Windows sheet of one dataset: columns AVISIT, AVISITN, AWTARGET, AWLO, AWHI, by AVISITN.

    An open end is missing. Raises `Stopped` with ADM012 when the sheet has no row of the dataset.

    >>> from il2cdisc.spec.models import Window
    >>> week = Window(dataset="ADVS", visit="WEEK 1", visit_number=1, target=8, from_=2)
    >>> spec = Spec(shown="adam.xlsx", standard="ADaM", define={}, datasets={}, windows=(week,))
    >>> windows_of(spec, "ADVS")
       AVISIT  AVISITN  AWTARGET  AWLO  AWHI
    0  WEEK 1      1.0       8.0   2.0   NaN
    """
    rows = [window for window in spec.windows if window.dataset == dataset]
    if not rows:
        raise Stopped([_none(spec, "Windows", dataset, [window.dataset for window in spec.windows])])
    frame = pd.DataFrame(
        {
            "AVISIT": pd.Series([row.visit for row in rows], dtype="str"),
            "AVISITN": pd.Series([row.visit_number for row in rows], dtype="float64"),
            "AWTARGET": pd.Series([row.target for row in rows], dtype="float64"),
            "AWLO": pd.Series([row.from_ for row in rows], dtype="float64"),
            "AWHI": pd.Series([row.to for row in rows], dtype="float64"),
        }
    )
    return frame.take(in_order([frame["AVISITN"]])).reset_index(drop=True)


def parameters_of(spec: Spec, dataset: str) -> pd.DataFrame:
    """The Parameters sheet of one dataset, by PARAMN.

    Columns PARAMCD, PARAM, PARAMN, PARCAT1, SOURCE and UNIT, and the sheet's further columns under their
    own headers; a blank cell is missing. Raises `Stopped` with ADM012 when the sheet has no such row.

    >>> from il2cdisc.spec.models import Parameter
    >>> pulse = Parameter(dataset="ADVS", code="PULSE", label="Pulse Rate", order=1, unit="beats/min")
    >>> spec = Spec(shown="adam.xlsx", standard="ADaM", define={}, datasets={}, parameters=(pulse,))
    >>> parameters_of(spec, "ADVS")[["PARAMCD", "PARAM", "PARAMN", "UNIT"]]
      PARAMCD       PARAM  PARAMN       UNIT
    0   PULSE  Pulse Rate     1.0  beats/min
    """
    rows = [parameter for parameter in spec.parameters if parameter.dataset == dataset]
    if not rows:
        raise Stopped([_none(spec, "Parameters", dataset, [row.dataset for row in spec.parameters])])
    rows.sort(key=lambda row: -math.inf if row.order is None else row.order)
    columns: dict[str, Any] = {
        "PARAMCD": _texts(row.code for row in rows),
        "PARAM": _texts(row.label for row in rows),
        "PARAMN": pd.array([row.order for row in rows], dtype="float64"),
        "PARCAT1": _texts(row.category for row in rows),
        "SOURCE": _texts(row.source for row in rows),
        "UNIT": _texts(row.unit for row in rows),
    }
    headers = dict.fromkeys(header for row in rows for header in row.extra)
    columns |= {header: _texts(row.extra.get(header, "") for row in rows) for header in headers}
    return pd.DataFrame(columns)


def numbers_of(spec: Spec, codelist: str) -> dict[str, float]:
    """Text → number of a numeric codelist: its decoded values and its terms, in the sheet's order.

    Raises `Stopped` with ADM012 when there is no such codelist, ADM007 when a term is no number.

    >>> from il2cdisc.spec.models import Codelist, Term
    >>> sex = Codelist(id="SEXN", terms=(Term(value="1", decode="F"), Term(value="2", decode="M")))
    >>> spec = Spec(shown="adam.xlsx", standard="ADaM", define={}, datasets={}, codelists={"SEXN": sex})
    >>> numbers_of(spec, "SEXN")
    {'F': 1.0, 'M': 2.0}
    """
    found = spec.codelists.get(codelist)
    if found is None:
        raise Stopped([_none(spec, "Codelists", codelist, list(spec.codelists))])
    wrong = [term for term in found.terms if not read_number(term.value).is_number or not term.decode]
    if wrong:
        raise Stopped(
            NO_NUMBER.at(term.at("Term"), f"codelist {codelist} maps texts to numbers; this row does not")
            for term in wrong
        )
    return {term.decode: number_of(term.value) for term in found.terms}


def _texts(values: Iterable[str]) -> ExtensionArray:
    return pd.array([value or None for value in values], dtype="str")


def _none(spec: Spec, sheet: str, name: str, options: list[str]) -> Problem:
    where = f"{spec.shown}!{sheet}"
    return NO_DATASET.at(where, f"the sheet has no row for {name}", hint=did_you_mean(name, set(options)))
