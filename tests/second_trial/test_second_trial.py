"""A second trial needs no change to the engine: other arms, visits, keys, names, dates, units, language."""

from __future__ import annotations

import hashlib
import inspect
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from il2cdisc.base.problems import Problems, Stopped
from il2cdisc.run.build import Asked, build
from il2cdisc.run.make import make
from il2cdisc.run.part import part_of
from il2cdisc.run.stages import LastStage
from il2cdisc.run.survey import make_plan
from il2cdisc.study import load_study

TRIAL = Path(__file__).parent
ROOT = TRIAL.parents[1]
SDTM = {"ae", "dm", "ds", "ex", "lb", "se", "suppae", "supplb", "sv", "ta", "te", "tv"}
ADAM = {"adae", "adlb", "adsl"}
Read = Callable[[str], pd.DataFrame]


def raw(name: str, delimiter: str, encoding: str = "utf-8") -> pd.DataFrame:
    return pd.read_csv(TRIAL / "raw" / name, sep=delimiter, dtype=str, encoding=encoding)


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def row(frame: pd.DataFrame, **wanted: object) -> pd.Series:
    """The one row that has the wanted values."""
    found = frame
    for name, value in wanted.items():
        found = found[found[name] == value]
    assert len(found) == 1, f"{len(found)} rows of {wanted}"
    return found.iloc[0]


def test_every_dataset_is_there_with_rows(second: Path) -> None:
    assert {p.stem for p in (second / "sdtm").glob("*.xpt")} == SDTM
    assert {p.stem for p in (second / "adam").glob("*.xpt")} == ADAM
    for path in second.glob("*/*.xpt"):
        frame, meta = pyreadstat.read_xport(path)
        assert len(frame) > 0, path.name
        assert all(meta.column_labels), path.name


def test_patients_by_arm(read: Read) -> None:
    dm, adsl = read("dm"), read("adsl")
    assert len(dm) == len(adsl) == 18
    assert dm["USUBJID"].iloc[0] == "SYN-ROSE3.DE7.5001"
    assert dm["ARMCD"].value_counts().to_dict() == {"F10": 5, "F40": 5, "PLN": 5}
    assert dm["ACTARMCD"].value_counts().to_dict() == {"F40": 6, "F10": 4, "PLN": 4}
    reasons = {"SCREEN FAILURE": 2, "NOT ASSIGNED": 1, "ASSIGNED, NOT TREATED": 1}
    assert dm["ARMNRS"].value_counts().to_dict() == reasons
    # CG0529: allocated and never treated, the end of participation; no first day
    untreated = row(dm, ARMNRS="ASSIGNED, NOT TREATED")
    assert untreated["RFENDTC"] == untreated["RFPENDTC"]
    assert pd.isna(untreated["RFSTDTC"])
    assert dm.loc[dm["ARMNRS"].isin(["SCREEN FAILURE", "NOT ASSIGNED"]), "RFENDTC"].isna().all()
    # allocated to 10 mg, given the packs of 40 mg
    wrong = row(adsl, patient="5008")
    assert (wrong["TRT01P"], wrong["TRT01A"]) == ("Fictamol 10 mg", "Fictamol 40 mg")
    assert (adsl["SAFFL"] == "Y").sum() == 14
    assert (adsl["ITTFL"] == "Y").sum() == 15
    # born on 17 February 1961, consent on 8 January 2024
    assert row(dm, patient="5001")["AGE"] == 62


def test_elements_and_epochs_of_three_arms(read: Read) -> None:
    assert len(read("ta")) == 12
    assert read("te")["ETCD"].tolist() == ["POSTTAB", "RUNIN", "SCR", "TRTF10", "TRTF40", "TRTPLN"]
    of_one = read("se")[read("se")["patient"] == "5001"]
    assert of_one["ETCD"].tolist() == ["SCR", "RUNIN", "TRTF10", "POSTTAB"]
    assert of_one["SESTDTC"].tolist() == ["2024-01-08", "2024-01-14", "2024-01-22", "2024-04-16"]
    assert of_one["EPOCH"].tolist() == ["SCREENING", "RUN-IN", "TREATMENT", "FOLLOW-UP"]
    # the elements are those of the tablets taken, not of the allocation
    assert "TRTF40" in read("se")[read("se")["patient"] == "5008"]["ETCD"].tolist()
    assert len(read("se")[read("se")["patient"] == "5004"]) == 1


def test_visits_in_weeks_and_one_between(read: Read) -> None:
    visits = read("sv")[read("sv")["patient"] == "5002"]
    assert visits["VISIT"].tolist() == [
        "SCREENING", "WEEK 0", "WEEK 2", "WEEK 4", "EXTRA VISIT 14.1", "WEEK 8", "WEEK 12", "WEEK 16",
    ]  # fmt: skip
    assert visits["VISITNUM"].tolist() == [1, 10, 12, 14, 14.1, 18, 22, 26]
    assert visits["VISITDY"].dropna().tolist() == [-14, 1, 15, 29, 57, 85, 113]
    extra = row(read("lb"), patient="5002", VISIT="EXTRA VISIT 14.1", LBTESTCD="HGB")
    assert extra["VISITNUM"] == 14.1


def test_study_days(read: Read) -> None:
    # first tablet on 22 January 2024
    ae = read("ae")
    assert row(ae, patient="5001", AESPID="1")["AESTDY"] == 3
    assert row(ae, patient="5001", AESPID="2")["AESTDY"] == -5
    assert row(read("ds"), patient="5001", DSDECOD="INFORMED CONSENT OBTAINED")["DSSTDY"] == -14


def test_laboratory_lines_in_standard_units(read: Read) -> None:
    lb = read("lb")
    lines = raw("lab/results.txt", "\t", "cp1252")
    assert len(lb) == len(lines)
    assert (lb.groupby("LBTESTCD")["LBSTRESU"].nunique() == 1).all()
    day = {"patient": "6001", "VISIT": "WEEK 0"}
    haemoglobin = row(lb, LBTESTCD="HGB", **day)
    assert (haemoglobin["LBORRES"], haemoglobin["LBORRESU"]) == ("14.3", "g/dL")
    assert (haemoglobin["LBSTRESN"], haemoglobin["LBSTRESU"]) == (143, "g/L")
    assert (haemoglobin["LBSTNRLO"], haemoglobin["LBSTNRHI"]) == (120, 165)
    # 04/12/2024 of the laboratory is 12 April, the day of the first tablet
    assert haemoglobin["LBDTC"].startswith("2024-04-12T")
    assert (haemoglobin["LBDY"], haemoglobin["LBLOBXFL"], haemoglobin["LBNRIND"]) == (1, "Y", "NORMAL")
    glucose, creatinine = row(lb, LBTESTCD="GLUC", **day), row(lb, LBTESTCD="CREAT", **day)
    assert (glucose["LBSTRESC"], creatinine["LBSTRESC"]) == ("5.0", "97")
    assert (creatinine["LBSTNRLO"], creatinine["LBNRIND"]) == (60, "NORMAL")  # men, of the workbook
    below = row(lb, LBTESTCD="ALT", **day)
    assert below["LBSTRESC"] == "<5"
    assert pd.isna(below["LBSTRESN"])
    low, high = (row(lb, patient="5001", VISIT="WEEK 4", LBTESTCD=test) for test in ("HGB", "ALT"))
    assert (low["LBNRIND"], high["LBNRIND"]) == ("LOW", "HIGH")
    spoilt = row(lb, patient="6004", VISIT="WEEK 4", LBTESTCD="GLUC")
    assert (spoilt["LBSTAT"], spoilt["LBREASND"]) == ("NOT DONE", "SPECIMEN HAEMOLYSED")
    adlb = row(read("adlb"), patient="6001", VISIT="WEEK 0", PARAMCD="ALT")
    assert (adlb["AVAL"], adlb["DTYPE"], adlb["AVISIT"]) == (2.5, "HALFLLOQ", "Baseline")


def test_treatment_emergent_events(read: Read) -> None:
    adae = read("adae").set_index(["patient", "AETERM"])["TRTEMFL"]
    assert adae["5001", "head ache"] == "Y"
    assert pd.isna(adae["5001", "Itching worse"])  # began before
    assert pd.isna(adae["6001", "head ache"])  # more than 7 days after the last tablet
    assert adae["5005", "felt sleepy"] == "Y"  # on the first day
    partial = row(read("adae"), patient="5002")
    assert (partial["AESTDTC"], partial["ASTDTF"], partial["TRTEMFL"]) == ("2024-02", "D", "Y")
    supp = read("suppae")
    assert (supp["QNAM"] == "AETRTEM").sum() == len(read("ae"))
    assert row(supp, patient="5006", QNAM="AEENDTOR")["QVAL"] == "31-JUN-2024"


def test_cells_of_the_tables_against_counts_from_the_raw_files(second: Path) -> None:
    results = pd.read_csv(second / "results" / "results.csv")
    enrolled = raw("site/enrolment.csv", ",")
    packs = raw("site/dispensed.tsv", "\t")
    events = raw("site/events.txt", "|")

    women = enrolled[(enrolled["group_code"] == "B") & (enrolled["gender_txt"] == "female")]
    cell = row(
        results, display="T-1", analysis="SEX", group1_level="Fictamol 40 mg", level="F", statistic="n"
    )
    assert (cell["value"], cell["denominator"]) == (len(women), 5)

    days = {name: pd.to_datetime(packs[name], format="%d-%b-%Y") for name in ("first_taken", "last_taken")}
    given = packs.assign(**days).groupby("patient_no").agg(
        strength=("strength_txt", "first"), first=("first_taken", "min"), last=("last_taken", "max")
    )  # fmt: skip
    sleepy = events[events["coded_txt"] == "Sleepiness"].join(given, on="patient_no")
    began = pd.to_datetime(sleepy["began_on"], format="%d-%b-%Y")
    counts = (began >= sleepy["first"]) & (began <= sleepy["last"] + pd.Timedelta(days=7))
    patients = sleepy[counts & (sleepy["strength"] == "40 mg")]["patient_no"].nunique()
    wanted = {"display": "T-2", "variable": "AEDECOD", "level": "Sleepiness", "statistic": "n"}
    cell = row(results, group1_level="Fictamol 40 mg", **wanted)
    assert (cell["value"], cell["denominator"]) == (patients, 6)
    assert patients == 4
    page = (second / "tlf" / "t-2.html").read_text(encoding="utf-8")
    assert "4 (66.7) [4]" in page.replace("\u2007", "").replace("\u2008", "")  # blanks that align numbers
    assert "SYNTHETIC DATA" in page


def test_findings_are_told_with_their_lines(second: Path, command) -> None:
    told = (second / "checks" / "findings.txt").read_text(encoding="utf-8")
    assert "raw/site/events.txt:8 ceased_on" in told
    assert "raw/site/events.txt:5 began_on" in told
    assert "error" not in told
    again = command("check", "--trial", TRIAL, "--out", second)
    assert again.returncode == 1, again.stdout + again.stderr


def test_every_raw_column_and_row_has_its_place(second: Path) -> None:
    columns = pd.read_csv(second / "raw" / "ledger_columns.csv")
    described = pd.read_csv(TRIAL / "raw" / "columns.csv")
    assert len(columns) == len(described)
    assert set(columns["state"]) == {"mapped", "key", "dropped"}
    rows = pd.read_csv(second / "raw" / "ledger_rows.csv")
    assert set(rows["state"]) == {"mapped"}
    assert set(rows["form"]) == set(described["form"])


def test_the_way_back_to_the_raw_lines(second: Path, command) -> None:
    adsl = command("trace", "ADSL", "SYN-ROSE3.DE7.5001", "--trial", TRIAL, "--out", second)
    assert adsl.returncode == 0, adsl.stderr
    assert "raw/site/enrolment.csv:2" in adsl.stdout
    assert "born_on = '17-FEB-1961'" in adsl.stdout
    assert "raw/site/dispensed.tsv:2" in adsl.stdout
    lab = command("trace", "LB", "SYN-ROSE3.US3.6001", "1", "--trial", TRIAL, "--out", second)
    lines = raw("lab/results.txt", "\t", "cp1252")
    of_patient = lines[(lines["screen_no"] == "S-0040") & (lines["analyte_txt"] == "ALAT")]
    assert f"raw/lab/results.txt:{of_patient.index[0] + 2}\n" in lab.stdout


def copied(folder: Path) -> Path:
    """A copy of the trial, to be changed."""
    trial = folder / "trial"
    for part in ("raw", "specs", "mappings"):
        shutil.copytree(TRIAL / part, trial / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TRIAL / "study.toml", trial)
    return trial


def edited(path: Path, old: str, new: str, encoding: str = "utf-8") -> None:
    text = path.read_text(encoding=encoding)
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding=encoding)


def test_a_dataset_that_no_record_came_to_is_empty_for_a_mapping(tmp_path: Path) -> None:
    trial = copied(tmp_path)
    edited(trial / "mappings" / "adam" / "adlb.py", "def adlb(lb", "def adlb(supplb, lb")
    edited(trial / "raw" / "lab" / "results.txt", "specimen haemolysed", "", "cp1252")
    made = make(make_plan(load_study(trial)), lambda _: None, Problems())
    assert "SUPPLB" not in made.sdtm
    assert len(made.adam["ADLB"].frame) == len(made.sdtm["LB"].frame)


def test_a_workbook_without_supplemental_datasets(tmp_path: Path) -> None:
    trial = copied(tmp_path)
    book = openpyxl.load_workbook(trial / "specs" / "sdtm.xlsx")
    for name in ("Datasets", "Variables", "ValueLevel", "WhereClauses"):
        sheet = book[name]
        column = [cell.value for cell in sheet[1]].index("Dataset")
        rows = [r[0].row for r in sheet.iter_rows(min_row=2) if str(r[column].value).startswith("SUPP")]
        for number in reversed(rows):
            sheet.delete_rows(number)
    book.save(trial / "specs" / "sdtm.xlsx")
    edited(
        trial / "mappings" / "sdtm" / "lb.py",
        '        supplemental={"LBREMARK": collected("assays.remark_txt")},\n',
        "",
    )
    findings = Problems()
    made = make(make_plan(load_study(trial)), lambda _: None, findings)
    # the text of a date that is no whole one is kept all the same, in the standard's own shape, and told
    supp = made.sdtm["SUPPAE"]
    assert supp.label == "Supplemental Qualifiers for AE"
    kept = dict(zip(supp.frame["QNAM"], supp.frame["QVAL"], strict=True))
    assert kept == {"AESTDTOR": "UN-FEB-2024", "AEENDTOR": "31-JUN-2024"}
    assert any("text kept in SUPPAE" in problem.what for problem in findings.items)


def test_a_missing_mapping_is_one_problem(tmp_path: Path) -> None:
    trial = copied(tmp_path)
    (trial / "mappings" / "sdtm" / "ae.py").unlink()
    with pytest.raises(Stopped) as stopped:
        make_plan(load_study(trial))
    told = [str(problem).splitlines()[0] for problem in stopped.value.problems]
    assert [text for text in told if "SUPP" not in text] == [
        "SPC095 specs/sdtm.xlsx!Datasets!A9: no mapping makes dataset AE"
    ]


def test_an_edited_label_shows_in_the_transport_file(tmp_path: Path) -> None:
    trial = copied(tmp_path)
    book = openpyxl.load_workbook(trial / "specs" / "adam.xlsx")
    sheet = book["Variables"]
    place = next(r for r in sheet.iter_rows(min_row=2) if (r[1].value, r[2].value) == ("ADSL", "DAYSTRT"))
    place[3].value = "Days on Which Tablets Were Taken"
    book.save(trial / "specs" / "adam.xlsx")
    build(load_study(trial), lambda _: None, Asked(out=tmp_path / "made", until=LastStage.ADAM))
    _, meta = pyreadstat.read_xport(tmp_path / "made" / "adam" / "adsl.xpt")
    assert meta.column_names_to_labels["DAYSTRT"] == "Days on Which Tablets Were Taken"


def test_two_trials_in_one_process(second: Path, tmp_path: Path) -> None:
    before = {name for name in sys.modules if name.partition(".")[0] == "mappings"}
    plans = {ROOT: make_plan(load_study(ROOT)), TRIAL: make_plan(load_study(TRIAL))}
    first = make(part_of(plans[ROOT], ["ADSL"]), lambda _: None, Problems())
    assert set(first.adam["ADSL"].frame["STUDYID"]) == {"SYN-IL2REG"}
    build(load_study(TRIAL), lambda _: None, Asked(out=tmp_path / "second"))
    assert hashes(tmp_path / "second") == hashes(second)
    # modules of one name stay those of their own trial, and none stays behind
    for folder, plan in plans.items():
        for made in (*plan.sdtm_functions.values(), *plan.adam_functions.values()):
            function = inspect.unwrap(made)
            names = function.__globals__.values()
            own = [v for v in names if str(getattr(v, "__module__", "")).startswith("mappings.")]
            assert function in own
            for item in filter(inspect.isfunction, own):
                assert Path(item.__code__.co_filename).is_relative_to(folder / "mappings")
    assert {name for name in sys.modules if name.partition(".")[0] == "mappings"} == before
