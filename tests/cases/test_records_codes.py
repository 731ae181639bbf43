"""Records that never vanish: codes that steer a mapping, parts without rows, doses that nobody knows."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lxml import etree
from typer.testing import CliRunner

from il2cdisc.cli import app
from il2cdisc.transport.xpt import read_xpt

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "second_trial"
PARTS = ("study.toml", "accepted.toml", "raw", "specs", "mappings")


class Damaged:
    """A copy of a trial whose raw cells are changed one by one; `places` says where each is."""

    def __init__(self, trial: Path, folder: Path) -> None:
        for name in PARTS:
            source = trial / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, folder / name)
        self.folder = folder
        self.places: dict[str, str] = {}

    def rows(self, file: str, delimiter: str) -> list[list[str]]:
        with (self.folder / file).open(encoding="latin-1", newline="") as stream:
            return list(csv.reader(stream, delimiter=delimiter))

    def write(self, file: str, rows: Iterable[list[str]], delimiter: str) -> None:
        with (self.folder / file).open("w", encoding="latin-1", newline="") as stream:
            csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(rows)

    def change(
        self, name: str, file: str, column: str, value: str, *, delimiter: str = ",", **where: str
    ) -> None:
        """The cell of `column` in the first record that has the values `where`; called `name` afterwards."""
        rows = self.rows(file, delimiter)
        place = {head: number for number, head in enumerate(rows[0])}
        for line, row in enumerate(rows[1:], start=2):
            if all(row[place[key]] == wanted for key, wanted in where.items()):
                assert row[place[column]] != value
                row[place[column]] = value
                self.places[name] = f"{file}:{line} {column}"
                break
        else:
            raise AssertionError(f"{file} has no record with {where}")
        self.write(file, rows, delimiter)

    def cut(self, file: str, line_with: str, *, delimiter: str = ",") -> None:
        """Take away the record whose first field is `line_with`."""
        rows = self.rows(file, delimiter)
        left = [row for row in rows if row[0] != line_with]
        assert len(left) == len(rows) - 1
        self.write(file, left, delimiter)


@dataclass(frozen=True)
class Built:
    """Outputs of a damaged trial."""

    trial: Damaged
    exit_code: int
    said: str

    @property
    def outputs(self) -> Path:
        return self.trial.folder / "checked"

    @cached_property
    def findings(self) -> list[dict[str, Any]]:
        return json.loads((self.outputs / "checks" / "findings.json").read_text())["findings"]

    def data(self, name: str) -> pd.DataFrame:
        """A dataset; a text that is not there is empty."""
        frame = read_xpt(self.outputs / "sdtm" / f"{name.lower()}.xpt").frame
        return frame.assign(**{n: frame[n].fillna("") for n in frame.columns if frame[n].dtype == "str"})

    def of(self, name: str, subject: str, **where: str) -> pd.DataFrame:
        data = self.data(name)
        data = data[data["USUBJID"].str.endswith(subject)]
        for column, value in where.items():
            data = data[data[column] == value]
        return data

    def at(self, name: str) -> dict[str, str]:
        """Code → text of all that is reported at the raw cell that was changed as `name`."""
        place = self.trial.places[name]
        return {
            item["code"]: item["what"]
            for item in self.findings
            if any(record.get("where") == place for record in item["records"])
        }

    def ledger(self, form: str) -> dict[str, int]:
        """Rows of a form that are left out, by reason."""
        lines = pd.read_csv(self.outputs / "raw" / "ledger_rows.csv", dtype="str", keep_default_na=False)
        lines = lines[(lines["form"] == form) & (lines["state"] == "left out")]
        return {reason: int(rows) for reason, rows in zip(lines["reason"], lines["rows"], strict=True)}


def build(trial: Damaged) -> Built:
    """Build up to the checks: no test of this file looks at a display, or at a result."""
    folder = trial.folder
    (folder / "specs" / "tlf.xlsx").unlink()
    words = ["build", "--trial", str(folder), "--until", "checks", "--out", str(folder / "checked")]
    done = CliRunner().invoke(app, words)
    assert "Traceback" not in done.output
    return Built(trial, done.exit_code, done.output)


UNMET = [("01-002", "IN05", "S"), ("01-013", "IN05", "S")] + [
    (subject, column, "N")
    for subject, column in (
        ("01-004", "EX20"),
        ("01-026", "EX15"),
        ("01-027", "EX16"),
        ("01-033", "EX17"),
        ("01-035", "EX02"),
    )
]
FIVE = "Giorno 5"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One build of the shipped trial with all damages of this file."""
    trial = Damaged(ROOT, tmp_path_factory.mktemp("codes") / "shipped")

    def edc(name: str, form: str, column: str, value: str, subject: str, **where: str) -> None:
        trial.change(name, f"raw/edc/{form}.csv", column, value, SUBJID=subject, **where)

    edc("ae s", "ae", "AEYN", "s", "01-001", AENO="1")
    edc("ae S blank", "ae", "AEYN", "S ", "01-001", AENO="2")
    edc("ae empty", "ae", "AEYN", "", "01-003", AENO="1")
    edc("ae SI", "ae", "AEYN", "SI", "01-003", AENO="2")
    edc("ae N", "ae", "AEYN", "N", "01-005", AENO="1")
    edc("ae empty line n", "ae", "AEYN", "n", "01-006")
    edc("ae empty line", "ae", "AEYN", "", "01-008")
    edc("mh s", "mh", "MHYN", "s", "01-002", MHNO="1")
    edc("cm s", "cm", "CMYN", "s", "01-001", CMNO="1")
    edc("eg s", "eg", "EGYN", "s", "01-001", VISIT="Screening")
    edc("injsite s", "injsite", "INJYN", "s", "01-001", VISIT="Giorno 1")
    edc("pe s", "pe", "PEYN", "s", "01-001", VISIT="Screening")
    edc("pe a", "pe", "PESKIN", "a", "01-011", VISIT="Screening")
    edc("vs s", "vs", "VSYN", "s", "01-001", VISIT="Screening")
    edc("vs empty", "vs", "VSYN", "", "01-003", VISIT="Screening")
    edc("vs N", "vs", "VSYN", "N", "01-005", VISIT="Screening")
    edc("vs Girono", "vs", "VISIT", "Girono 5", "01-006", VISIT=FIVE)
    edc("vs GIORNO", "vs", "VISIT", "GIORNO 5", "01-007", VISIT=FIVE)
    edc("vs no visit", "vs", "VISIT", "", "01-009", VISIT=FIVE)
    edc("ex empty", "ex", "EXYN", "", "01-003", VISIT="Giorno 2")
    edc("ex negative", "ex", "EXVOL", "-0.5", "01-003", VISIT="Giorno 3")
    edc("ex tenfold", "ex", "EXVOL", "5.0", "01-003", VISIT="Giorno 4")
    edc("psyhx 998", "psyhx", "NEPIS", "998", "01-003")
    edc("cssrs baseline", "cssrs", "CSVERS", "baseline", "01-001", VISIT="Screening")
    edc("ic s", "ic", "ICYN", "s", "01-001")
    for subject, column, met in UNMET:
        edc(f"met {subject}", "ie", column, met, subject, VISIT="Screening")
    edc("ie X", "ie", "EX06", "X", "01-001", VISIT="Screening")
    edc("ie no", "ie", "IN03", "no", "01-001", VISIT="Giorno 1")
    for number in ("R103", "R104"):  # placebo and active
        trial.cut("raw/restricted/rand.csv", number)
    return build(trial)


def test_1_the_build_goes_on(shipped: Built) -> None:
    assert shipped.exit_code == 0, shipped.said


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ae s", "'s' is not a code of AEYN (S = Yes, N = No); it differs from 'S' in upper and lower case"),
        (
            "ae S blank",
            "'S ' is not a code of AEYN (S = Yes, N = No); it differs from 'S' in blanks at its ends",
        ),
        ("ae SI", "'SI' is not a code of AEYN (S = Yes, N = No)"),
        ("mh s", "'s' is not a code of MHYN"),
        ("cm s", "'s' is not a code of CMYN"),
        ("eg s", "'s' is not a code of EGYN"),
        ("injsite s", "'s' is not a code of INJYN"),
        ("pe s", "'s' is not a code of PEYN"),
        ("vs s", "'s' is not a code of VSYN"),
        ("ic s", "'s' is not a code of ICYN"),
    ],
)
def test_1_an_unknown_code_is_reported_at_its_cell_and_its_line_is_mapped(
    shipped: Built, name: str, says: str
) -> None:
    assert list(shipped.at(name)) == ["RAW120"]
    assert shipped.at(name)["RAW120"].startswith(says)
    assert shipped.at(name)["RAW120"].endswith("; the line is mapped as filled")


@pytest.mark.parametrize("name", ["ae empty", "vs empty", "ex empty"])
def test_1_an_empty_answer_is_reported_and_its_filled_line_is_mapped(shipped: Built, name: str) -> None:
    assert re.fullmatch(r"\w+ is empty; the line is mapped as filled", shipped.at(name)["MAP131"])


@pytest.mark.parametrize("name", ["ae N", "vs N"])
def test_1_a_no_beside_filled_fields_is_reported_and_its_line_is_mapped(shipped: Built, name: str) -> None:
    (text,) = shipped.at(name).values()
    assert text.endswith("is 'N', and other fields of the line are filled; the line is mapped as filled")


def test_1_no_adverse_event_is_lost_to_its_question(shipped: Built) -> None:
    for subject, numbers in (("01-001", ["1", "2"]), ("01-003", ["1", "2"]), ("01-005", ["1", "2", "3"])):
        assert sorted(shipped.of("AE", subject)["AESPID"]) == numbers
    assert len(shipped.data("AE")) == 50


def test_1_an_empty_line_with_an_unknown_code_is_in_neither_branch(shipped: Built) -> None:
    assert shipped.at("ae empty line n")["RAW120"].endswith("; the record is in no dataset")
    assert shipped.at("ae empty line") == {"MAP131": "AEYN is empty; the record is in no dataset"}
    assert shipped.ledger("ae") == {
        "no adverse event: an otherwise empty line of the form": 13,
        "ae.AEYN is empty": 1,
        "code of ae.AEYN not known": 1,
    }


def test_1_no_condition_medication_or_consent_is_lost(shipped: Built) -> None:
    assert "1" in set(shipped.of("MH", "01-002")["MHSPID"])
    assert "1" in set(shipped.of("CM", "01-001")["CMSPID"])
    assert shipped.of("DS", "01-001", DSDECOD="INFORMED CONSENT OBTAINED").shape[0] == 1


@pytest.mark.parametrize(
    ("name", "subject", "visit", "tests"),
    [
        ("EG", "01-001", "SCREENING", 7),
        ("FA", "01-001", "DAY 1", 4),
        ("PE", "01-001", "SCREENING", 9),
        ("VS", "01-001", "SCREENING", 6),
        ("VS", "01-003", "SCREENING", 6),
        ("VS", "01-005", "SCREENING", 6),
    ],
)
def test_1_results_stay_and_no_record_takes_their_place(
    shipped: Built, name: str, subject: str, visit: str, tests: int
) -> None:
    records = shipped.of(name, subject, VISIT=visit)
    assert len(records) == tests
    assert not records[f"{name}TESTCD"].str.endswith("ALL").any()
    assert (records[f"{name}ORRES"] != "").all()


def test_1_an_injection_without_its_answer_is_kept_as_given(shipped: Built) -> None:
    (given,) = shipped.of("EX", "01-003", VISIT="DAY 2").to_dict("records")
    assert (given["EXDOSE"], given["EXSTDTC"][:10]) == (1.0, "2021-07-27")
    assert shipped.of("EC", "01-003", VISIT="DAY 2")["ECOCCUR"].tolist() == ["Y"]
    assert len(shipped.of("EX", "01-003")) == 9
    assert len(shipped.of("VS", "01-003", VISIT="DAY 2", VSTPT="60 MIN POST-DOSE")) == 4


def test_1_an_unknown_eligibility_answer_is_neither_met_nor_unmet(shipped: Built) -> None:
    assert shipped.at("ie X")["RAW120"].startswith("'X' is not a code of EX06")
    assert shipped.at("ie no")["RAW120"].startswith("'no' is not a code of IN03")
    assert shipped.ledger("ie") == {
        "every criterion is met": 77,
        "code of ie.EX06 not known": 1,
        "code of ie.IN03 not known": 1,
    }


def test_1_an_unknown_finding_is_kept_as_collected(shipped: Built) -> None:
    assert shipped.at("pe a")["RAW120"].startswith("'a' is not a code of PESKIN")
    (skin,) = shipped.of("PE", "01-011", VISIT="SCREENING", PETESTCD="SKIN").to_dict("records")
    assert (skin["PEORRES"], skin["PESTAT"]) == ("a", "")


def test_1_a_form_of_unknown_version_gets_no_codes_of_another(shipped: Built) -> None:
    assert shipped.at("cssrs baseline")["RAW120"].startswith("'baseline' is not a code of CSVERS")
    assert shipped.at("cssrs baseline")["RAW120"].endswith("; the record is in no dataset")
    assert shipped.of("QS", "01-001", QSCAT="C-SSRS BASELINE").empty
    assert shipped.of("QS", "01-001", QSCAT="C-SSRS SINCE LAST VISIT", VISIT="SCREENING").empty
    assert shipped.ledger("cssrs") == {"code of cssrs.CSVERS not known": 1}


@pytest.mark.parametrize(("name", "subject"), [("vs Girono", "01-006"), ("vs GIORNO", "01-007")])
def test_1_results_of_an_unknown_visit_keep_their_rows(shipped: Built, name: str, subject: str) -> None:
    assert "is not a code of VISIT" in shipped.at(name)["RAW120"]
    records = shipped.of("VS", subject, VISIT="")
    assert sorted(records["VSTPT"]).count("60 MIN POST-DOSE") == 4
    assert len(records) == 9
    assert shipped.of("VS", subject, VISIT="DAY 5").empty


def test_1_an_empty_visit_is_reported(shipped: Built) -> None:
    places = {
        record["source"][0]["place"]
        for item in shipped.findings
        if item["what"] == "VISIT is empty"
        for record in item["records"]
    }
    assert places == {shipped.trial.places[name] for name in ("vs Girono", "vs GIORNO", "vs no visit")}
    assert len(shipped.of("VS", "01-009", VISIT="")) == 9


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("psyhx 998", "NEPIS = 998 is outside its range of 1-40"),
        ("ex negative", "EXVOL = -0.5 is outside its range of 0-0.5 mL"),
        ("ex tenfold", "EXVOL = 5.0 is outside its range of 0-0.5 mL"),
    ],
)
def test_1_a_value_out_of_its_range_is_reported(shipped: Built, name: str, says: str) -> None:
    assert shipped.at(name)["RAW122"] == says


def test_1b_a_dataset_without_records_is_no_file_of_nobody(shipped: Built) -> None:
    assert not (shipped.outputs / "sdtm" / "ie.xpt").exists()
    define = etree.parse(shipped.outputs / "sdtm" / "define.xml")
    (group,) = define.findall(".//{*}ItemGroupDef[@Name='IE']")
    assert group.get("{http://www.cdisc.org/ns/def/v2.1}HasNoData") == "Yes"


def test_2_a_dose_is_never_that_of_placebo_by_default(shipped: Built) -> None:
    reported = {
        item["what"]: [record["where"] for record in item["records"]]
        for item in shipped.findings
        if item["code"] == "RAW125"
    }
    assert reported == {
        "RANDNO 'R103' is not in the treatment list, form 'rand'": ["raw/edc/dm.csv:7 RANDNO"],
        "RANDNO 'R104' is not in the treatment list, form 'rand'": ["raw/edc/dm.csv:8 RANDNO"],
    }
    for subject in ("01-006", "01-007"):
        given = shipped.of("EX", subject)
        assert len(given) == 9
        assert given["EXDOSE"].isna().all()
        assert set(given["EXTRT"]) == {""}
    others = shipped.data("EX")
    others = others[~others["USUBJID"].str.endswith(("01-006", "01-007"))]
    assert others["EXDOSE"].notna().all()


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One build of the second trial with its damages."""
    trial = Damaged(SECOND, tmp_path_factory.mktemp("codes") / "second")
    site = "raw/site/"
    trial.change(
        "step",
        f"{site}milestones.csv",
        "step_txt",
        "Consent",
        delimiter=";",
        patient_no="5002",
        step_txt="consent",
    )
    trial.change("ongoing", f"{site}events.txt", "ongoing_yn", "YES", delimiter="|", event_no="3")
    trial.change(
        "visit",
        f"{site}attendance.csv",
        "visit_code",
        "W4",
        delimiter=";",
        patient_no="5002",
        visit_code="W04",
    )
    trial.change("days", f"{site}dispensed.tsv", "per_day", "3", delimiter="\t", pack_no="PK902")
    trial.change("arm", f"{site}enrolment.csv", "eligible_yn", "NO", eligible_yn="no")
    return build(trial)


def test_1_the_second_trial_loses_nothing_by_a_code(second: Built) -> None:
    assert second.exit_code == 0, second.said
    says = {name: second.at(name).get("RAW120", "") for name in ("step", "ongoing", "visit", "arm")}
    assert says["step"].endswith("; the record is in no dataset")
    assert second.ledger("milestones") == {"code of milestones.step_txt not known": 1}
    assert says["ongoing"].startswith("'YES' is not a code of ongoing_yn (yes = Yes, no = No)")
    assert says["visit"].startswith("'W4' is not a code of visit_code")
    assert says["arm"].startswith("'NO' is not a code of eligible_yn")
    assert second.at("days")["RAW122"] == "per_day = 3 is outside its range of 1-2 tablets"


def test_1_an_unknown_visit_of_the_second_trial_keeps_its_row(second: Built) -> None:
    assert second.of("SV", "5002", VISIT="")["SVSTDTC"].tolist() != []
    assert any(item["what"] == "VISIT is empty" for item in second.findings)


WORDS = ("list(NO_RESULT)", '"999"', "map(NUMBERS)")
"""Words for no result, numbers of visits: a text that they lack falls into no branch."""


def test_1_no_mapping_compares_a_code_by_hand() -> None:
    """Every code that decides is named in a verb, so that no text can fall into the branch of no."""
    column, variable = r'"[a-z]+\.[A-Za-z0-9_]+"\]', r"\[\w+\]"
    by_hand = re.compile(
        rf'{column}(?:\s*(?:==|!=)|\.(?:isin|eq|ne|map|replace)\()|{variable}\s*(?:==|!=)\s*"'
    )
    folders = (ROOT / "mappings", SECOND / "mappings")
    found = {
        f"{path.relative_to(ROOT)}:{number}": line.strip()
        for folder in folders
        for path in sorted(folder.rglob("*.py"))
        if "adam" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if by_hand.search(line) and not any(word in line for word in WORDS)
    }
    assert found == {}
