"""VS: vital signs before and 60 minutes after an injection, and at visits without one."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Column,
    Mapped,
    Origin,
    by_field,
    carried,
    constant,
    dataset,
    date,
    derived,
    gather,
    join,
    mapped,
    prepared,
    recoded,
    stack,
    subject,
    text_where,
)
from mappings.common import (
    DMY,
    administrative,
    answered,
    injections_given,
    not_done,
    reason_without_result,
    result,
    status,
    visit,
    with_visit,
)

# raw column → test and the unit that is printed on the form
BEFORE = {
    "vs.SYSBP": ("SYSBP", "mmHg"),
    "vs.DIABP": ("DIABP", "mmHg"),
    "vs.PULSE": ("HR", "beats/min"),
    "vs.TEMPC": ("TEMP", "C"),
    "vs.WEIGHT": ("WEIGHT", "kg"),
    "vs.HEIGHT": ("HEIGHT", "cm"),
}
AFTER = {
    "vs.SYSBP60": ("SYSBP", "mmHg"),
    "vs.DIABP60": ("DIABP", "mmHg"),
    "vs.PULSE60": ("HR", "beats/min"),
    "vs.TEMPC60": ("TEMP", "C"),
}
# fields that the protocol asks for at some visits only
ONLY_AT = {
    "vs.WEIGHT": ("SCREENING", "DAY 5", "DAY 29", "DAY 60", "EARLY TERMINATION"),
    "vs.HEIGHT": ("SCREENING",),
}
BEFORE_DOSE, AFTER_DOSE = 1.0, 2.0  # numbers of the time points
DOSE_DAYS = tuple(f"DAY {day}" for day in (1, 2, 3, 4, 5, 8, 15, 22, 29))


def vs(raw_vs: pd.DataFrame, raw_sv: pd.DataFrame, ec: pd.DataFrame) -> Mapped:
    """Vital signs: one record per test per time point per visit per subject."""
    forms = with_visit(raw_vs, "vs.VISIT", raw_sv)
    given = injections_given(ec)[["USUBJID", "VISIT", "ECSTDTC", "@ex"]]
    forms = join(forms, given, on={"USUBJID": "USUBJID", "visit": "VISIT"})
    taken, not_taken = answered(forms, "vs.VSYN", "VSREASND", "VSDAT", "VSTIM", "VSTIM60")
    after = gather(taken, fields=list(AFTER))
    after = after[after["ECSTDTC"].notna() | after["value"].notna()]
    return stack(
        readings(due(gather(taken, fields=list(BEFORE))), BEFORE, "vs.VSTIM", "PRE-DOSE", BEFORE_DOSE),
        readings(after, AFTER, "vs.VSTIM60", "60 MIN POST-DOSE", AFTER_DOSE),
        form_not_done(not_taken),
    )


def due(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows without the blank fields that the protocol does not ask for at the visit."""
    asked = pd.Series(True, index=rows.index)
    for field, visits in ONLY_AT.items():
        asked &= (rows["field"] != field) | rows["visit"].isin(visits)
    return rows[asked | rows["value"].notna()]


def readings(
    rows: pd.DataFrame, tests: dict[str, tuple[str, str]], time: str, point: str, number: float
) -> Mapped:
    """One reading of the form; its time point exists on the days of an injection."""
    fields, units = list(tests), {field: unit for field, (_, unit) in tests.items()}
    on_dose_day = rows["visit"].isin(DOSE_DAYS) | rows["field"].isin(list(AFTER))
    rows = rows.assign(
        result=result(rows["value"]),
        reason=reason_without_result(rows["value"]),
        dose_day=on_dose_day,
        ECSTDTC=rows["ECSTDTC"].where(on_dose_day),
    )
    return dataset(
        "VS",
        rows,
        USUBJID=subject(),
        VSTESTCD=by_field({field: test for field, (test, _) in tests.items()}),
        VSORRES=prepared(
            "result", sources=fields, rule="words for no result taken out", origin=Origin.COLLECTED
        ),
        VSORRESU=derived(
            lambda f: recoded(f["field"], units).where(f["result"].notna()),
            sources=fields,
            rule="unit printed on the form",
            origin=Origin.ASSIGNED,
        ),
        VSSTAT=status("result", sources=fields),
        VSREASND=prepared("reason", sources=fields, rule="why there is no result"),
        VISIT=visit("vs.VISIT"),
        VSDTC=date("vs.VSDAT", DMY, time=time),
        VSTPT=at_dose(point),
        VSTPTNUM=derived(
            lambda f: pd.Series(number, index=f.index).where(f["dose_day"]),
            sources=["vs.VISIT"],
            rule="number of the time point",
            origin=Origin.ASSIGNED,
        ),
        VSELTM=at_dose("PT1H" if number == AFTER_DOSE else None),
        VSTPTREF=at_dose("INJECTION OF STUDY DRUG"),
        VSRFTDTC=carried("ECSTDTC"),
        planned_before_dose=number == BEFORE_DOSE,
        dropped=administrative("vs", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
    )


def at_dose(text: str | None) -> Column:
    """A text on the days of an injection."""
    return derived(
        lambda f: text_where(text, f["dose_day"]) if text else pd.Series(index=f.index, dtype="str"),
        sources=["vs.VISIT"],
        rule=f"{text} on days of an injection" if text else "null: the protocol names no interval",
        origin=Origin.ASSIGNED,
    )


def form_not_done(rows: pd.DataFrame) -> Mapped:
    """Visits without vital signs: one record stands for all tests."""
    return dataset(
        "VS",
        rows,
        USUBJID=subject(),
        VSTESTCD=constant("VSALL"),
        VSSTAT=not_done("vs.VSYN"),
        VSREASND=mapped("vs.VSREASND", codelist="REASND", origin=Origin.DERIVED),
        VISIT=visit("vs.VISIT"),
        VSDTC=date("vs.VSDAT", DMY, time="vs.VSTIM"),
    )
