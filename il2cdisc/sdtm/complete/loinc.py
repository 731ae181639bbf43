"""--LOINC of a findings domain, from the codes that the user has."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from il2cdisc.base.rows import alike
from il2cdisc.sdtm.complete.steps import Step
from il2cdisc.sdtm.complete.tabulation import Domain, Tabulation
from il2cdisc.spec.models import DatasetSpec, Spec

LOINC = "LOINC"


def _run(domain: Domain, study: Tabulation) -> Domain:
    return replace(domain, frame=with_loinc(domain.frame, domain.name, domain.wanted, study.spec))


STEP = Step("loinc", _run, makes=("--LOINC",), after=("in_ascii",))


def with_loinc(frame: pd.DataFrame, name: str, wanted: DatasetSpec, spec: Spec) -> pd.DataFrame:
    """--LOINC by test and specimen; a code for a specimen goes before one for any.

    Made where the workbook has the variable and the file of codes has tests of the dataset, and where no
    mapping made it.
    """
    made, test = f"{name}LOINC", f"{name}TESTCD"
    codes = {(c.key, c.specimen): c.code for c in spec.codes if (c.dataset, c.dictionary) == (name, LOINC)}
    if made not in wanted.by_name or made in frame or test not in frame or not codes:
        return frame
    keys = [frame[key] for key in (test, f"{name}SPEC") if key in frame]
    number, first = alike(keys)
    pairs = zip(*(key.iloc[first].fillna("").tolist() for key in keys), strict=True)
    found = [codes.get((pair[0], pair[-1])) or codes.get((pair[0], "")) for pair in pairs]
    return frame.assign(**{made: pd.array(found, dtype="str").take(number)})
