"""The tricky rules of the SDTM mappings, before and after."""

from __future__ import annotations

import pandas as pd
import pytest

from il2cdisc.sdtm import planned_elements
from il2cdisc.spec.models import Spec


def listed(frame: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    """Rows of some columns, missing as None."""
    return [
        tuple(None if pd.isna(value) else value for value in row)
        for row in frame[list(columns)].itertuples(index=False)
    ]


def test_unscheduled_visits_are_numbered_after_the_planned_visit_before_them(raw):
    from mappings.common import visit_names, with_visit

    sv = raw(
        "sv",
        "VISIT SVSTDAT",
        [
            ("S1", "Giorno 1", "03/01/2022"),
            ("S1", "Giorno 8", "10/01/2022"),
            ("S1", "Non programmata 1", "12/01/2022"),
            ("S1", "Non programmata 2", "14/01/2022"),
            ("S1", "Giorno 15", "17/01/2022"),
            ("S2", "Screening", "01/02/2022"),
            ("S2", "Non programmata 1", "02/02/2022"),
            ("S2", "Giorno 60", None),
            ("S2", "Uscita anticipata", "01/02/2022"),
        ],
    )
    assert listed(visit_names(sv), "USUBJID", "raw", "VISIT") == [
        ("S1", "Non programmata 1", "UNSCHEDULED 8.1"),
        ("S1", "Non programmata 2", "UNSCHEDULED 8.2"),
        ("S2", "Non programmata 1", "UNSCHEDULED 0.1"),
    ]
    lab = raw(
        "lbhem",
        "VISIT",
        [
            ("S1", "Giorno 15"),
            ("S1", "Non programmata 2"),
            ("S2", "Non programmata 2"),
            ("S2", "Uscita anticipata"),
        ],
    )
    assert listed(with_visit(lab, "lbhem.VISIT", sv), "visit") == [
        ("DAY 15",),
        ("UNSCHEDULED 8.2",),
        (None,),
        ("EARLY TERMINATION",),
    ]


def test_an_unscheduled_visit_comes_after_all_planned_visits_up_to_its_day(raw):
    from mappings.common import visit_names

    sv = raw(
        "sv",
        "VISIT SVSTDAT",
        [
            ("S1", "Non programmata 3", "10/01/2022"),
            ("S1", "Giorno 8", "10/01/2022"),
            ("S1", "Giorno 2", "11/01/2022"),  # held after Day 8
            ("S1", "Non programmata 2", "11/01/2022"),
            ("S1", "Non programmata 2", "11/01/2022"),  # told twice
            ("S1", "Non programmata 1", "01/01/2022"),  # no planned visit before it
            ("S1", "Non programmata 4", "UNK/01/2022"),
            ("S1", "Uscita anticipata", "02/01/2022"),
            ("S2", "Giorno 1", "01/01/2022"),
        ],
    )
    assert listed(visit_names(sv), "USUBJID", "raw", "VISIT") == [
        ("S1", "Non programmata 3", "UNSCHEDULED 8.1"),
        ("S1", "Non programmata 2", "UNSCHEDULED 8.2"),
    ]


def test_visits_of_an_empty_form(raw):
    from mappings.common import with_visit

    sv, lab = raw("sv", "VISIT SVSTDAT", []), raw("lbhem", "VISIT", [])
    assert list(with_visit(lab, "lbhem.VISIT", sv).columns) == ["@lbhem", "USUBJID", "lbhem.VISIT", "visit"]


@pytest.mark.parametrize(
    ("randomised", "dose", "ended", "reason"),
    [
        ("IL2", "2022-01-03", None, None),
        ("IL2", None, None, "ASSIGNED, NOT TREATED"),
        (None, None, "SCREEN FAILURE", "SCREEN FAILURE"),
        (None, None, "SCREENING NOT COMPLETED", "SCREENING NOT COMPLETED"),
        (None, None, None, "NOT ASSIGNED"),
    ],
)
def test_why_an_arm_is_null(randomised, dose, ended, reason):
    from mappings.sdtm.dm import reason_arm_is_null

    rows = pd.DataFrame({"rand.ARM": [randomised], "ended": [ended]}, dtype="str")
    rows = rows.assign(dosed=[dose is not None or None])
    assert listed(pd.DataFrame({"ARMNRS": reason_arm_is_null(rows)}), "ARMNRS") == [(reason,)]


def test_only_injections_that_were_given_count_as_doses(made):
    from mappings.sdtm.dm import doses

    ec = made(
        "EC",
        "ex",
        "ECOCCUR VISIT ECSTDTC",
        [
            ("S1", "N", "DAY 15", None),
            ("S1", "Y", "DAY 8", "2022-01-10T09:00"),
            ("S1", "Y", "DAY 1", "2022-01-03T10:00"),
            ("S2", "N", "DAY 1", "2022-01-03"),
        ],
    )
    sv = made("SV", "sv", "VISIT SVSTDTC", [("S1", "DAY 1", "2022-01-03")])
    assert listed(doses(ec, sv), "USUBJID", "first", "last", "@ex") == [
        ("S1", "2022-01-03T10:00", "2022-01-10T09:00", (1, 2))
    ]


def test_last_contact_is_the_last_whole_date_of_visits_and_disposition(raw):
    from mappings.sdtm.dm import last_contact

    sv = raw(
        "sv", "SVSTDAT SVENDAT", [("S1", "03/01/2022", "04/01/2022"), ("S1", "UNK/02/2022", "30/02/2022")]
    )
    ds = raw("ds", "DSDAT DSLCDAT", [("S1", "02/01/2022", "20/01/2022"), ("S2", "05/01/2022", None)])
    assert listed(last_contact(ds, sv), "USUBJID", "contact") == [("S1", "2022-01-20"), ("S2", "2022-01-05")]


def test_elements_follow_the_injections_given(made, spec: Spec):
    from mappings.common import given_doses
    from mappings.sdtm.se import element_starts

    dm = made(
        "DM",
        "dm",
        "RFICDTC RFPENDTC ARMCD",
        [
            ("S1", "2022-01-01T09:00", "2022-03-04", "PBO"),
            ("S2", "2022-01-01", "2022-01-02", None),
            ("S3", "2022-01-01", "2022-01-09", "IL2"),
        ],
    )
    ec = made(
        "EC",
        "ex",
        "ECOCCUR VISIT ECSTDTC",
        [
            ("S1", "Y", "DAY 1", "2022-01-03T10:00"),
            ("S1", "Y", "DAY 5", "2022-01-07T10:00"),
            ("S1", "Y", "DAY 8", "2022-01-10T10:00"),
            ("S1", "N", "DAY 15", None),
            ("S3", "Y", "DAY 1", "2022-01-31T10:00"),
            ("S3", "N", "DAY 8", None),
        ],
    )
    sv = made("SV", "sv", "VISIT SVSTDTC", [("S1", "DAY 1", "2022-01-03")])
    starts = element_starts(dm, given_doses(ec, sv)).merge(
        planned_elements(spec.protocol), on=["arm", "order"], how="left"
    )
    found = sorted(listed(starts, "USUBJID", "order", "code", "start", "epoch"))
    assert found == [
        ("S1", 1, "SCRN", "2022-01-01T09:00", "SCREENING"),
        ("S1", 2, "INDPBO", "2022-01-03T10:00", "TREATMENT"),
        ("S1", 3, "MNTPBO", "2022-01-08", "TREATMENT"),
        ("S1", 4, "FUP", "2022-01-11", "FOLLOW-UP"),
        ("S2", 1, "SCRN", "2022-01-01", "SCREENING"),
        ("S3", 1, "SCRN", "2022-01-01", "SCREENING"),
        ("S3", 2, "INDIL2", "2022-01-31T10:00", "TREATMENT"),
        ("S3", 4, "FUP", "2022-02-01", "FOLLOW-UP"),
    ]


@pytest.mark.parametrize(
    ("field", "visit", "done", "value", "reason"),
    [
        ("hdrs.HD16A", "Giorno 1", "1", "2", None),
        ("hdrs.HD16B", "Giorno 1", "1", None, "LOGICALLY SKIPPED ITEM"),
        ("hdrs.HD16A", "Giorno 5", "1", None, "LOGICALLY SKIPPED ITEM"),
        ("hdrs.HD16B", "Giorno 5", "1", None, "ITEM NOT RATED"),
        ("hdrs.HD13", "Giorno 15", "1", None, "ITEM NOT RATED"),
        ("hdrs.HD16A", "Giorno 5", "0", None, "paziente rifiuta"),
        ("hdrs.HD01", "Giorno 5", "0", None, "paziente rifiuta"),
    ],
)
def test_why_an_item_of_the_depression_scale_has_no_score(field, visit, done, value, reason):
    from mappings.sdtm.rs import reason_not_rated

    rows = pd.DataFrame(
        {
            "field": [field],
            "value": [value],
            "hdrs.VISIT": [visit],
            "reason": ["paziente rifiuta" if done == "0" else None],
        },
        dtype="str",
    ).assign(not_done=done == "0")
    assert listed(pd.DataFrame({"why": reason_not_rated(rows, "hdrs")}), "why") == [(reason,)]


@pytest.mark.parametrize(
    ("value", "note", "reason"),
    [
        ("4.2", None, None),
        ("4.2", "campione emolizzato", None),
        ("n.d.", "campione emolizzato", "SAMPLE HEMOLYZED"),
        ("n.d.", None, "NO RESULT FROM LABORATORY"),
        ("ND", "ripetuto", "NO RESULT FROM LABORATORY"),
        ("999", None, "RESULT UNKNOWN"),
        (None, None, "RESULT MISSING"),
        ("<0.3", None, None),
    ],
)
def test_why_there_is_no_laboratory_result(value, note, reason):
    from mappings.common import NO_RESULT
    from mappings.sdtm.lb import no_result

    values, notes = pd.Series([value], dtype="str"), pd.Series([note], dtype="str")
    why = no_result(values, notes, values.isin(list(NO_RESULT)))
    assert listed(pd.DataFrame({"why": why}), "why") == [(reason,)]


def test_reference_limits_come_from_the_columns_of_the_test():
    from mappings.sdtm.lb import THYROID_LIMITS, limits_of

    rows = pd.DataFrame(
        {
            "field": ["lbthy.TSH", "lbthy.FT4"],
            "lbthy.TSHLO": ["0.27", "0.27"],
            "lbthy.TSHHI": ["4.2", "4.2"],
            "lbthy.FT4LO": ["0.93", "ND"],
            "lbthy.FT4HI": ["1.7", "1.7"],
        },
        dtype="str",
    )
    low, high = limits_of(rows, THYROID_LIMITS)
    assert listed(pd.DataFrame({"low": low, "high": high}), "low", "high") == [("0.27", "4.2"), (None, "1.7")]


def test_a_clotted_tube_is_the_reason_for_its_populations():
    from mappings.sdtm.cp import no_result

    rows = pd.DataFrame(
        {"flow.RESULT": ["12.5", "n.d.", "n.d.", None], "flow.RUNSTAT": ["OK", "COAGULATO", "OK", "OK"]},
        dtype="str",
    )
    assert listed(pd.DataFrame({"why": no_result(rows)}), "why") == [
        (None,),
        ("SAMPLE CLOTTED",),
        ("NO RESULT FROM LABORATORY",),
        ("RESULT MISSING",),
    ]


def test_details_of_a_disposition():
    from mappings.sdtm.ds import details

    rows = pd.DataFrame(
        {
            "coding.ENGLISH": ["withdraws consent", None, None, None],
            "ds.DSSPEC": ["ritira il consenso", "testo nuovo", None, None],
            "ds.DSCOMP": ["N", "N", "S", "N"],
            "ds.DSREAS": ["RITIRO CONSENSO", "ALTRO", None, "MORTE"],
        },
        dtype="str",
    )
    assert listed(pd.DataFrame({"term": details(rows)}), "term") == [
        ("withdraws consent",),
        ("testo nuovo",),
        ("COMPLETED",),
        ("MORTE",),
    ]
