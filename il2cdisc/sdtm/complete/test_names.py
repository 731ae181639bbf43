"""Names of tests by their codes, from the codelists."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from il2cdisc.base.dates import text_over_distinct
from il2cdisc.base.problems import Address, Problems, records_of
from il2cdisc.sdtm.complete.places import NOWHERE, RawPlaces
from il2cdisc.sdtm.complete.problems import NO_TEST_NAME
from il2cdisc.sdtm.complete.steps import Step
from il2cdisc.sdtm.complete.tabulation import Domain, Tabulation
from il2cdisc.spec.models import Spec
from il2cdisc.spec.where import columns, select


def _run(domain: Domain, study: Tabulation) -> Domain:
    frame = with_test_names(domain.frame, domain.name, study.spec, study.problems, domain.places)
    return replace(domain, frame=frame)


STEP = Step("test_names", _run, makes=("--TEST",), after=("visit_numbers",))


def with_test_names(
    frame: pd.DataFrame, name: str, spec: Spec, problems: Problems, places: RawPlaces = NOWHERE
) -> pd.DataFrame:
    """--TEST by the decode of --TESTCD; a code without one is reported.

    The codelist of a record is that of the value level of --TESTCD that selects it, so that two categories
    may use one code for two tests; of records that none selects, that of the variable.
    """
    code, test = f"{name}TESTCD", f"{name}TEST"
    wanted = spec.datasets[name].by_name
    if code not in frame or test in frame or test not in wanted:
        return frame
    of_variable = wanted[code].codelist if code in wanted else ""
    names = _decoded(frame[code], of_variable, spec)
    # of the value levels that select a record the first one counts: it is the last to be put in
    for level in reversed(spec.values_of(name, code)):
        clause = spec.where_clauses.get(level.where)
        if clause is not None and level.codelist in spec.codelists and set(columns(clause)) <= set(frame):
            names = names.mask(select(frame, clause), _decoded(frame[code], level.codelist, spec))
    lost = names.isna() & frame[code].notna()
    if lost.any():
        what = f"no codelist decodes the test code; {test} set to missing"
        place, records = Address(dataset=name, column=code), places.of(lost, code)
        found = frame.loc[lost, code].unique()
        problems.add(
            NO_TEST_NAME.at(
                place, what, values=found, records=records, out_of=len(frame), of=records_of(name)
            )
        )
    return frame.assign(**{test: names})


def _decoded(codes: pd.Series, codelist: str, spec: Spec) -> pd.Series:
    decodes = spec.codelists[codelist].decodes if codelist in spec.codelists else {}
    return text_over_distinct(codes, lambda code: decodes.get(code) or None)
