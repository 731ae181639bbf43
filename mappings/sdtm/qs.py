"""QS: Clinical Global Impression and Beck Depression Inventory-II, items and total as collected."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.origins import Origin
from il2cdisc.sdtm import (
    Mapped,
    by_field,
    constant,
    dataset,
    date,
    derived,
    gather,
    gathered,
    mapped,
    part,
    stack,
    subject,
)
from mappings.common import DMY, administrative, status, visit, with_visit

BDI = {f"bdi.BD{item:02d}": f"BDI2{item:02d}" for item in range(1, 22)} | {"bdi.BDTOT": "BDI222"}
CGI = {"cgi.CGISEV": "CGI0201", "cgi.CGIIMP": "CGI0203"}
FIRST_VISIT = "Giorno 1"


def qs(raw_bdi: pd.DataFrame, raw_cgi: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """Questionnaires: one record per question per visit per subject."""
    return stack(inventory(raw_bdi, raw_sv), impression(raw_cgi, raw_sv))


def inventory(raw_bdi: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """The self-rated inventory."""
    rows = gather(with_visit(raw_bdi, "bdi.VISIT", raw_sv), fields=list(BDI))
    rows = rows.assign(reason=reason_not_rated(rows, "bdi.BDYN", "0", "bdi.BDREAS"))
    return dataset(
        "QS",
        rows,
        USUBJID=subject(),
        QSTESTCD=by_field(BDI),
        QSCAT=constant("BECK DEPRESSION INVENTORY-II"),
        QSORRES=gathered(),
        QSSTAT=derived(
            lambda f: status(f["value"].notna()), sources=list(BDI), rule="NOT DONE without a score"
        ),
        QSREASND=mapped(
            "reason", codelist="REASND", sources=["bdi.BDYN", "bdi.BDREAS"], origin=Origin.DERIVED
        ),
        VISIT=visit("bdi.VISIT"),
        QSDTC=date("bdi.BDDAT", DMY, time="bdi.BDTIM"),
        dropped=administrative("bdi", "SUBJID"),
    )


def impression(raw_cgi: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """The impression of the clinician; improvement is not asked at the first visit."""
    rows = gather(with_visit(raw_cgi, "cgi.VISIT", raw_sv), fields=list(CGI))
    first = (rows["field"] == "cgi.CGIIMP") & (rows["cgi.VISIT"] == FIRST_VISIT) & rows["value"].isna()
    rows, _ = part(rows, ~first)
    rows = rows.assign(reason=reason_not_rated(rows, "cgi.CGIYN", "N", "cgi.CGIREAS"))
    return dataset(
        "QS",
        rows,
        USUBJID=subject(),
        QSTESTCD=by_field(CGI),
        QSCAT=constant("CGI"),
        QSORRES=gathered(),
        QSSTAT=derived(
            lambda f: status(f["value"].notna()), sources=list(CGI), rule="NOT DONE without a score"
        ),
        QSREASND=mapped(
            "reason", codelist="REASND", sources=["cgi.CGIYN", "cgi.CGIREAS"], origin=Origin.DERIVED
        ),
        VISIT=visit("cgi.VISIT"),
        QSDTC=date("cgi.CGIDAT", DMY),
        dropped=administrative("cgi", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
    )


def reason_not_rated(rows: pd.DataFrame, asked: str, no: str, reason: str) -> pd.Series:
    """Why a field has no score: the reason of a form that was not done, else ITEM NOT RATED."""
    text = pd.Series("ITEM NOT RATED", index=rows.index, dtype="str")
    return text.mask(rows[asked] == no, rows[reason]).where(rows["value"].isna())
