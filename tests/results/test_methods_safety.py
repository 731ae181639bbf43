"""Methods of safety tables on frames by hand: worst levels, limits, subgroups, quadrants, frequent terms."""

from __future__ import annotations

import pandas as pd
import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.results.frame import HEADER
from il2cdisc.results.run import run
from il2cdisc.spec.chosen import parse_choice
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import ListedItem
from il2cdisc.spec.where import select


@pytest.fixture
def trial(datasets) -> dict[str, pd.DataFrame]:
    """The small trial with severities, and laboratory values with the upper limit of normal 40 and 20."""
    severity = ["MILD", "SEVERE", "MILD", "MILD", "MODERATE", "MILD", None]
    adae = datasets["ADAE"].assign(ASEV=pd.array(severity, dtype="str"))
    adlb = pd.DataFrame(
        [
            ("01", 1, "ALT", 5, 150.0, 40.0), ("01", 2, "BILI", 20, 50.0, 20.0),
            ("01", 3, "ALT", 30, 30.0, 40.0), ("02", 1, "ALT", 5, 150.0, 40.0),
            ("02", 2, "BILI", 60, 50.0, 20.0), ("02", 3, "ALT", 9, 160.0, 40.0),
            ("03", 1, "ALT", 5, 39.0, 40.0), ("03", 2, "BILI", 5, 41.0, 20.0),
            ("04", 1, "ALT", 5, 200.0, None),
        ],
        columns=["USUBJID", "ASEQ", "PARAMCD", "ADY", "AVAL", "ANRHI"],
    ).astype({"USUBJID": "str", "PARAMCD": "str"})  # fmt: skip
    arms = datasets["ADSL"].set_index("USUBJID")["TRT01A"]
    adlb["TRTA"] = adlb["USUBJID"].map(arms).astype("str")
    dv = pd.DataFrame({"USUBJID": ["01", "03", "05"], "DVSEQ": [1.0, 1.0, 1.0], "DVCAT": ["X", "X", "Y"]})
    return {**datasets, "ADAE": adae, "ADLB": adlb, "DV": dv.astype({"USUBJID": "str", "DVCAT": "str"})}


def of_actual(display, **given):
    """A display whose analysis has the treatment variable TRTA; `chosen` as a text."""
    chosen = given.pop("chosen", "")
    made = display(**given)
    update = {"treatment": "TRTA", "chosen": parse_choice(chosen) if chosen else None}
    return made.model_copy(update={"analyses": (made.analyses[0].model_copy(update=update),)})


def counts(frame: pd.DataFrame, *keys: str) -> dict[tuple[str, ...], float]:
    """n by column and further keys."""
    own = frame[(frame["analysis"] != HEADER) & (frame["statistic"] == "n")]
    return dict(
        zip(own[["group1_level", *keys]].itertuples(index=False, name=None), own["value"], strict=True)
    )


def test_worst_level_of_each_subject(trial, display):
    made = of_actual(
        display, method="Worst", dataset="ADAE", where="TRTEMFL EQ Y", levels=["MILD", "MODERATE", "SEVERE"],
        variables=["AEBODSYS"], options={"of": "ASEV", "missing": "Not known"},
    )  # fmt: skip
    found = counts(run([made], trial).frame, "group2_level", "level")
    # 01 has mild and severe events of the skin: it counts once, as severe
    assert [found["A", "Skin", level] for level in ("MILD", "MODERATE", "SEVERE", "")] == [0, 0, 1, 1]
    assert [found["B", "Skin", level] for level in ("MILD", "MODERATE", "SEVERE", "")] == [1, 1, 0, 2]
    # the event of 04 without severity is worse than every level
    assert (found["B", "Not known", "Not known"], found["B", "Not known", "SEVERE"]) == (1, 0)


def test_worst_level_leads_to_its_subjects(trial, display):
    made = of_actual(
        display, method="Worst", dataset="ADAE", where="TRTEMFL EQ Y", levels=["MILD", "MODERATE", "SEVERE"],
        options={"of": "ASEV"},
    )  # fmt: skip
    frame = run([made], trial).frame
    own = frame[(frame["analysis"] != HEADER) & (frame["statistic"] == "n")]
    for where, value in zip(own["where"], own["value"], strict=True):
        behind = trial["ADAE"].loc[select(trial["ADAE"], parse(where)), "USUBJID"]
        assert behind.nunique() == value, where


def test_limits_as_numbers_and_as_multiples(trial, display):
    made = of_actual(
        display, method="Limits", dataset="ADLB", where="PARAMCD EQ ALT", variables=["AVAL"],
        levels=["GE 150", "GT 3 ANRHI"], options={"times": "ANRHI"},
    )  # fmt: skip
    frame = run([made], trial).frame
    found = counts(frame, "level")
    assert (found["A", "GE 150"], found["B", "GE 150"]) == (2, 1)
    assert (found["A", "GT 3 ANRHI"], found["B", "GT 3 ANRHI"]) == (2, 0)
    totals = frame[(frame["statistic"] == "total") & (frame["group1_level"] == "B")].set_index("level")[
        "value"
    ]
    assert totals.to_dict() == {"GE 150": 2, "GT 3 ANRHI": 1}  # 04 has no limit to be multiplied


def test_limit_of_one_chosen_record(trial, display):
    """The last value of 01 is below the limit that an earlier one is beyond."""
    given = {
        "method": "Limits",
        "dataset": "ADLB",
        "where": "PARAMCD EQ ALT",
        "variables": ["AVAL"],
        "levels": ["GE 150"],
    }
    every = run([of_actual(display, **given)], trial).frame
    last = run([of_actual(display, chosen="last ADY", **given)], trial).frame
    lowest = run([of_actual(display, chosen="lowest AVAL", **given)], trial).frame
    assert [counts(frame, "level")["A", "GE 150"] for frame in (every, last, lowest)] == [2, 1, 1]
    assert set(last.loc[last["analysis"] != HEADER, "chosen"]) == {"last ADY OF PARAMCD EQ ALT"}


@pytest.mark.parametrize(
    ("levels", "options", "what"),
    [
        (["GT x"], {}, "a limit is a comparator"),
        (["ABOVE 3"], {}, "a limit is a comparator"),
        (["GT 3 ANRHI"], {}, "multiplies ANRHI; name it in the option times"),
    ],
)
def test_wrong_limits_are_refused(trial, display, levels, options, what):
    made = of_actual(
        display, method="Limits", dataset="ADLB", variables=["AVAL"], levels=levels, options=options
    )
    with pytest.raises(Stopped, match=what):
        run([made], trial)


def test_subgroups_have_denominators_of_their_own(trial, display):
    made = of_actual(
        display,
        method="Subgroups",
        dataset="ADAE",
        where="TRTEMFL EQ Y",
        levels=["F"],
        options={"groups": "SEX"},
    )
    frame = run([made], trial).frame
    own = frame[frame["analysis"] != HEADER].set_index(["group1_level", "level", "statistic"])["value"]
    assert own["A", "F", "n"] == own["A", "F", "total"] == 1
    assert (own["A", "M", "n"], own["A", "M", "total"]) == (0, 1)  # 02 has only an event before treatment
    assert (own["B", "F", "n"], own["B", "F", "p"]) == (1, 100.0)
    assert set(frame.loc[frame["level"] == "F", "population_where"]) == {"SAFFL EQ Y AND SEX EQ F"}


def test_quadrants(trial, display):
    options = {
        "times": "ANRHI", "first": "ALT", "second": "BILI", "first_limit": "3", "second_limit": "2",
    }  # fmt: skip
    given = {
        "method": "Quadrants", "dataset": "ADLB", "variables": ["AVAL"], "by": "PARAMCD",
        "levels": ["BOTH", "FIRST", "SECOND", "NEITHER"],
    }  # fmt: skip
    any_time = counts(run([of_actual(display, **given, options=options)], trial).frame, "level")
    assert [any_time["A", name] for name in given["levels"]] == [2, 0, 0, 0]
    near = options | {"within": "30", "day": "ADY"}
    found = counts(run([of_actual(display, **given, options=near)], trial).frame, "level")
    # 02 has both peaks, more than 30 days apart; 04 has no limit of normal and so no peak
    assert [found["A", name] for name in given["levels"]] == [1, 1, 0, 0]
    assert [found["B", name] for name in given["levels"]] == [0, 0, 1, 0]


def test_frequent_terms_and_those_more_frequent_than_the_reference(trial, display):
    given = {
        "method": "Incidence",
        "dataset": "ADAE",
        "where": "TRTEMFL EQ Y",
        "variables": ["AEDECOD"],
        "total": False,
    }

    def terms(**options: str) -> set[str]:
        made = of_actual(display, **given, options={"reference": "B", "missing": "Not coded", **options})
        frame = run([made], trial).frame
        return set(frame.loc[frame["analysis"] != HEADER, "level"])

    assert terms() == {"Rash", "Nausea", "Itch", "Not coded"}
    assert terms(more="10") == {"Nausea"}  # A 1 of 2, B 0 of 2; Rash is as frequent in both
    assert terms(least="60") == set()
    with pytest.raises(Stopped, match="between 0 and 100"):
        terms(least="abc")


def test_a_broader_term_stays_with_the_terms_below_it(trial, display):
    made = of_actual(
        display, method="Occurrence", dataset="ADAE", where="TRTEMFL EQ Y",
        variables=["AEBODSYS", "AEDECOD"], options={"least": "50"}, total=False,
    )  # fmt: skip
    frame = run([made], trial).frame
    assert set(frame.loc[frame["analysis"] != HEADER, "level"]) == {
        "Skin",
        "Rash",
        "Itch",
        "Gut",
        "Nausea",
        "Missing",
    }
    made = made.model_copy(
        update={"analyses": (made.analyses[0].model_copy(update={"options": {"least": "51"}}),)}
    )
    assert set(run([made], trial).frame["analysis"]) == {HEADER}


def test_a_dataset_of_sdtm_takes_the_treatment_of_its_subjects(trial, display):
    made = display(method="Occurrence", dataset="DV", variables=["DVCAT"])
    frame = run([made], trial).frame
    found = counts(frame, "level")
    assert (found["A", "X"], found["B", "X"], found["All", "X"]) == (1, 1, 2)
    assert ("A", "Y") not in found  # 05 is outside the safety set
    own = frame[(frame["analysis"] != HEADER) & (frame["group1_level"] == "B")].iloc[0]
    assert (own["where"], own["population_where"]) == ("DVCAT EQ X", "SAFFL EQ Y AND TRT01A EQ B")


def test_a_listing_of_sdtm_shows_variables_of_its_subjects(trial, display):
    items = [ListedItem(name=name, label=name) for name in ("TRT01A", "USUBJID", "SEX", "DVCAT")]
    made = display(method="Listing", dataset="DV", variables=items, options={"order": "TRT01A USUBJID"})
    listing = made.model_copy(update={"kind": "Listing", "columns": ()})
    found = run([listing], trial)
    rows = found.listed[listing.id].frame([item.name for item in items]).to_numpy().tolist()
    assert rows == [["A", "01", "F", "X"], ["B", "03", "F", "X"]]
    assert found.frame.loc[found.frame["statistic"] == "rows", "value"].tolist() == [2.0]


def test_a_dataset_of_adam_takes_nothing_from_the_population(trial, display):
    made = display(method="Occurrence", dataset="ADAE", variables=["SEX"])
    with pytest.raises(Stopped, match="ADAE has no variable 'SEX'"):
        run([made], trial)
