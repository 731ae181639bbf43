"""QS: Beck Depression Inventory-II, CGI, C-SSRS and FAST, items and totals as collected."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    by_field,
    constant,
    dataset,
    date,
    gather,
    mapped,
    part,
    prepared,
    stack,
    subject,
)
from mappings.common import DMY, administrative, answered, at_visits, status, visit, with_reason, with_visit

BDI = {f"bdi.BD{item:02d}": f"BDI2{item:02d}" for item in range(1, 22)} | {"bdi.BDTOT": "BDI222"}
CGI = {"cgi.CGISEV": "CGI0201", "cgi.CGIIMP": "CGI0203"}
FAST = {f"fast.FAST{item:02d}": f"FAST{item:02d}" for item in range(1, 25)} | {"fast.FASTTOT": "FASTTOT"}
# items of both versions of the suicidality scale, by their number in terminology
CSSRS = {
    **{f"cssrs.CSID{item}": f"{item:02d}" for item in range(1, 6)},
    "cssrs.CSIDMAX": "06",
    **{f"cssrs.CSBE{item}": code for item, code in enumerate(("12", "15", "17", "19", "20"), start=1)},
}
FIRST_VISIT = "Giorno 1"
# what the questions of an instrument are about: an ISO 8601 duration, or a text where there is none
FORTNIGHT, FIFTEEN_DAYS = "-P2W", "-P15D"
LIFETIME, SINCE_LAST_VISIT = "LIFETIME", "SINCE LAST VISIT"
ADMINISTRATIVE = ("SITENO", "SUBJID", "COMPBY", "QRYSTAT")


def qs(
    raw_bdi: pd.DataFrame,
    raw_cgi: pd.DataFrame,
    raw_cssrs: pd.DataFrame,
    raw_fast: pd.DataFrame,
    raw_sv: pd.DataFrame,
) -> Mapped:
    """Questionnaires: one record per question per visit per subject."""
    rated = answered(with_visit(raw_cgi, "cgi.VISIT", raw_sv), "cgi.CGIYN", "CGIREAS", "CGIDAT")
    impression = gather(with_reason(*rated, "cgi.CGIREAS"), fields=list(CGI))
    # improvement is not asked at the first visit
    first = at_visits(impression, "cgi.VISIT", FIRST_VISIT).fillna(False)
    not_asked = first & (impression["field"] == "cgi.CGIIMP") & impression["value"].isna()
    impression = impression[~not_asked]
    return stack(
        questionnaire(
            gather(inventory(with_visit(raw_bdi, "bdi.VISIT", raw_sv)), fields=list(BDI)),
            BDI,
            "BECK DEPRESSION INVENTORY-II",
            done="bdi.BDYN",
            reason="bdi.BDREAS",
            when="bdi.BDDAT",
            interval=FORTNIGHT,
            time="bdi.BDTIM",
            dropped=administrative("bdi", "SUBJID"),
        ),
        questionnaire(
            impression,
            CGI,
            "CGI",
            done="cgi.CGIYN",
            reason="cgi.CGIREAS",
            when="cgi.CGIDAT",
            dropped=administrative("cgi", *ADMINISTRATIVE),
        ),
        suicidality(with_visit(raw_cssrs, "cssrs.VISIT", raw_sv)),
        questionnaire(
            gather(functioning(with_visit(raw_fast, "fast.VISIT", raw_sv)), fields=list(FAST)),
            FAST,
            "FUNCTIONING ASSESSMENT SHORT TEST",
            done="fast.FASTYN",
            reason="fast.FASTREAS",
            when="fast.FASTDAT",
            interval=FIFTEEN_DAYS,
            dropped=administrative("fast", *ADMINISTRATIVE),
        ),
    )


def suicidality(forms: pd.DataFrame) -> Mapped:
    """Both versions of the suicidality scale."""
    rated = answered(forms, "cssrs.CSYN", "CSVERS", "CSREASND", "CSDAT")
    rows = with_reason(*rated, "cssrs.CSREASND")
    baseline, later = part(rows, "cssrs.CSVERS", baseline="BASELINE", later="DALL'ULTIMA VISITA")
    return stack(
        suicidality_scale(gather(baseline, fields=list(CSSRS)), "CSS01", "C-SSRS BASELINE", LIFETIME),
        suicidality_scale(
            gather(later, fields=list(CSSRS)), "CSS02", "C-SSRS SINCE LAST VISIT", SINCE_LAST_VISIT
        ),
    )


def suicidality_scale(rows: pd.DataFrame, prefix: str, category: str, period: str) -> Mapped:
    """One version of the suicidality scale; its items are answered with yes or no."""
    return questionnaire(
        rows,
        {field: prefix + number for field, number in CSSRS.items()},
        category,
        done="cssrs.CSYN",
        reason="cssrs.CSREASND",
        when="cssrs.CSDAT",
        period=period,
        dropped={
            **administrative("cssrs", *ADMINISTRATIVE),
            "cssrs.CSVERS": "QSCAT and the codes of the items tell the version",
        },
    )


def questionnaire(
    rows: pd.DataFrame,
    tests: dict[str, str],
    category: str,
    *,
    done: str,
    reason: str,
    when: str,
    dropped: dict[str, str],
    time: str = "",
    interval: str = "",
    period: str = "",
) -> Mapped:
    """One questionnaire, gathered.

    `done`: the column that says whether it was, `reason`: why not. `interval`: the time that its questions
    are about as an ISO 8601 duration, or `period` in words.
    """
    form = done.partition(".")[0]
    rows = rows.assign(score=rows["value"].replace({"S": "Y"}), reason=reason_not_rated(rows))
    return dataset(
        "QS",
        rows,
        USUBJID=subject(),
        QSTESTCD=by_field(tests),
        QSCAT=constant(category),
        QSORRES=prepared(
            "score",
            sources=list(tests),
            rule="as collected; yes is written Y",
            origin=Origin.COLLECTED,
        ),
        QSSTAT=status("value", sources=list(tests), of="score"),
        QSREASND=mapped("reason", codelist="REASND", sources=[done, reason], origin=Origin.DERIVED),
        VISIT=visit(f"{form}.VISIT"),
        QSDTC=date(when, DMY, time=time),
        dropped=dropped,
        **({"QSEVLINT": constant(interval)} if interval else {}),
        **({"QSEVINTX": constant(period)} if period else {}),
    )


def inventory(raw_bdi: pd.DataFrame) -> pd.DataFrame:
    """The depression inventory with the reason of forms that were not filled in."""
    forms = answered(raw_bdi, "bdi.BDYN", "BDREAS", "BDDAT", "BDTIM", yes="1", no="0")
    return with_reason(*forms, "bdi.BDREAS")


def functioning(raw_fast: pd.DataFrame) -> pd.DataFrame:
    """The functioning test with the reason of forms that were not filled in."""
    return with_reason(*answered(raw_fast, "fast.FASTYN", "FASTREAS", "FASTDAT"), "fast.FASTREAS")


def reason_not_rated(rows: pd.DataFrame) -> pd.Series:
    """Why a field has no score: the reason of a form that was not done, else ITEM NOT RATED."""
    text = pd.Series("ITEM NOT RATED", index=rows.index, dtype="str")
    return text.mask(rows["not_done"], rows["reason"]).where(rows["value"].isna())
