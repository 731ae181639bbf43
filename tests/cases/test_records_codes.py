"""Records that never vanish: codes that steer a mapping, parts without rows, doses that nobody knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from tests.cases.damaged_trial import Built, Damaged, build

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "second_trial"


@pytest.fixture(scope="module")
def shipped(damaged_shipped: Built) -> Built:
    """One build of the shipped trial with all damages, among them those of `codes_unknown`."""
    return damaged_shipped


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
    assert places == {shipped.places[name] for name in ("vs Girono", "vs GIORNO", "vs no visit")}
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
    return build(trial, trial.folder / "checked")


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
