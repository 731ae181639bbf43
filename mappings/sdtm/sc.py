"""SC: characteristics of the subject's mood disorder that the psychiatric interview asks for."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    by_field,
    constant,
    dataset,
    date,
    derived,
    gather,
    mapped,
    prepared,
    stack,
    subject,
    text_where,
)
from mappings.common import DMY, reason_without_result, result, status, visit, with_visit

COUNTS = {
    "psyhx.ONSETAGE": "AGEONSET",
    "psyhx.NEPIS": "NDEPEPI",
    "psyhx.NHOSP": "NPSYADM",
    "psyhx.NSUATT": "NSUIATT",
}


def sc(raw_psyhx: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """Subject characteristics: one record per characteristic per subject."""
    rows = with_visit(raw_psyhx, "psyhx.VISIT", raw_sv)
    return stack(counts(rows), family_history(rows))


def counts(rows: pd.DataFrame) -> Mapped:
    """Age at onset and numbers of episodes, admissions and attempts."""
    long = gather(rows, fields=list(COUNTS))
    long = long.assign(result=result(long["value"]), reason=reason_without_result(long["value"]))
    return dataset(
        "SC",
        long,
        USUBJID=subject(),
        SCTESTCD=by_field(COUNTS),
        SCCAT=constant("PSYCHIATRIC HISTORY"),
        SCORRES=prepared(
            "result",
            sources=list(COUNTS),
            rule="words for no result taken out",
            origin=Origin.COLLECTED,
        ),
        SCORRESU=derived(
            lambda f: text_where("YEARS", (f["field"] == "psyhx.ONSETAGE") & f["result"].notna()),
            sources=["psyhx.ONSETAGE"],
            rule="unit printed on the form",
            origin=Origin.ASSIGNED,
        ),
        SCSTAT=status("result", sources=list(COUNTS)),
        SCREASND=prepared("reason", sources=list(COUNTS), rule="why there is no result"),
        VISIT=visit("psyhx.VISIT"),
        SCDTC=date("psyhx.PSYDAT", DMY),
    )


def family_history(rows: pd.DataFrame) -> Mapped:
    """Mood disorder in the family."""
    return dataset(
        "SC",
        rows,
        USUBJID=subject(),
        SCTESTCD=constant("FAMHXMD"),
        SCCAT=constant("PSYCHIATRIC HISTORY"),
        SCORRES=mapped("psyhx.FAMHX", codelist="NY"),
        SCSTAT=status("psyhx.FAMHX", sources=["psyhx.FAMHX"]),
        SCREASND=derived(
            lambda f: reason_without_result(f["psyhx.FAMHX"]),
            sources=["psyhx.FAMHX"],
            rule="why there is no result",
        ),
        VISIT=visit("psyhx.VISIT"),
        SCDTC=date("psyhx.PSYDAT", DMY),
    )
