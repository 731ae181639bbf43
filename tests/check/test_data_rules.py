"""Rules of the data themselves (CHK050 on): what they tell, in which words, and what they leave alone; those
on analysis data (CHK200 on) are in test_adam_rules.py."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from il2cdisc.check.rules import all_rules
from il2cdisc.spec.models import DatasetSpec, PlannedVisit, Plausibility, Protocol, Total, VariableSpec

RULES = [
    rule
    for rule in all_rules()
    if "CHK050" <= rule.kind.code < "CHK200" and not rule.name.startswith("value_level")
]
S1, S2 = "TEST-001", "TEST-002"


def add(pack: Any, name: str, class_: str = "FINDINGS", **columns: list[Any]) -> None:
    """A dataset with these columns; numbers float, texts str."""
    frame = pd.DataFrame()
    for column, values in columns.items():
        number = any(isinstance(value, float) for value in values)
        frame[column] = pd.Series(values, dtype="float64" if number else "str")
    pack.frames[name] = frame
    variables = tuple(
        VariableSpec(order=n, dataset=name, name=column, label=column)
        for n, column in enumerate(columns, start=1)
    )
    pack.specs[name] = DatasetSpec(name=name, label=name, class_=class_, variables=variables)


def event_before_dose(pack: Any) -> None:
    # AESTDTC: 2020-01-03T08:30, 2020-01 (may be later), 2020---15 (may be later)
    pack.frames["DM"]["RFXSTDTC"] = pd.Series(["2020-01-04T09:00", "2020-01-01"], dtype="str")


def before_consent(pack: Any) -> None:
    pack.frames["DM"]["RFICDTC"] = pd.Series(["2020-01-04T09:00", "2020-01-01"], dtype="str")
    add(
        pack,
        "VS",
        USUBJID=[S1, S1, S2],
        VSSEQ=[1.0, 2.0, 1.0],
        VSDTC=["2020-01-04", "2020-01-03T10:00", None],
    )
    add(pack, "EX", "INTERVENTIONS", USUBJID=[S1, S1], EXSEQ=[1.0, 2.0], EXSTDTC=["2019-01-05", "2020-01-05"])


def timed_before_consent(pack: Any) -> None:
    pack.frames["DM"]["RFICDTC"] = pd.Series(["2020-01-04T09:00", "2020-01-01"], dtype="str")
    add(
        pack, "VS",
        USUBJID=[S1, S1, S1, S1, S2],
        VSSEQ=[1.0, 2.0, 3.0, 4.0, 1.0],
        VSDTC=["2020-01-04", "2020-01-04T08:59", "2020-01-04T09:00", "2020-01-03T10:00", "2020-01-01T07:00"],
    )  # fmt: skip


def dosed_not_safe(pack: Any) -> None:
    add(pack, "ADSL", USUBJID=[S1, S2], SAFFL=["N", "N"])
    pack.facts["exposed"] = frozenset({S1})


def baseline_twice(pack: Any) -> None:
    add(
        pack, "VS",
        USUBJID=[S1] * 5,
        VSSEQ=[1.0, 2.0, 3.0, 4.0, 5.0],
        VSTESTCD=["SYSBP"] * 4 + ["PULSE"],
        VSPOS=["STANDING", "STANDING", "SUPINE", "STANDING", "STANDING"],
        VSTPT=["AFTER 1 MIN", "AFTER 3 MIN", None, "AFTER 1 MIN", None],
        VSLOBXFL=["Y", "Y", "Y", None, "Y"],
    )  # fmt: skip


def after_data_cut(pack: Any) -> None:
    pack.facts["data_cut"] = date(2020, 1, 31)
    add(
        pack, "VS",
        USUBJID=[S1] * 5,
        VSSEQ=[1.0, 2.0, 3.0, 4.0, 5.0],
        VSDTC=["2020-01-31T23:59", "2020-02-01", "2020", "2031-06-21", "2020-02"],
    )  # fmt: skip


def before_birth(pack: Any) -> None:
    frame = pack.frames["DM"]
    frame["RFICDTC"] = pd.Series(["2020-01-04T09:00", "2020-01-01"], dtype="str")
    frame["BRTHDTC"] = pd.Series([None, "1990-05-06"], dtype="str")
    frame["AGE"] = pd.Series([40.0, 29.0])
    # 40 years old in January 2020: born from 1979 on
    starts = ["1021-06-21", "1978-12-31", "1979", "1979-02", "1990-05-05", "1990-05"]
    add(
        pack, "MH", "EVENTS",
        USUBJID=[S1] * 4 + [S2] * 2,
        MHSEQ=[1.0, 2.0, 3.0, 4.0, 1.0, 2.0],
        MHSTDTC=starts,
    )  # fmt: skip


def implausible_age(pack: Any) -> None:
    frame = pack.frames["DM"]
    frame["AGE"] = pd.Series([210.0, -41.0])
    frame["RFICDTC"] = pd.Series(["2020-01-04T09:00", "2020-01-01"], dtype="str")
    frame["BRTHDTC"] = pd.Series(["1979-03", "2061-01-01"], dtype="str")


def visit_window(pack: Any) -> None:
    visits = [("BASELINE", 0.0, -7, 0, 6), ("DAY 1", 1.0, 1, 0, 0), ("WEEK 2", 2.0, 15, 2, 2)]
    pack.sheets["protocol"] = Protocol(
        visits=(
            *(
                PlannedVisit(visit=v, visit_number=n, planned_day=d, window_before=b, window_after=a)
                for v, n, d, b, a in visits
            ),
            PlannedVisit(visit="LAST", visit_number=9.0),
        )
    )
    add(
        pack, "SV", "SPECIAL PURPOSE",
        USUBJID=[S1, S1, S1, S1, S2, S2],
        VISITNUM=[0.0, 1.0, 2.0, 9.0, 0.0, 2.0],
        VISIT=["BASELINE", "DAY 1", "WEEK 2", "LAST", "BASELINE", "WEEK 2"],
        SVSTDTC=["2020-01-01", "2020-01-02", "2020-01-20", "2020-09-01", "2020-01-01", "2020-01-18"],
        SVSTDY=[-1.0, 1.0, 19.0, 200.0, -8.0, 17.0],
    )  # fmt: skip


def rated(pack: Any) -> None:
    """Three occasions of a total of three items, of which the third is A or B; T is the total."""
    pack.sheets["totals"] = (Total(dataset="QS", testcd="T", items=(("I1",), ("I2",), ("A", "B"))),)
    visits = [1.0] * 5 + [2.0] * 5 + [3.0] * 5
    add(
        pack, "QS",
        USUBJID=[S1] * 15,
        QSSEQ=[float(n) for n in range(1, 16)],
        QSTESTCD=["I1", "I2", "A", "B", "T"] * 3,
        QSORRES=["1", "2", None, "3", "6"] + ["1", "1", "1", None, "3"] + [None] * 5,
        QSSTRESN=[1.0, 2.0, None, 3.0, 6.0, 1.0, 1.0, 1.0, None, 3.0] + [None] * 5,
        QSREASND=[None, None, "LOGICALLY SKIPPED ITEM", None, None] + [None] * 10,
        VISITNUM=visits,
    )  # fmt: skip


def total_differs(pack: Any) -> None:
    rated(pack)
    pack.set("QS", "QSSTRESN", 4, 7.0)
    pack.set("QS", "QSSTRESN", 7, None)  # an item is missing: its total is not compared
    pack.set("QS", "QSSTRESN", 9, 9.0)


def item_missing(pack: Any) -> None:
    rated(pack)
    pack.set("QS", "QSSTRESN", 3, None)  # B was due, A skipped
    pack.frames["QS"] = pack.frames["QS"].drop(index=5).reset_index(drop=True)  # I1 has no record at all


def implausible(pack: Any) -> None:
    limits = Plausibility(dataset="LB", testcd="GLUC", unit="mmol/L", low=1.0, high=50.0)
    pack.sheets["plausibility"] = (limits,)
    pack.set("LB", "LBSTRESN", 0, 0.5)
    pack.set("LB", "LBSTRESN", 2, 90.0)


def below_quantification(pack: Any) -> None:
    add(
        pack, "IS",
        USUBJID=[S1, S1, S1, S2],
        ISSEQ=[1.0, 2.0, 3.0, 1.0],
        ISSTRESN=[12.4, 20.0, None, 12.4],  # at its limit, and one written as <20
        ISLLOQ=[20.0, 20.0, 20.0, None],
    )  # fmt: skip


def unlike_others(pack: Any) -> None:
    pack.sheets["plausibility"] = (Plausibility(dataset="CP", testcd="RATIO", fold=3.0),)
    add(
        pack, "CP",
        USUBJID=[S1] * 4 + [S2] * 2,
        CPSEQ=[1.0, 2.0, 3.0, 4.0, 1.0, 2.0],
        CPTESTCD=["RATIO"] * 6,
        CPREFID=["A1", "A2", "A3", "A4", "B1", "B2"],
        CPSTRESN=[0.8, 5.6, 0.7, 0.9, 0.5, 5.0],  # two results tell nothing of each other
    )  # fmt: skip


def trial_design(pack: Any) -> None:
    add(pack, "TA", "TRIAL DESIGN", ARMCD=["A", "A"], EPOCH=["SCREENING", "TREATMENT"])
    add(pack, "TE", "TRIAL DESIGN", ETCD=["SCRN", "TRT"])
    add(pack, "TI", "TRIAL DESIGN", IETESTCD=["INCL01"])
    add(pack, "TV", "TRIAL DESIGN", VISITNUM=[1.0, 2.0], VISIT=["DAY 1", "WEEK 2"])
    pack.frames["DM"]["ARMCD"] = pd.Series(["A", "B"], dtype="str")
    add(pack, "SE", "SPECIAL PURPOSE", USUBJID=[S1, S1, S2], ETCD=["SCRN", "UNPLAN", "TRT2"])
    add(pack, "IE", USUBJID=[S1], IESEQ=[1.0], IETESTCD=["INCL02"])
    add(
        pack, "VS",
        USUBJID=[S1] * 5,
        VSSEQ=[1.0, 2.0, 3.0, 4.0, 5.0],
        EPOCH=["SCREENING", "TREATMENT", "FOLLOW-UP", None, None],
        VISITNUM=[1.0, 2.0, 2.1, 3.0, None],  # 2.1 is unscheduled
        VISIT=["DAY 1", "DAY 14", "UNSCHEDULED 2.1", "WEEK 4", None],
    )  # fmt: skip


def trial_summary(pack: Any) -> None:
    add(pack, "TA", "TRIAL DESIGN", ARMCD=["A", "A", "B"], EPOCH=["SCREENING", "TREATMENT", "SCREENING"])
    frame = pack.frames["DM"]
    for name, values in {
        "ARMCD": ["A", None],
        "RFICDTC": ["2020-01-02T08:00", "2020-01-05"],
        "RFPENDTC": ["2020-03-01", "2020-01-05"],
    }.items():
        frame[name] = pd.Series(values, dtype="str")
    frame["AGE"] = pd.Series([66.0, 17.0])
    told = {
        "NARMS": "3", "ACTSUB": "2", "AGEMIN": "P18Y", "AGEMAX": "P65Y", "SSTDTC": "2020-01-01",
        "SENDTC": "2020-03-02", "DCUTDTC": "2020-02-28", "TITLE": "A trial",
    }  # fmt: skip
    add(
        pack, "TS", "TRIAL DESIGN", TSSEQ=[1.0] * len(told), TSPARMCD=list(told), TSVAL=list(told.values())
    )  # fmt: skip


def test_a_trial_summary_that_agrees(pack: Any) -> None:
    trial_summary(pack)
    right = ["2", "1", "P18Y", "P66Y", "2020-01-02", "2020-03-01", "2020-03-01", "A trial"]
    pack.frames["TS"]["TSVAL"] = pd.Series(right, dtype="str")
    assert pack.findings("CHK058") == []


CASES = {name: spoil for name, spoil in list(globals().items()) if name in {rule.name for rule in RULES}}


def test_every_data_rule_has_a_case() -> None:
    assert sorted(CASES) == sorted(rule.name for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_data_rule(rule: Any, pack: Any, snapshot: object) -> None:
    assert pack.findings(rule.kind.code) == []
    CASES[rule.name](pack)
    told = pack.told(rule.kind.code)
    assert told
    assert told == snapshot


def test_a_scale_rated_in_full_with_its_sum_is_right(pack: Any) -> None:
    rated(pack)
    assert pack.findings("CHK053") == pack.findings("CHK054") == []


def test_a_missing_item_may_count_as_nothing(pack: Any) -> None:
    rated(pack)
    pack.set("QS", "QSSTRESN", 0, None)
    assert pack.findings("CHK053") == []
    total = pack.sheets["totals"][0].model_copy(update={"zero_if_missing": True})
    pack.sheets["totals"] = (total,)
    assert [item.what for item in pack.findings("CHK053")] == ["the total is 6, its items add up to 5"]


def test_limits_in_another_unit_are_not_applied(pack: Any) -> None:
    implausible(pack)
    pack.set("LB", "LBSTRESU", 0, "mg/dL")
    assert [item.first.value for item in pack.findings("CHK055")] == ["90"]


def test_keys_of_a_repeated_raw_record_are_told_at_the_raw_record(pack: Any) -> None:
    pack.set("LB", "LBTESTCD", 1, "GLUC")
    assert [item.first.row for item in pack.findings("CHK030")] == [2]
    pack.repeated["LB"] = [1]
    assert pack.findings("CHK030") == []
