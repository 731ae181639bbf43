"""EG: intervals of the electrocardiogram, its interpretation, and what is abnormal as its own finding."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    by_field,
    collected,
    constant,
    dataset,
    date,
    decoded,
    derived,
    gather,
    mapped,
    prepared,
    recoded,
    stack,
    subject,
)
from mappings.common import (
    DMY,
    administrative,
    answered,
    in_english,
    not_done,
    reason_without_result,
    result,
    status,
    visit,
    with_visit,
)

# raw column → test and the unit that is printed on the form
INTERVALS = {
    "eg.EGHR": ("EGHRMN", "beats/min"),
    "eg.EGPR": ("PRAG", "ms"),
    "eg.EGQRS": ("QRSAG", "ms"),
    "eg.EGQT": ("QTAG", "ms"),
    "eg.EGQTCF": ("QTCFAG", "ms"),
}
METHOD = "12 LEAD STANDARD"


def eg(raw_eg: pd.DataFrame, raw_sv: pd.DataFrame, raw_coding: pd.DataFrame) -> Mapped:
    """Electrocardiogram: one record per test per visit per subject."""
    done, undone = answered(with_visit(raw_eg, "eg.VISIT", raw_sv), "eg.EGYN", "EGREASND", "EGDAT", "EGTIM")
    return stack(
        intervals(gather(done, fields=list(INTERVALS))),
        interpretation(done),
        abnormalities(done, raw_coding),
        form_not_done(undone),
    )


def intervals(rows: pd.DataFrame) -> Mapped:
    """Heart rate and intervals."""
    fields, units = list(INTERVALS), {field: unit for field, (_, unit) in INTERVALS.items()}
    rows = rows.assign(result=result(rows["value"]), reason=reason_without_result(rows["value"]))
    return dataset(
        "EG",
        rows,
        USUBJID=subject(),
        EGTESTCD=by_field({field: test for field, (test, _) in INTERVALS.items()}),
        EGORRES=prepared(
            "result", sources=fields, rule="words for no result taken out", origin=Origin.COLLECTED
        ),
        EGORRESU=derived(
            lambda f: recoded(f["field"], units).where(f["result"].notna()),
            sources=fields,
            rule="unit printed on the form",
            origin=Origin.ASSIGNED,
        ),
        EGSTAT=status("result", sources=fields),
        EGREASND=prepared("reason", sources=fields, rule="why there is no result"),
        EGMETHOD=constant(METHOD),
        VISIT=visit("eg.VISIT"),
        EGDTC=date("eg.EGDAT", DMY, time="eg.EGTIM"),
        dropped=administrative("eg", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
    )


def interpretation(rows: pd.DataFrame) -> Mapped:
    """Normal, or abnormal and whether that matters clinically."""
    return dataset(
        "EG",
        rows,
        USUBJID=subject(),
        EGTESTCD=constant("INTP"),
        EGORRES=mapped("eg.EGINTP", codelist="NORMABNM"),
        EGCLSIG=mapped("eg.EGINTP", codelist="NY", where=abnormal),
        EGSTAT=status("eg.EGINTP", sources=["eg.EGINTP"]),
        EGREASND=derived(
            lambda f: reason_without_result(f["eg.EGINTP"]),
            sources=["eg.EGINTP"],
            rule="why there is no result",
        ),
        EGMETHOD=constant(METHOD),
        VISIT=visit("eg.VISIT"),
        EGDTC=date("eg.EGDAT", DMY, time="eg.EGTIM"),
    )


def abnormal(rows: pd.DataFrame) -> pd.Series:
    """True where the interpretation says abnormal."""
    grades = {"NORMALE": False, "ANORMALE NCS": True, "ANORMALE CS": True}
    return decoded(rows, "eg.EGINTP", grades).fillna(False)


def abnormalities(rows: pd.DataFrame, raw_coding: pd.DataFrame) -> Mapped:
    """What is described as abnormal: the sheet Translations knows its test and its term."""
    described, unused = in_english(rows[rows["eg.EGDESC"].notna()], "eg.EGDESC", raw_coding, "EG")
    sources = ["eg.EGDESC", "coding.ENGLISH"]
    return dataset(
        "EG",
        described.assign(text=described["coding.ENGLISH"].fillna(described["eg.EGDESC"])),
        USUBJID=subject(),
        EGTESTCD=mapped("text", codelist="EGTESTCD", sources=sources, origin=Origin.ASSIGNED),
        EGORRES=mapped("text", codelist="EGSTRESC", sources=sources),
        EGMETHOD=constant(METHOD),
        VISIT=visit("eg.VISIT"),
        EGDTC=date("eg.EGDAT", DMY, time="eg.EGTIM"),
        supplemental={"EGDESCOR": collected("eg.EGDESC")},
        left_out=unused,
    )


def form_not_done(rows: pd.DataFrame) -> Mapped:
    """Visits without an electrocardiogram: one record stands for all tests."""
    return dataset(
        "EG",
        rows,
        USUBJID=subject(),
        EGTESTCD=constant("EGALL"),
        EGSTAT=not_done("eg.EGYN"),
        EGREASND=mapped("eg.EGREASND", codelist="REASND", origin=Origin.DERIVED),
        EGMETHOD=constant(METHOD),
        VISIT=visit("eg.VISIT"),
        EGDTC=date("eg.EGDAT", DMY, time="eg.EGTIM"),
    )
