"""What the SDTM modules of this trial share: visits, results that are none, reasons for dropped columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pandas as pd

from il2cdisc.sdtm import (
    Column,
    day_of,
    decoded,
    derived,
    in_time,
    iso_date,
    join,
    over_distinct,
    part,
    prepared,
    recoded,
    stack,
    text_over_distinct,
    text_where,
)

DMY = "dd/mm/yyyy"
PLANNED = (1, 2, 3, 4, 5, 8, 15, 22, 29, 60)
VISITS = {
    "Screening": "SCREENING",
    **{f"Giorno {day}": f"DAY {day}" for day in PLANNED},
    "Uscita anticipata": "EARLY TERMINATION",
}
# planned visit → the number that unscheduled visits after it begin with
DAYS = {"Screening": 0.0, **{f"Giorno {day}": float(day) for day in PLANNED}}
UNSCHEDULED = re.compile(r"Non programmata \d+")
EVERY_VISIT = (*VISITS, "Non programmata 1", "Non programmata 2")
YES, NO = "S", "N"
YES_NO = {YES: True, NO: False}
# columns that every line of a form fills, whatever it answers
HEADER = ("SITENO", "SUBJID", "INITIALS", "VISIT", "COMPBY", "QRYSTAT", "RATER")
# what laboratories write in place of a result
NO_RESULT = {
    "ND": "NO RESULT FROM LABORATORY",
    "n.d.": "NO RESULT FROM LABORATORY",
    "999": "RESULT UNKNOWN",
}
# what the site writes in place of a result
NOT_MEASURED = {"ND": "NOT PERFORMED", "n.d.": "NOT PERFORMED", "999": "RESULT UNKNOWN"}
SPOILT = {"campione emolizzato": "SAMPLE HEMOLYZED", "campione coagulato": "SAMPLE CLOTTED"}
CONDITION = {"SAMPLE HEMOLYZED": "HEMOLYZED", "SAMPLE CLOTTED": "CLOTTED"}
_EVERYWHERE = {
    "SITENO": "the site is taken from the demography form",
    "SUBJID": "the subject is known by the link of the study's keys",
    "INITIALS": "names a person",
    "COMPBY": "who filled in the form: not for review",
    "QRYSTAT": "state of a query in the data capture system",
}


def administrative(form: str, *columns: str) -> dict[str, str]:
    """Reasons for the columns of a form that every form has and no dataset takes."""
    return {f"{form}.{column}": _EVERYWHERE[column] for column in columns}


def iso_or_none(text: str) -> str | None:
    """ISO 8601 of a complete date as the site writes it; None for a partial or impossible one."""
    return day_of(text, DMY)


def complete_dates(column: pd.Series) -> pd.Series:
    """ISO 8601 dates of a raw column of dates; missing where the date is not a whole and real one."""
    return text_over_distinct(column, iso_or_none)


def is_no_date(column: pd.Series) -> pd.Series:
    """True where a raw column of dates holds what is neither a date nor a part of one."""

    def unreadable(text: str) -> bool:
        try:
            iso_date(text, DMY)
        except ValueError:
            return True
        return False

    return over_distinct(column, unreadable).astype("boolean").fillna(False).astype("bool")


def given_doses(ec: pd.DataFrame, sv: pd.DataFrame) -> pd.DataFrame:
    """Injections that were given, those of a subject in their order, with the `day` of the visit.

    One whose date is partial or missing is put where its visit was.
    """
    given = injections_given(ec)
    visits = sv.loc[sv["VISIT"].notna(), ["USUBJID", "VISIT", "SVSTDTC"]].rename(columns={"SVSTDTC": "day"})
    visits = visits.drop_duplicates(["USUBJID", "VISIT"])
    given = join(given, visits, on={"USUBJID": "USUBJID", "VISIT": "VISIT"})
    given = given.assign(at=in_time(given["ECSTDTC"], instead=given["day"]))
    return given.sort_values(["USUBJID", "at"], kind="stable")


def visit_names(raw_sv: pd.DataFrame) -> pd.DataFrame:
    """USUBJID, raw visit and VISIT of the visits that the site calls unscheduled.

    An unscheduled visit is numbered after the last planned visit that took place before it:
    `UNSCHEDULED 8.1` is the first one after Day 8.
    """
    rows = pd.DataFrame(
        {
            "USUBJID": raw_sv["USUBJID"],
            "raw": raw_sv["sv.VISIT"],
            "date": complete_dates(raw_sv["sv.SVSTDAT"]),
            "unscheduled": raw_sv["sv.VISIT"].str.fullmatch(UNSCHEDULED.pattern).fillna(False).astype("bool"),
            "day": over_distinct(raw_sv["sv.VISIT"], DAYS.get).astype("float64").fillna(-1.0),
        }
    )
    # of two visits on a date the planned one comes first
    rows = rows[rows["date"].notna()].sort_values(["USUBJID", "date", "unscheduled", "raw"])
    rows["day"] = rows.groupby("USUBJID")["day"].cummax()
    last = rows[rows["unscheduled"] & (rows["day"] >= 0)].drop_duplicates(["USUBJID", "raw", "date"])
    count = last.groupby(["USUBJID", "day"]).cumcount() + 1
    names = "UNSCHEDULED " + last["day"].astype("int64").astype("str") + "." + count.astype("str")
    return last[["USUBJID", "raw"]].assign(VISIT=names.astype("str"))


def with_visit(rows: pd.DataFrame, source: str, raw_sv: pd.DataFrame) -> pd.DataFrame:
    """`rows` with a column `visit`: the name of the visit that the raw column `source` means."""
    planned = recoded(rows[source], VISITS)
    if (planned.isna() & rows[source].notna()).any():  # most forms have no visit to number
        keys = {"USUBJID": "USUBJID", source: "raw"}
        planned = planned.fillna(join(rows[list(keys)], visit_names(raw_sv), on=keys)["VISIT"])
    return rows.assign(visit=planned)


def visit(source: str) -> Column:
    """VISIT, of rows that have been through `with_visit`."""
    return prepared(
        "visit",
        sources=[source],
        rule="name of the visit; unscheduled visits numbered after the planned visit before them",
        origin="Assigned",
    )


def answered(
    forms: pd.DataFrame, question: str, *always: str, yes: str = YES, no: str = NO
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lines of a form that was done, and lines of one that was not, by the answer to `question`.

    A line with content was done, whatever the answer; `always` names what is no content: the columns that
    both kinds of lines fill, beside those of `HEADER`.
    """
    form = question.partition(".")[0]
    header = [f"{form}.{name}" for name in HEADER if f"{form}.{name}" in forms]
    done, not_done = part(
        forms,
        question,
        yes=yes,
        no=no,
        filled="yes",
        always=[*header, *(f"{form}.{name}" for name in always)],
    )
    return done, not_done


def with_reason(done: pd.DataFrame, not_done: pd.DataFrame, reason: str) -> pd.DataFrame:
    """Both, one below the other, with `not_done` and, where it holds, the raw column `reason` as `reason`."""
    nothing = pd.Series(index=done.index, dtype="str")
    return stack(
        done.assign(reason=nothing, not_done=pd.Series(False, index=done.index)),
        not_done.assign(reason=not_done[reason], not_done=pd.Series(True, index=not_done.index)),
    )


def at_visits(rows: pd.DataFrame, column: str, *visits: str) -> pd.Series:
    """True at the visits, as the site writes them, False at any other, missing where it is not known."""
    return decoded(rows, column, {name: name in visits for name in EVERY_VISIT})


def translations(raw_coding: pd.DataFrame, form: str) -> pd.DataFrame:
    """The coding of texts of one form."""
    branches = {name: name for name in ("AE", "CM", "MH", "DV", "CO", "PE", "EG", "SV", "DS")}
    parts = part(raw_coding, "coding.FORM", **branches)
    return dict(zip(branches, parts, strict=True))[form]


WITHOUT_RESULT = "the tube was drawn, and the laboratory's file has no line of it"


def tubes(raw_samples: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Tubes for flow cytometry, for cytokines, and for the biobank."""
    flow, cytokines, biobank = part(
        raw_samples, "samples.SAMPTYPE", flow="FLOW", cytokines="CYTO", biobank=("RNA", "SIERO")
    )
    return flow, cytokines, biobank


def drawn(samples: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tubes that were drawn, and those that were not."""
    return answered(samples, "samples.SAMPYN", "BARCODE", "SAMPTYPE", "SAMPREAS", "SAMPNOTE")


def phases(raw_ds: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lines of the disposition form on screening, and those on what came after it."""
    screening, later = part(raw_ds, "ds.DSPHASE", screening="SCREENING", later=("TRATTAMENTO", "STUDIO"))
    return screening, later


def randomised(screening: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lines of screening that led to randomisation, and those that ended before it, by a reason above all."""
    asked = ("DSREAS", "DSSPEC")
    form = [name for name in screening.columns if name.startswith("ds.")]
    always = [name for name in form if name.partition(".")[2] not in asked and name != "ds.DSCOMP"]
    done, ended = part(screening, "ds.DSCOMP", randomised=YES, ended=NO, filled="ended", always=always)
    return done, ended


def injections_given(ec: pd.DataFrame) -> pd.DataFrame:
    """Records of EC of injections that were given."""
    given, _ = part(ec, "ECOCCUR", given="Y", missed="N")
    return given


def result(value: pd.Series) -> pd.Series:
    """Results; missing where the laboratory wrote a word for none."""
    return value.where(~value.isin(list(NO_RESULT)))


def reason_without_result(value: pd.Series) -> pd.Series:
    """Why a field of the site has no result: its word for none, or nothing was written."""
    return recoded(value, NOT_MEASURED).mask(value.isna(), "RESULT MISSING")


def unknown_written_out(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The same rows with the code 999 in words, so that it is told and not taken for a number."""
    return rows.assign(**{name: rows[name].mask(rows[name] == "999", "999 (unknown)") for name in columns})


def in_english(
    rows: pd.DataFrame, source: str, raw_coding: pd.DataFrame, form: str
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """`rows` with translation and coding of the text in `source`; translations that no row has, by reason."""
    texts = translations(raw_coding, form)
    found = join(rows, texts, on={source: "coding.VERBATIM"})
    return found, {
        "translation of a text that no record has": texts[~texts["@coding"].isin(found["@coding"])]
    }


def status(column: str, *, sources: Sequence[str], of: str = "result") -> Column:
    """--STAT: NOT DONE where `column` of the rows is empty."""
    return derived(
        lambda rows: text_where("NOT DONE", rows[column].isna()),
        sources=sources,
        rule=f"NOT DONE without a {of}",
    )


def not_done(question: str) -> Column:
    """--STAT of the one record that stands for all tests of a form that was not done."""
    return derived(
        lambda rows: pd.Series("NOT DONE", index=rows.index, dtype="str"),
        sources=[question],
        rule="form not done",
    )


def at_end(domain: str, ongoing: str, reference: str) -> dict[str, Column]:
    """--ENRTPT and --ENTPT: ONGOING at a reference point when the raw column `ongoing` says so."""
    return {
        f"{domain}ENRTPT": derived(
            lambda rows: decoded(rows, ongoing, {YES: "ONGOING", NO: None}),
            sources=[ongoing],
            rule="ONGOING when the site says so",
            origin="Collected",
        ),
        f"{domain}ENTPT": derived(
            lambda rows: decoded(rows, ongoing, {YES: reference, NO: None}),
            sources=[ongoing],
            rule="the reference of ONGOING",
            origin="Assigned",
        ),
    }


def began_before(
    domain: str, reference: str, where: Callable[[pd.DataFrame], pd.Series], *sources: str
) -> dict[str, Column]:
    """--STRTPT and --STTPT: BEFORE a reference point, for the rows of `where`."""
    return {
        f"{domain}STRTPT": derived(
            lambda rows: text_where("BEFORE", where(rows)),
            sources=sources,
            rule=f"BEFORE: what is asked at {reference} began before it",
            origin="Assigned",
        ),
        f"{domain}STTPT": derived(
            lambda rows: text_where(reference, where(rows)),
            sources=sources,
            rule="the reference of BEFORE",
            origin="Assigned",
        ),
    }
