"""The treatment-emergent flag of adverse events, a qualifier (SDTMIG 3.4 section 8.4.3)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.base.dates import sas_days
from il2cdisc.base.emergence import EmergentUntil
from il2cdisc.base.exposure import FIRST, LAST, exposure_days
from il2cdisc.base.onset import (
    Days,
    emergent,
    last_emergent_days,
    onset_days,
    possible_days,
)
from il2cdisc.sdtm.complete.steps import Step
from il2cdisc.sdtm.complete.tabulation import Domain, Tabulation

EMERGENT = "AETRTEM"


def _run(domain: Domain, study: Tabulation) -> Domain:
    if domain.name != "AE" or study.emergent_until is None:
        return domain
    if EMERGENT not in study.spec.qualifiers("SUPPAE"):
        return domain
    return domain.with_qualifiers({EMERGENT: _emergent(domain.frame, study, study.emergent_until)})


STEP = Step("treatment_emergence", _run, qualifiers=(EMERGENT,), after=("in_ascii",))


def _emergent(events: pd.DataFrame, study: Tabulation, until: EmergentUntil) -> pd.Series:
    """AETRTEM of the records of AE."""
    missing = pd.Series(index=study.subjects["USUBJID"], dtype="str")
    found = (study.of_subjects(name) for name in ("RFXSTDTC", "DTHDTC", "RFPENDTC"))
    dose, death, end = (missing if texts is None else texts for texts in found)
    first, last = study.fact(_dose_days) or (missing.astype("float64"), missing.astype("float64"))
    subject = events["USUBJID"]
    return treatment_emergent(
        events,
        first_dose=subject.map(dose).astype("str"),
        first_day=subject.map(first),
        last_day=subject.map(last),
        death=subject.map(death).astype("str"),
        participation_end=sas_days(subject.map(end).astype("str")),
        until=until,
    )


def _dose_days(study: Tabulation) -> tuple[pd.Series, pd.Series] | None:
    """Days of the first and the last dose by USUBJID; None where DM does not know the first dose."""
    if study.of_subjects("RFXSTDTC") is None:
        return None
    sv, ds = (rows if rows is not None else pd.DataFrame() for rows in map(study.rows, ("SV", "DS")))
    return dose_days_of(study.subjects, study.rows("EX"), sv, ds)


def dose_days_of(
    dm: pd.DataFrame, ex: pd.DataFrame | None, sv: pd.DataFrame, ds: pd.DataFrame
) -> tuple[pd.Series, pd.Series]:
    """SAS days of the first and the last dose by USUBJID: of EX where there is one, else of DM.

    Of a dose with a partial date the day that `exposure_days` takes, the same that ADaM takes.
    """
    if ex is None:
        subjects = pd.Index(dm["USUBJID"])
        first, last = (sas_days(dm[name]).set_axis(subjects) for name in ("RFXSTDTC", "RFXENDTC"))
        return first, last
    days = exposure_days(ex, dm, sv, ds).groupby(ex["USUBJID"])
    return days[FIRST].min(), days[LAST].max()


def treatment_emergent(
    events: pd.DataFrame,
    *,
    first_dose: pd.Series,
    first_day: pd.Series,
    last_day: pd.Series,
    death: pd.Series,
    participation_end: pd.Series,
    until: EmergentUntil,
) -> pd.Series:
    """Y where an event of AE is treatment-emergent, else N; missing without a dose.

    `first_dose` (ISO 8601 text), the SAS days `first_day`, `last_day` and `participation_end`, and `death`
    (text) are on the rows of `events`. An end of participation that is not known to the day leaves the
    interval open. A partial onset is the day that `base.onset.onset_days` takes; times decide on the day of
    the first dose where they are known to differ, an event at the minute of the dose counts as after it.
    """
    missing = pd.Series(index=events.index, dtype="str")
    start, end = events["AESTDTC"], events.get("AEENDTC", missing)
    first, last = _days(first_day), _days(last_day)
    onset, _ = onset_days(start, end, first, possible_days(death)[1])
    counts = last_emergent_days(until, last_dose=last, participation=_days(participation_end))
    flags = emergent(onset, possible_days(end)[1], first, counts, texts=(start, first_dose))
    flag = pd.Series(np.where(flags, "Y", "N"), index=events.index, dtype="str")
    return flag.where(~np.isnan(first))


def _days(column: pd.Series) -> Days:
    return column.to_numpy("float64")
