"""Dates as people write them: parts left out, several patterns, times in the same column, what is none."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from il2cdisc.adam import derive_vars_dtm
from il2cdisc.base.dates import (
    DateKind,
    conflicting_patterns,
    day_of,
    earliest_day,
    is_iso,
    iso_date,
    iso_time,
    read_date,
)
from il2cdisc.base.problems import Address, Problems, Stopped
from il2cdisc.base.rowids import gathered_ids, numbered
from il2cdisc.cli import app
from il2cdisc.sdtm import dataset, date, mapped, number, subject, translated
from il2cdisc.sdtm.context import Context
from il2cdisc.sdtm.mapping import evaluate
from il2cdisc.spec.models import Codelist, Spec, Term
from il2cdisc.transport.xpt import read_xpt
from tests.conftest import without_displays

SECOND = Path(__file__).parents[1] / "second_trial"
DMY, MDY, YMD, DMONY = "dd/mm/yyyy", "mm/dd/yyyy", "yyyy-mm-dd", "dd-mon-yyyy"
PATTERNS = (
    *(DMY, MDY, YMD, DMONY, "dd mon yyyy", "ddmonyyyy", "yyyymmdd", "dd.mm.yyyy"),
    *("yyyy-mm-dd hh:mm:ss", "dd/mm/yyyy hh:mm", "ddmonyyyy:hh:mm:ss", "yyyymmdd hhmm", "dd-mon-yyyyThh:mm"),
)


# --- 1: partial by omission


@pytest.mark.parametrize(
    ("text", "pattern", "iso", "said"),
    [
        ("2003", MDY, "2003", "day and month missing"),
        ("09/2013", MDY, "2013-09", "day missing"),
        ("2013", YMD, "2013", "day and month missing"),
        ("2013-09", YMD, "2013-09", "day missing"),
        ("Sep-2013", MDY, "2013-09", "day missing"),
        ("2014-01-03T10:00", MDY, "2014-01-03T10:00", ""),
        # others of the kind
        ("2014-01-03", DMY, "2014-01-03", ""),
        ("2014-01", DMONY, "2014-01", "day missing"),
        ("September 2013", DMY, "2013-09", "day missing"),
        ("9.2013", "dd.mm.yyyy", "2013-09", "day missing"),
        ("2013/09", "yyyy/mm/dd", "2013-09", "day missing"),
        ("UN-UNK-2013", DMONY, "2013", "day and month missing"),
        ("/02/2024", DMY, "2024-02", "day missing"),
        ("UN/02/2024", DMY, "2024-02", "day missing"),
        ("15/UNK/2022", DMY, "2022---15", "month missing"),
        ("2022---15", DMY, "2022---15", "month missing"),
        ("UNK/UNK/2022 UN:UN", "dd/mm/yyyy hh:mm", "2022", "day and month missing"),
        ("4 March 2022", "dd mon yyyy", "2022-03-04", ""),
    ],
)
def test_1_parts_may_be_left_out(text: str, pattern: str, iso: str, said: str) -> None:
    found = read_date(text, pattern)
    assert (found.iso, found.said) == (iso, said)
    assert found.kind is (DateKind.PARTIAL if said else DateKind.COMPLETE)
    assert is_iso(found.iso)


@pytest.mark.parametrize(
    ("text", "pattern", "said"),
    [
        ("31/06/2024", DMY, "does not exist"),
        ("24-JAN-0000", DMONY, "does not exist"),
        ("0000", DMY, "does not exist"),
        ("13/2022", DMY, "does not exist"),
        ("2022-02-30", DMY, "does not exist"),
        ("UNK/UNK/UNK", DMY, "has no year"),
        ("04/XYZ/2022", DMY, "has 'XYZ' in the place of a month"),
        ("04/03/22", DMY, "is not written as dd/mm/yyyy"),
        ("04/03/2022", DMONY, "is not written as dd-mon-yyyy"),
        # tails
        ("2022-03-04junk", YMD, "is not written as yyyy-mm-dd"),
        ("2022-03-041", YMD, "is not written as yyyy-mm-dd"),
        ("2022-03-04 junk", YMD, "is not written as yyyy-mm-dd"),
        ("04/03/2022?", DMY, "is not written as dd/mm/yyyy"),
        ("2022-03T10:00", YMD, "is not written as yyyy-mm-dd"),
        ("\u0660\u0664/03/2022", DMY, "is not written as dd/mm/yyyy"),
    ],
)
def test_1_and_6_what_is_no_date(text: str, pattern: str, said: str) -> None:
    assert read_date(text, pattern) == read_date.__wrapped__(text, pattern)
    assert (read_date(text, pattern).kind, read_date(text, pattern).said) == (DateKind.INVALID, said)
    with pytest.raises(ValueError, match=r"does not exist|no year|place of|not written"):
        iso_date(text, pattern)


# --- 1: several patterns of one column


def test_1_several_patterns_read_what_each_of_them_reads() -> None:
    both = [DMY, DMONY]
    assert conflicting_patterns(*both) is None
    assert iso_date("04/03/2022", both) == iso_date("04-MAR-2022", both) == "2022-03-04"
    assert read_date("4.3.2022", *both).said == "is not written as dd/mm/yyyy or dd-mon-yyyy"


@pytest.mark.parametrize(
    ("one", "two", "text"),
    [(DMY, MDY, "02/01/1011"), ("ddmmyyyy", "yyyymmdd", "01011011"), (YMD, "yyyy-dd-mm", "1011-01-02")],
)
def test_1_patterns_that_contradict_each_other(one: str, two: str, text: str) -> None:
    assert conflicting_patterns(one, two) == (one, two, text)
    assert read_date(text, one).iso != read_date(text, two).iso


@pytest.mark.parametrize(
    "pattern",
    ["d/m/yyyy", "dd/mm/yy", "dd/mm", "dd/mm/yyyy hh", "soon", "", "dd/dd/yyyy", "yyyy-mm-dd hh:ss"],
)
def test_1_a_pattern_that_is_none(pattern: str) -> None:
    if pattern == "dd/mm/yyyy hh":  # an hour alone is one
        assert iso_date("04/03/2022 10", pattern) == "2022-03-04T10"
        return
    with pytest.raises(ValueError, match=r"has|does not"):
        read_date("04/03/2022", pattern)


# --- 6: date and time in one column; tails


@pytest.mark.parametrize(
    ("text", "pattern", "iso"),
    [
        ("2024-03-01 14:30:00", YMD, "2024-03-01T14:30:00"),  # SPSS date-time keeps its time
        ("2024-03-01 00:00:00", YMD, "2024-03-01"),  # midnight of a date cell says nothing
        ("2024-03-01 00:00:00.000", YMD, "2024-03-01"),
        ("2024-03-01 00:00:00", "yyyy-mm-dd hh:mm:ss", "2024-03-01T00:00:00"),
        ("04/03/2022 8:30", "dd/mm/yyyy hh:mm", "2022-03-04T08:30"),
        ("04/03/2022 08:30:15", "dd/mm/yyyy hh:mm", "2022-03-04T08:30:15"),
        ("04/03/2022", "dd/mm/yyyy hh:mm", "2022-03-04"),
        ("04/03/2022 UN:UN", "dd/mm/yyyy hh:mm", "2022-03-04"),
        ("04/03/2022 10:UN", "dd/mm/yyyy hh:mm", "2022-03-04T10"),
        ("04MAR2022:08:30:00", "ddmonyyyy:hh:mm:ss", "2022-03-04T08:30:00"),
        ("20220304 0830", "yyyymmdd hhmm", "2022-03-04T08:30"),
    ],
)
def test_6_a_time_in_the_same_column_stays(text: str, pattern: str, iso: str) -> None:
    assert read_date(text, pattern).iso == iso
    assert day_of(text, pattern) == iso[:10]


@pytest.mark.parametrize("time", ["24:00", "25:00", "8:5", "0830", "08:30 PM", "10:00:61", "soon"])
def test_6_a_time_that_is_none_is_told_and_the_date_stays(time: str) -> None:
    assert read_date("04/03/2022 25:00", DMY).kind is DateKind.NO_TIME
    found = read_date(f"04/03/2022 {time}", "dd/mm/yyyy hh:mm")
    assert (found.kind, found.iso) == (DateKind.NO_TIME, "2022-03-04")
    with pytest.raises(ValueError, match="is not a time of day"):
        iso_time(time)


def test_6_an_offset_is_neither_dropped_nor_kept() -> None:
    found = read_date("2014-01-03T10:00+02:00", YMD)
    assert (found.kind, found.iso) == (DateKind.NO_TIME, "2014-01-03")


# --- 7: second 61 and year 0000


@pytest.mark.parametrize("text", ["2022-03-04T10:00:61", "0000-01-01", "0000", "2022-03-04T10:60", "2022-13"])
def test_7_second_61_and_year_0000_are_none(text: str) -> None:
    assert not is_iso(text)


def test_7_adam_has_the_same_grammar() -> None:
    dates = pd.DataFrame({"DTC": ["1960-01-01T00:01", "1960-01-01T00:00:61", "1960-01-01"]}).astype("str")
    assert derive_vars_dtm(dates, prefix="A", dtc="DTC")["ADTM"].fillna(-1).tolist() == [60.0, -1.0, -1.0]


# --- properties


@given(st.text(max_size=25), st.sampled_from(PATTERNS))
def test_any_text_is_read(text: str, pattern: str) -> None:
    found = read_date(text, pattern)
    assert (found.iso == "") == (found.kind is DateKind.INVALID)
    assert found.iso == "" or (is_iso(found.iso) and earliest_day(found.iso))


@given(st.from_regex(r"[0-9A-Za-z/:. T?\-]{0,20}", fullmatch=True), st.sampled_from(PATTERNS))
def test_texts_that_look_like_dates(text: str, pattern: str) -> None:
    found = read_date(text, pattern)
    assert found.iso == "" or is_iso(found.iso)


@given(st.dates(dt.date(1, 1, 1)), st.times(), st.sampled_from(PATTERNS))
def test_a_date_comes_back_as_it_was_written(day: dt.date, clock: dt.time, pattern: str) -> None:
    month = day.strftime("%b")
    head, hour, tail = pattern.partition("hh")
    tokens = {"yyyy": f"{day.year:04d}", "mon": month, "dd": f"{day.day:02d}", "mm": f"{day.month:02d}"}
    for token, value in tokens.items():
        head = head.replace(token, value)
    times = {"mm": f"{clock.minute:02d}", "ss": f"{clock.second:02d}"}
    for token, value in times.items():
        tail = tail.replace(token, value)
    text = head + (f"{clock.hour:02d}" + tail if hour else "")
    time = f"T{clock.hour:02d}:{clock.minute:02d}" + (f":{clock.second:02d}" if "ss" in pattern else "")
    assert iso_date(text, pattern) == day.isoformat() + (time if hour else "")
    assert iso_date(day.isoformat(), pattern) == day.isoformat()
    assert iso_date(day.isoformat()[:7], pattern) == day.isoformat()[:7]


@given(
    st.from_regex(r"[0-9]{1,4}[/. -][0-9A-Z]{1,3}[/. -][0-9]{1,4}", fullmatch=True),
    st.sampled_from(PATTERNS),
    st.sampled_from(PATTERNS),
)
def test_patterns_without_conflict_never_disagree(text: str, one: str, two: str) -> None:
    if conflicting_patterns(*sorted({one, two})) is None:
        assert len({read_date(text, pattern).iso for pattern in (one, two)} - {""}) <= 1


# --- 2: rows of several raw lines


def gathered_form() -> tuple[pd.DataFrame, Context, Problems]:
    """Subjects of a form whose row ids are gathered: of each one death date of two raw lines."""
    raw = pd.DataFrame(
        {
            "USUBJID": ["S1", "S1", "S2", "S2", "S3"],
            "x.DTH": [None, "UN/02/2024", None, "24/01/0000", "01/03/2024"],
            "x.N": [None, "five", None, "1", "2"],
            "x.IT": [None, "morte", None, "morte", "morte"],
        }
    ).astype("str")
    rows = numbered(raw, "x")
    ids = gathered_ids(rows["@x"], rows["USUBJID"])
    frame = rows.groupby("USUBJID").last().reset_index()
    frame["@x"] = ids.reindex(frame["USUBJID"]).array
    frame["x.EN"] = pd.Series(index=frame.index, dtype="str")
    problems = Problems()
    sev = Codelist(id="SEV", terms=(Term(value="DEATH"),), extensible=True)
    spec = Spec(shown="s", standard="SDTM", define={}, datasets={}, codelists={"SEV": sev})

    def address(form: str, row: int, column: str) -> Address:
        return Address(file=f"raw/{form}.csv", line=row + 2, column=column)

    return frame, Context(spec, problems, address), problems


def test_2_a_partial_date_of_several_raw_lines_is_reported_at_its_lines() -> None:
    frame, context, problems = gathered_form()
    made = evaluate(dataset("DM", frame, USUBJID=subject(), DTHDTC=date("x.DTH", DMY)), context)
    assert made.frame["DTHDTC"].fillna("").tolist() == ["2024-02", "", "2024-03-01"]
    assert made.supplemental["DTHDTOR"].fillna("").tolist() == ["UN/02/2024", "24/01/0000", ""]
    told = {p.code: (p.what, [str(place) for place in p.records]) for p in problems.items}
    assert told == {
        "MAP103": ("day missing in 'UN/02/2024'; DTHDTC = 2024-02", ["raw/x.csv:2 DTH", "raw/x.csv:3 DTH"]),
        "MAP102": (
            "'24/01/0000' does not exist; DTHDTC set to missing, text kept in SUPPDM",
            ["raw/x.csv:4 DTH", "raw/x.csv:5 DTH"],
        ),
    }


@pytest.mark.parametrize(
    ("column", "code"),
    [
        (number("x.N"), "MAP106"),
        (mapped("x.IT", codelist="SEV"), "MAP101"),
        (translated("x.EN", original="x.IT"), "MAP105"),
        (date("x.DTH", DMY, time="x.N"), "MAP104"),
    ],
)
def test_2_every_verb_that_reports_takes_rows_of_several_lines(column: Any, code: str) -> None:
    frame, context, problems = gathered_form()
    evaluate(dataset("DM", frame, USUBJID=subject(), X=column), context)
    told = [p for p in problems.items if p.code == code]
    assert told
    assert all(p.where.line for p in told)


def test_1_two_patterns_that_contradict_each_other_stop_at_the_module() -> None:
    frame, context, _ = gathered_form()
    with pytest.raises(Stopped) as stopped:
        evaluate(dataset("DM", frame.iloc[:0], DTHDTC=date("x.DTH", [DMY, MDY])), context)
    assert str(stopped.value).startswith(
        "MAP144 mappings/sdtm/dm.py DTHDTC: dd/mm/yyyy and mm/dd/yyyy read '02/01/1011' differently"
    )


def test_1_a_time_of_its_own_column_and_one_in_the_date() -> None:
    frame = numbered(
        pd.DataFrame(
            {
                "USUBJID": ["S1"] * 4,
                "x.D": ["04/03/2022", "2022-03-04T08:30", "2022-03-04T08:30", "UN/03/2022"],
                "x.T": ["8:30", "08:30:00", "09:00", "9:00"],
            }
        ).astype("str"),
        "x",
    )
    _, context, problems = gathered_form()
    made = evaluate(dataset("LB", frame, LBDTC=date("x.D", DMY, time="x.T")), context)
    assert made.frame["LBDTC"].tolist() == [
        "2022-03-04T08:30",
        "2022-03-04T08:30",
        "2022-03-04T08:30",
        "2022-03",
    ]
    assert [(p.code, p.what) for p in problems.items if p.code == "MAP104"] == [
        ("MAP104", "'09:00' is not the time that is given with the date; LBDTC has the latter")
    ]


# --- through the command


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the second trial with dates of its events damaged, and a dose timed as the laboratory is."""
    folder = tmp_path_factory.mktemp("dates") / "trial"
    hide = shutil.ignore_patterns("__pycache__", "__snapshots__", "test_*", "conftest.py")
    without_displays(shutil.copytree(SECOND, folder, ignore=hide))
    events = folder / "raw" / "site" / "events.txt"
    lines = [line.split("|") for line in events.read_text("utf-8").splitlines()]
    starts = ("Jan-2024", "2024", "2024-03-01T10:00", "24-FEB-0000", "18-FEB-2024junk", "2024-02")
    for row, start in enumerate(starts, start=1):
        lines[row][5] = start
    events.write_text("\n".join("|".join(fields) for fields in lines) + "\n", "utf-8")
    for file, line, old, new in (
        ("site/dispensed.tsv", 2, "5001\tPK900\t10 mg\t22-JAN-2024", "5001\tPK900\t10 mg\t2024-01-22T08:10"),
        *(("lab/results.txt", line, "01/22/2024\t08:00", "01/22/2024\t08:10") for line in range(7, 12)),
    ):
        path = folder / "raw" / file
        rows = path.read_text("cp1252").split("\n")
        assert rows[line - 1].count(old) == 1
        rows[line - 1] = rows[line - 1].replace(old, new)
        path.write_text("\n".join(rows), "cp1252")
    return folder


@pytest.fixture(scope="module")
def outputs(trial: Path) -> Path:
    done = CliRunner().invoke(app, ["build", "--trial", str(trial), "--out", str(trial / "outputs")])
    assert done.exit_code == 0, done.output
    return trial / "outputs"


def found_in(outputs: Path, *codes: str) -> list[dict[str, Any]]:
    found = json.loads((outputs / "checks" / "findings.json").read_text())["findings"]
    return [item for item in found if item["code"] in codes]


def test_1_the_build_keeps_partial_dates_and_reports_the_others(trial: Path, outputs: Path) -> None:
    ae = read_xpt(outputs / "sdtm" / "ae.xpt").frame.astype("str").fillna("")
    by_event = ae.set_index(ae["USUBJID"].str[-4:] + ae["AETERM"])["AESTDTC"].to_dict()
    events = (trial / "raw" / "site" / "events.txt").read_text("utf-8").splitlines()[1:7]
    terms = [line.split("|")[0] + line.split("|")[2] for line in events]
    made = [by_event[term] for term in terms]
    assert made == ["2024-01", "2024", "2024-03-01T10:00", "", "", "2024-02"]
    told = {item["where"]: item["what"] for item in found_in(outputs, "MAP102", "MAP103")}
    file = "raw/site/events.txt"
    assert told[f"{file}:2 began_on"] == "day missing in 'Jan-2024'; AESTDTC = 2024-01"
    assert told[f"{file}:5 began_on"] == (
        "'24-FEB-0000' does not exist; AESTDTC set to missing, text kept in SUPPAE"
    )
    assert told[f"{file}:6 began_on"].startswith("'18-FEB-2024junk' is not written as dd-mon-yyyy")
    supp = read_xpt(outputs / "sdtm" / "suppae.xpt").frame
    kept = set(supp.loc[supp["QNAM"] == "AESTDTOR", "QVAL"])
    assert {"Jan-2024", "2024", "24-FEB-0000", "18-FEB-2024junk", "2024-02"} <= kept
    assert "2024-03-01T10:00" not in kept


def test_5_a_finding_at_the_minute_of_the_dose_without_a_plan_is_reported(outputs: Path) -> None:
    """It counts as after the dose: the baseline is the result before it."""
    (told,) = found_in(outputs, "MAP150")
    assert (told["where"], told["count"], told["out_of"]) == ("raw/lab/results.txt:7 drawn_on", 5, 295)
    assert [record["where"] for record in told["records"]] == [
        f"raw/lab/results.txt:{line} drawn_on" for line in range(7, 12)
    ]
    assert told["what"] == (
        "LBDTC is the time of the first dose, and nothing says which was first; it counts as after"
    )
    lb = read_xpt(outputs / "sdtm" / "lb.xpt").frame
    mine = lb[lb["USUBJID"].str.endswith("5001") & (lb["LBTESTCD"] == "HGB")].set_index("LBDTC")
    at = mine.loc["2024-01-22T08:10"]
    assert (at["EPOCH"], pd.isna(at["LBLOBXFL"])) == ("TREATMENT", True)
    assert mine["LBLOBXFL"].eq("Y").sum() == 1
    assert mine.loc["2024-01-08T07:45", "LBLOBXFL"] == "Y"


def test_1_spec_check_refuses_patterns_that_contradict_each_other(trial: Path) -> None:
    shared = trial / "mappings" / "common.py"
    before = shared.read_text("utf-8")
    shared.write_text(before.replace('"mm/dd/yyyy"', '("mm/dd/yyyy", "dd/mm/yyyy")'), "utf-8")
    done = CliRunner().invoke(app, ["spec", "check", "--trial", str(trial)])
    shared.write_text(before, "utf-8")
    assert done.exit_code == 2
    assert "MAP144 mappings/sdtm/lb.py LBDTC: mm/dd/yyyy and dd/mm/yyyy read" in " ".join(done.output.split())
