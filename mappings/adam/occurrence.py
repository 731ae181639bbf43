"""What datasets of occurrences share: their days, and whether they were over before the first dose."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import derive_var_flag, derive_vars_dt, derive_vars_dy
from mappings.adam.common import with_subject


def with_period(records: pd.DataFrame, adsl: pd.DataFrame, domain: str) -> pd.DataFrame:
    """Records with subject variables and ASTDT, AENDT, their imputation flags and study days.

    A partial start is the earliest day of its known part, a partial end the latest, not after the last known
    contact: what may have been going on at the first dose counts as going on.
    """
    out = with_subject(records, adsl)
    out = derive_vars_dt(out, prefix="AST", dtc=f"{domain}STDTC", impute="M", to="first")
    out = derive_vars_dt(
        out, prefix="AEN", dtc=f"{domain}ENDTC", impute="M", to="last", not_after=["_LSTALVDT"]
    )
    return derive_vars_dy(out, reference="TRTSDT", source=["ASTDT", "AENDT"])


def with_prior(out: pd.DataFrame, *, where: pd.Series, ended: pd.Series | None = None) -> pd.DataFrame:
    """PREFL: over before the first dose. CONCOMFL: not known to be over by then.

    Only records of `where` of dosed subjects have one of the two. `ended`: records that are known to have
    ended before the first dose though the day is not.
    """
    over = out["AENDT"] < out["TRTSDT"]
    over = over if ended is None else over | ended
    counts = where & out["TRTSDT"].notna()
    out = derive_var_flag(out, new_var="PREFL", where=counts & over)
    return derive_var_flag(out, new_var="CONCOMFL", where=counts & ~over)
