"""Changes from the visit before, in units of half the normal range: what ADLBCPV and ADLBHPV share."""

from __future__ import annotations

import numpy as np
import pandas as pd
from mappings.adam.laboratory import PARAMETER, TREATED

from il2cdisc.adam import Spec, derive_var_extreme_flag, derive_vars_parameter, parameters_of
from mappings.adam.common import END_OF_TREATMENT, SAME, rounded, with_end_of_treatment

# no variable of these is filled in: a change between visits has no baseline and no range of its own
NOT_DERIVED = ("BASE", "CHG", "A1LO", "A1HI", "R2A1LO", "R2A1HI", "BR2A1LO", "BR2A1HI")
NO_TEXT = ("BNRIND", "ABLFL")


def changes_from_previous_visit(results: pd.DataFrame, spec: Spec, name: str) -> pd.DataFrame:
    """The records of a laboratory dataset, the value of each the change from the planned visit before.

    Unscheduled records have none. ANL01FL is on the largest change of the treated visits, up or down.
    """
    own = results[(results["AVISITN"] != END_OF_TREATMENT["AVISITN"]).to_numpy(dtype=bool)].reset_index(
        drop=True
    )
    planned = own["AVISITN"].notna()
    before = own["AVAL"].where(planned).groupby([own[key] for key in SAME] + [planned]).shift()
    half = (own["A1HI"] - own["A1LO"].fillna(0.0)) / 2
    relative = (own["AVAL"] - before) / half
    value = (np.sign(relative) * rounded(relative.abs())).where(planned)
    side = pd.Series("N", index=own.index, dtype="str").mask(value > 1, "H").mask(value < -1, "L")
    codes = parameters_of(spec, name).rename(columns={"Test Code": "_CODE"})
    own = own.rename(columns={"PARAMCD": "_CODE"}).drop(columns=["PARAM", "PARAMN", "PARCAT1", "AENTMTFL"])
    own = derive_vars_parameter(own, codes, by=["_CODE"], new_vars=PARAMETER)
    own = own.assign(AVAL=value + 0.0, ANRIND=side.where(value.notna()), _SIZE=value.abs())
    own = own.assign(**dict.fromkeys(NOT_DERIVED, np.nan))
    own = own.assign(**{text: pd.Series(None, index=own.index, dtype="str") for text in NO_TEXT})
    during = own["AVISITN"].between(*TREATED) & own["AVAL"].notna()
    own = derive_var_extreme_flag(
        own.drop(columns="ANL01FL"), by=SAME, order=["-_SIZE", "VISITNUM"], new_var="ANL01FL", mode="first",
        where=during,
    )  # fmt: skip
    return with_end_of_treatment(own, by=SAME, weeks=TREATED, flag="AENTMTFL")
