"""What a reviewer of a standards team objects to, case by case."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from il2cdisc.adam import (
    analysis_dataset,
    check_units,
    derive_vars_parameter,
    finish,
)
from il2cdisc.base.columns import CodedColumn
from il2cdisc.base.datasets import Dataset, Variable
from il2cdisc.base.problems import Problems, Stopped
from il2cdisc.define.columns import MadeColumns
from il2cdisc.define.measure import date_type
from il2cdisc.define.model import Define, ItemDef, Where
from il2cdisc.define.read import read_define
from il2cdisc.define.values import with_values
from il2cdisc.sdtm.complete.loinc import with_loinc
from il2cdisc.sdtm.complete.standard_results import with_standard_results
from il2cdisc.spec.check_terms import check_terms
from il2cdisc.spec.codes import is_loinc, with_codes
from il2cdisc.spec.models import (
    ClauseCondition,
    Codelist,
    Conversion,
    DatasetSpec,
    Protocol,
    RangeSpec,
    Spec,
    SummaryValue,
    Term,
    ValueLevelSpec,
    VariableSpec,
    WhereClause,
)
from il2cdisc.spec.selection import Selection
from tests.cases.damaged_trial import Built

ROOT = Path(__file__).parents[2]
Read = Callable[[str], pd.DataFrame]


@pytest.fixture(scope="module")
def built(shipped_outputs: Path) -> Path:
    """Outputs of a build of the shipped trial."""
    return shipped_outputs


@pytest.fixture(scope="module")
def read(built: Path) -> Read:
    """A dataset of the build, as an independent reader sees it; blank is missing."""

    @cache
    def read_dataset(name: str) -> pd.DataFrame:
        folder = "adam" if name.startswith("ad") else "sdtm"
        frame, _ = pyreadstat.read_xport(built / folder / f"{name}.xpt")
        return frame.replace("", None)

    return read_dataset


PARAMETERS = pd.DataFrame(
    {
        "LBTESTCD": ["GLUC"],
        "Specimen": ["SERUM"],
        "PARAMCD": ["GLUC"],
        "_UNIT": ["mmol/L"],
    },
    dtype="str",
)
RESULTS = pd.DataFrame(
    {
        "USUBJID": ["S1", "S1", "S1", "S2", "S2"],
        "LBSEQ": [1.0, 2.0, 3.0, 1.0, 2.0],
        "LBTESTCD": ["GLUC"] * 5,
        "LBSPEC": ["SERUM", "URINE", "SERUM", "SERUM", "SERUM"],
        "LBSTRESC": ["5.0", "NEGATIVE", "90", "6.0", None],
        "LBSTRESN": [5.0, np.nan, 90.0, 6.0, np.nan],
        "LBSTRESU": ["mmol/L", None, "mg/dL", None, None],
    }
).astype({"LBTESTCD": "str", "LBSPEC": "str", "LBSTRESC": "str", "LBSTRESU": "str"})


# 1. Parameters of the analysis


def test_1_a_parameter_is_chosen_by_all_its_keys():
    chosen = PARAMETERS.rename(columns={"Specimen": "LBSPEC"})
    found = derive_vars_parameter(RESULTS, chosen, by=["LBTESTCD", "LBSPEC"], new_vars=["PARAMCD", "_UNIT"])
    assert found["LBSPEC"].unique().tolist() == ["SERUM"]
    assert len(found) == 4


def test_1_a_key_of_the_sheet_that_chooses_nothing_stops():
    with pytest.raises(Stopped) as stopped:
        derive_vars_parameter(RESULTS, PARAMETERS, by=["LBTESTCD"], new_vars=["PARAMCD"])
    (problem,) = stopped.value.problems
    assert problem.code == "ADM030"
    assert "chosen by LBTESTCD; the sheet has Specimen, too" in problem.what


def test_1_a_result_without_the_unit_of_its_parameter_is_not_let_in_and_reported():
    chosen = PARAMETERS.rename(columns={"Specimen": "LBSPEC"})
    rows = derive_vars_parameter(RESULTS, chosen, by=["LBTESTCD", "LBSPEC"], new_vars=["PARAMCD", "_UNIT"])
    same, problems = check_units(rows, result="LBSTRESC", unit="LBSTRESU", wanted="_UNIT")
    # the fourth was not done: it has no result, so no unit either
    assert rows.loc[same, "LBSEQ"].tolist() == [1.0, 2.0]
    assert [(p.code, [str(r) for r in p.records], p.out_of) for p in problems] == [
        ("ADM018", ["LB USUBJID=S2 LBSEQ=1 LBSTRESU"], 0),
        ("ADM018", ["LB USUBJID=S1 LBSEQ=3 LBSTRESU"], 0),
    ]
    assert problems[0].what == (
        "Result without a unit, but parameter GLUC is in mmol/L; it is not in the analysis dataset"
    )
    assert problems[1].what == (
        "Result in mg/dL, but parameter GLUC is in mmol/L; it is not in the analysis dataset"
    )


def test_1_a_parameter_without_a_unit_has_results_without_one():
    rows = RESULTS.assign(PARAMCD="PH", _UNIT=pd.Series([None] * 5, dtype="str"))
    same, problems = check_units(rows, result="LBSTRESC", unit="LBSTRESU", wanted="_UNIT")
    assert same.tolist() == [False, True, False, True, True]
    assert [p.what.split(";")[0] for p in problems] == [
        "Result in mg/dL, but parameter PH has no unit",
        "Result in mmol/L, but parameter PH has no unit",
    ]


@pytest.mark.parametrize(
    ("column", "values", "stops"),
    [
        ("LBSPEC", ["SERUM", "URINE"], True),
        ("LBSTRESU", ["mmol/L", "mg/dL"], True),
        ("LBSPEC", ["SERUM", "SERUM"], False),
        ("LBSTRESU", ["mmol/L", None], False),
        ("LBMETHOD", ["DIPSTICK", "HPLC"], False),
    ],
)
def test_1_two_units_or_specimens_in_one_parameter_stop(column, values, stops):
    variables = [VariableSpec(dataset="ADLB", name=name) for name in ("USUBJID", "PARAMCD")]
    variables.append(VariableSpec(dataset="ADLB", name="AVAL", data_type="float"))
    dataset = DatasetSpec(name="ADLB", keys=("USUBJID",), variables=tuple(variables))
    spec = Spec(shown="specs/adam.xlsx", standard="ADaM", define={}, datasets={"ADLB": dataset})
    rows = pd.DataFrame({"USUBJID": ["S1", "S2"], "PARAMCD": ["GLUC"] * 2, "AVAL": [5.0, 90.0]})
    made = analysis_dataset("ADLB", rows.assign(**{column: pd.Series(values, dtype="str")}))
    made = type(made)(made.name, made.frame, frozenset({column}))
    if not stops:
        assert len(finish(made, spec, Problems()).frame) == 2
        return
    with pytest.raises(Stopped) as stopped:
        finish(made, spec)
    (problem,) = stopped.value.problems
    assert problem.code == "ADM019"
    first, second = sorted(values)
    assert problem.what == f"ADLB parameter GLUC has values of {column} {first} and {second}"


# 2. Codelists of the sponsor in place of published ones


def listed(name: str, *values: str, code: str = "", comment: str = "") -> Codelist:
    terms = tuple(Term(value=value) for value in values)
    return Codelist(id=name, nci_code=code, comment=comment, terms=terms)


def shadows(item: Codelist, *, role: str = "Result Qualifier") -> list[str]:
    variable = VariableSpec(dataset="FA", name="FAORRES", codelist=item.id, role=role)
    dataset = DatasetSpec(name="FA", variables=(variable,))
    spec = Spec(
        shown="s.xlsx", standard="SDTM", define={}, datasets={"FA": dataset}, codelists={item.id: item}
    )
    return [problem.what for problem in check_terms(spec) if problem.code == "SPC150"]


def test_2_a_sponsor_codelist_that_shadows_a_published_one_is_reported():
    what = "sponsor codelist MENOSTAT repeats terms of MPSTATRS (C185847)"
    assert shadows(listed("MENOSTAT", "POST-MENOPAUSAL")) == [what]
    (severity,) = shadows(listed("FASEV", "MILD", "MODERATE", "SEVERE"))
    assert "SEVRS (C165643)" in severity
    assert "AESEV (C66769)" in severity
    (frequency,) = shadows(listed("HOWOFTEN", "Qd", "b.i.d."))
    assert "FREQ (C71113)" in frequency


@pytest.mark.parametrize(
    "item",
    [
        listed("OWN", "MILD", "HARDLY ANY"),
        listed("GRADE", "0", "1", "2"),
        listed("FASEV", "MILD", comment="COM.OWN"),
        listed("EMPTY"),
    ],
)
def test_2_other_sponsor_codelists_are_not(item):
    assert shadows(item) == []


def test_2_texts_that_group_records_are_the_sponsor_s():
    assert shadows(listed("DVSCAT", "MAJOR", "MINOR"), role="Grouping Qualifier") == []
    assert shadows(listed("DVSCAT", "MAJOR", "MINOR")) != []


# 3. Limits beside results below a limit of quantification


@pytest.mark.parametrize(
    ("result", "low", "high", "wanted"),
    [
        ("<0.44", "0.1", "9", (0.1, 9.0, None)),  # it may be below the range or in it
        ("<0.44", None, "9", (None, 9.0, "NORMAL")),
        ("<0.44", "0", "9", (0.0, 9.0, "NORMAL")),
        ("<0.44", "0.5", "9", (0.5, 9.0, "LOW")),
        ("0.44", "0.5", "9", (0.5, 9.0, "LOW")),
        ("POSITIVE", "0.5", "9", (0.5, 9.0, None)),
    ],
)
def test_3_collected_limits_stay_and_the_indicator_agrees_with_them(result, low, high, wanted):
    rule = Conversion(dataset="IS", testcd="ATAB", from_unit="IU/mL", to_unit="IU/mL")
    spec = Spec(shown="", standard="SDTM", define={}, datasets={}, conversions=(rule,))
    row = ("S1", "ATAB", result, "IU/mL", low, high)
    names = ["USUBJID", "ISTESTCD", "ISORRES", "ISORRESU", "ISORNRLO", "ISORNRHI"]
    frame = pd.DataFrame([row], columns=names, dtype="str")
    subjects = pd.DataFrame({"USUBJID": ["S1"], "SEX": ["F"], "AGE": [40.0]})
    out = with_standard_results(frame, "IS", spec, subjects, Problems()).iloc[0]
    found = [None if pd.isna(out[n]) else out[n] for n in ("ISSTNRLO", "ISSTNRHI", "ISNRIND")]
    assert tuple(found) == wanted
    assert [None if pd.isna(out[n]) else out[n] for n in names[4:]] == [low, high]


def test_3_a_range_of_the_workbook_stays_too():
    rule = Conversion(dataset="LB", testcd="CRP", from_unit="mg/L", to_unit="mg/L")
    limits = RangeSpec(dataset="LB", testcd="CRP", unit="mg/L", low=0.0, high=5.0)
    spec = Spec(shown="", standard="SDTM", define={}, datasets={}, conversions=(rule,), ranges=(limits,))
    frame = pd.DataFrame(
        [("S1", "CRP", "<0.3", "mg/L")],
        columns=["USUBJID", "LBTESTCD", "LBORRES", "LBORRESU"],
        dtype="str",
    )
    subjects = pd.DataFrame({"USUBJID": ["S1"], "SEX": ["F"], "AGE": [40.0]})
    out = with_standard_results(frame, "LB", spec, subjects, Problems()).iloc[0]
    assert (out["LBSTNRLO"], out["LBSTNRHI"], out["LBNRIND"]) == (0.0, 5.0, "NORMAL")


def test_3_limits_stay_in_the_shipped_trial(read: Read):
    antibodies, blood = read("is"), read("lb")
    below = antibodies[antibodies["ISORRES"].fillna("").str.startswith("<")]
    assert len(below) == 122
    assert below["ISORNRHI"].notna().all()
    assert below["ISSTNRHI"].notna().all()
    below = blood[blood["LBORRES"].fillna("").str.startswith("<")]
    collected = below[below["LBCAT"] == "CYTOKINES"]
    assert len(collected) == 42
    limits = collected[["LBTESTCD", "LBORNRLO", "LBORNRHI", "LBSTNRLO", "LBSTNRHI", "LBNRIND"]]
    assert sorted(limits.drop_duplicates().itertuples(index=False, name=None)) == [
        ("INTLK10", "0", "9", 0.0, 9.0, "NORMAL"),
        ("INTLK17", "0", "5", 0.0, 5.0, "NORMAL"),
        ("INTLK4", "0", "4", 0.0, 4.0, "NORMAL"),
    ]
    thyroid = blood[(blood["LBCAT"] == "THYROID") & blood["LBORRES"].notna()]
    assert thyroid[["LBORNRLO", "LBORNRHI", "LBSTNRLO", "LBSTNRHI"]].notna().all(axis=None)
    # an indicator speaks of limits that are there
    for frame, root, count in ((antibodies, "IS", 122), (blood, "LB", 58)):
        judged = frame[frame[f"{root}NRIND"].isin(["LOW", "NORMAL", "HIGH"])]
        assert judged[f"{root}ORRES"].str.startswith("<").sum() == count
        limits = judged.filter(regex=f"^{root}STNR(LO|HI|C)$")  # of numbers, or of words
        assert limits.notna().any(axis=1).all()


def test_1_urine_glucose_is_no_serum_glucose(read: Read):
    analysed, blood = read("adlb"), read("lb")
    glucose = analysed[analysed["PARAMCD"] == "GLUC"]
    serum = blood[(blood["LBTESTCD"] == "GLUC") & (blood["LBSPEC"] == "SERUM")]
    assert len(glucose) == len(serum)
    assert "NORMAL to MISSING" not in set(glucose["SHIFT1"].dropna()) or serum["LBSTRESN"].isna().any()


def test_2_menopause_in_the_published_spelling(read: Read):
    found = read("rp").query("RPTESTCD == 'MENOSTAT'")
    assert set(found["RPSTRESC"]) == set(found["RPORRES"]) == {"POSTMENOPAUSAL"}


# 4. The stratum as verified


def test_4_the_stratum_as_verified_comes_from_the_interview(read: Read):
    subjects = read("adsl")
    interview = pd.read_csv(ROOT / "raw" / "edc" / "psyhx.csv", dtype="str").set_index("SUBJID")["DIAG"]
    wanted = subjects["SUBJID"].map(interview).map({"DDM": "MDD", "DB1": "BD", "DB2": "BD"})
    randomised = subjects["STRAT1R"].notna()
    assert subjects.loc[randomised, "STRAT1V"].tolist() == wanted[randomised].tolist()
    assert subjects.loc[~randomised, "STRAT1V"].isna().all()
    differs = subjects[subjects["MISSTRFL"] == "Y"]
    assert len(differs) and (differs["STRAT1V"] != differs["STRAT1R"]).all()
    agrees = subjects[subjects["MISSTRFL"] == "N"]
    assert (agrees["STRAT1V"] == agrees["STRAT1R"]).all()


def test_4_mis_stratified_subjects_are_listed(built: Path, read: Read):
    page = (built / "tlf" / "l-16-2-2-2.html").read_text()
    subjects = read("adsl")
    listed = {subject for subject in subjects["USUBJID"] if subject in page}
    assert listed == set(subjects.loc[subjects["MISSTRFL"] == "Y", "USUBJID"])


def test_4_no_text_says_that_a_mapped_form_is_not_mapped(built: Path):
    from il2cdisc.spec.load import load_spec

    for name in ("sdtm.xlsx", "adam.xlsx"):
        spec = load_spec(ROOT / "specs" / name, name)
        texts = [item.description for item in (*spec.comments.values(), *spec.methods.values())]
        assert not [text for text in texts if "mapped" in text and ("yet" in text or "until" in text)]
    assert "not mapped yet" not in (built / "sdtm" / "define.xml").read_text()


# 8. Comments and relations as the guide has them


def test_8_a_long_comment_is_one_record_with_coval1(read: Read):
    comments = read("co")
    assert len(comments) == len(pd.read_csv(ROOT / "raw" / "edc" / "co.csv"))
    long = comments[comments["COVAL1"].notna()]
    assert len(long)
    assert (long["COVAL"].str.len() <= 200).all()
    assert not long["COREF"].str.contains(" OF ").any()


def test_8_medication_leads_to_its_event_by_relrec(read: Read):
    relations, form = read("relrec"), pd.read_csv(ROOT / "raw" / "edc" / "cm.csv", dtype="str")
    members = relations[relations["RELID"].str.startswith("AE-CM")]
    numbers = {}
    for name in ("AE", "CM"):
        records = read(name.lower()).assign(number=lambda f, name=name: f[f"{name}SEQ"].map("{:g}".format))
        own = members[members["RDOMAIN"] == name]
        assert own["IDVAR"].unique().tolist() == [f"{name}SEQ"]
        found = own.merge(records, left_on=["USUBJID", "IDVARVAL"], right_on=["USUBJID", "number"])
        assert len(found) == len(own) == 9
        numbers[name] = found.set_index(["USUBJID", "RELID"])[f"{name}SPID"]
    pairs = pd.DataFrame(numbers).reset_index()
    named = form[form["CMAENO"].notna()]
    assert sorted(zip(pairs["USUBJID"].str[-6:], pairs["AE"], pairs["CM"], strict=True)) == sorted(
        zip(named["SUBJID"], named["CMAENO"], named["CMNO"], strict=True)
    )
    assert "CMAENO" not in set(read("suppcm")["QNAM"])


# 9. Enrolled subjects and the trial summary


def test_9_enrolled_are_the_eligible_and_randomised(read: Read):
    subjects, unmet = read("adsl"), set(read("ie")["USUBJID"])
    expected = (subjects["RANDFL"] == "Y") & ~subjects["USUBJID"].isin(unmet)
    assert (subjects["ENRLFL"] == "Y").tolist() == expected.tolist()
    assert (subjects["ENRLFL"] == "Y").sum() == 36
    assert len(subjects) > 36


def test_9_the_trial_summary(read: Read):
    summary, subjects = read("ts"), read("dm")
    value = summary.drop_duplicates("TSPARMCD").set_index("TSPARMCD")
    assert value.loc["TCNTRL", "TSVAL"] == "PLACEBO"
    assert "COMPTRT" not in value.index
    assert value.loc[["STOPRULE", "PCLAS"], "TSVALNF"].tolist() == ["NA", "UNK"]
    assert value.loc[["STOPRULE", "PCLAS"], "TSVAL"].isna().all()
    assert value.loc[["ACTSUB", "PLANSUB"], "TSVAL"].tolist() == ["36", "36"]
    enrolled = subjects[subjects["ARMCD"].notna()]
    assert value.loc["SSTDTC", "TSVAL"] == enrolled["RFICDTC"].str[:10].min()
    iso = summary["TSVAL"].fillna("").str.fullmatch(r"P\d+[YMWD]|\d{4}-\d\d-\d\d")
    assert summary.loc[iso, "TSVCDREF"].unique().tolist() == ["ISO 8601"]
    assert iso.sum() == 6


# 10. Recall periods, raters, methods


def test_10_recall_periods(read: Read):
    questions, scales = read("qs"), read("rs")
    periods = questions[["QSCAT", "QSEVLINT", "QSEVINTX"]].drop_duplicates().set_index("QSCAT")
    assert periods["QSEVLINT"].fillna("").to_dict() == {
        "BECK DEPRESSION INVENTORY-II": "-P2W",
        "C-SSRS BASELINE": "",
        "C-SSRS SINCE LAST VISIT": "",
        "CGI": "",
        "FUNCTIONING ASSESSMENT SHORT TEST": "-P15D",
    }
    assert periods.loc["C-SSRS SINCE LAST VISIT", "QSEVINTX"] == "SINCE LAST VISIT"
    asked = scales[["RSCAT", "RSEVLINT"]].drop_duplicates().fillna("")
    assert dict(asked.itertuples(index=False, name=None)) == {
        "HAMD 21": "-P1W",
        "MADRS": "",
        "YMRS": "-PT48H",
    }
    assert not {"QSEVAL", "QSEVALID"} & set(questions)
    assert not {"RSEVAL", "RSEVALID"} & set(scales)
    assert set(read("supprs")["QNAM"]) == {"RSRATER"}


def test_10_dipstick(read: Read):
    urine = read("lb").query("LBSPEC == 'URINE' and LBCAT == 'URINALYSIS'")
    assert urine["LBMETHOD"].unique().tolist() == ["DIPSTICK MEASUREMENT METHOD"]
    graded = urine[urine["LBTESTCD"].isin(["PROT", "GLUC", "KETONES", "OCCBLD", "LEUKASE", "NITRITE"])]
    graded = graded[graded["LBSTRESC"].notna()]
    assert graded["LBSTNRC"].unique().tolist() == ["NEGATIVE"]
    normal = graded["LBSTRESC"] == "NEGATIVE"
    assert graded.loc[normal, "LBNRIND"].unique().tolist() == ["NORMAL"]
    assert graded.loc[~normal, "LBNRIND"].unique().tolist() == ["ABNORMAL"]


@pytest.mark.parametrize(
    ("result", "wanted"),
    [("NEGATIVE", "NORMAL"), ("NORMAL", "NORMAL"), ("TRACE", "ABNORMAL"), (None, None)],
)
def test_10_a_range_of_words(result, wanted):
    limits = RangeSpec(dataset="LB", testcd="UROBIL", specimen="URINE", normal=("NEGATIVE", "NORMAL"))
    spec = Spec(shown="", standard="SDTM", define={}, datasets={}, ranges=(limits,))
    rows = [("S1", "UROBIL", "URINE", result), ("S1", "UROBIL", "STOOL", "NEGATIVE")]
    frame = pd.DataFrame(rows, columns=["USUBJID", "LBTESTCD", "LBSPEC", "LBORRES"], dtype="str")
    subjects = pd.DataFrame({"USUBJID": ["S1"], "SEX": ["F"], "AGE": [40.0]})
    out = with_standard_results(frame, "LB", spec, subjects, Problems())
    if wanted is None:
        assert out["LBNRIND"].isna().all()
        return
    assert out["LBSTNRC"].iloc[0] == "NEGATIVE, NORMAL"
    assert out["LBNRIND"].iloc[0] == wanted
    assert pd.isna(out["LBNRIND"].iloc[1]) and pd.isna(out["LBSTNRC"].iloc[1])


# 5., 6., 7. define.xml


@pytest.fixture(scope="module")
def define(built: Path) -> Define:
    return read_define((built / "sdtm" / "define.xml").read_bytes())


def values_of(define: Define, dataset: str, variable: str) -> list[tuple[ItemDef, Where]]:
    """Value-level items of a variable with their where-clauses."""
    items, wheres = define.by_oid(), {where.oid: where for where in define.where_clauses}
    group = define.group(dataset)
    assert group is not None
    own = next(items[ref.item] for ref in group.items if items[ref.item].name == variable)
    lists = {item.oid: item for item in define.value_lists}
    return [(items[ref.item], wheres[ref.where[0]]) for ref in lists[own.value_list].items]


def rows_of(frame: pd.DataFrame, where: Where, define: Define) -> pd.Series:
    """Records that a where-clause of define.xml selects, evaluated here by itself."""
    items = define.by_oid()
    chosen = pd.Series(True, index=frame.index)
    for check in where.checks:
        listed = frame[items[check.item].name].isin(check.values)
        chosen &= ~listed if check.comparator in ("NE", "NOTIN") else listed
    return chosen


def test_5_only_the_self_rated_questionnaire_is_of_the_subject(define: Define, read: Read):
    answers = read("qs")
    source = pd.Series("", index=answers.index)
    for item, where in values_of(define, "QS", "QSORRES"):
        source[rows_of(answers, where, define)] = item.origins[0].source
    own = answers["QSCAT"] == "BECK DEPRESSION INVENTORY-II"
    rated = answers["QSORRES"].notna()
    assert set(source[own & rated]) == {"Subject"}
    assert set(source[~own & rated]) == {"Investigator"}


def test_5_results_of_site_forms_are_of_the_investigator(define: Define, read: Read):
    blood = read("lb")
    site = blood["LBCAT"].isin(["URINALYSIS", "PREGNANCY"])
    for variable in ("LBORRES", "LBDTC"):
        source = pd.Series("", index=blood.index)
        for item, where in values_of(define, "LB", variable):
            source[rows_of(blood, where, define)] = item.origins[0].source
        there = blood[variable].notna()
        assert set(source[site & there]) == {"Investigator"}
        assert set(source[~site & there]) == {"Vendor"}


@pytest.mark.parametrize(
    ("dataset", "variables"),
    [
        ("LB", ["LBORRES", "LBSTRESC", "LBORRESU", "LBSTRESU"]),
        ("CP", ["CPORRES", "CPSTRESC", "CPORRESU", "CPSTRESU"]),
        ("IS", ["ISORRES", "ISSTRESC", "ISORRESU", "ISSTRESU"]),
        ("DA", ["DAORRES", "DASTRESC", "DAORRESU", "DASTRESU"]),
        ("VS", ["VSORRES", "VSSTRESC", "VSORRESU", "VSSTRESU"]),
        ("PE", ["PEORRES", "PESTRESC"]),
        ("IE", ["IEORRES", "IESTRESC"]),
        ("QS", ["QSORRES", "QSSTRESC"]),
        ("RS", ["RSORRES", "RSSTRESC"]),
        ("EG", ["EGORRES", "EGSTRESC"]),
        ("FA", ["FAORRES", "FASTRESC"]),
        ("TS", ["TSVAL"]),
    ],
)
def test_6_each_value_is_described_once_and_each_clause_selects_some(
    define: Define, read: Read, dataset: str, variables: list[str]
):
    frame = read(dataset.lower())
    for variable in variables:
        count = pd.Series(0, index=frame.index)
        for item, where in values_of(define, dataset, variable):
            chosen = rows_of(frame, where, define)
            texts = frame.loc[chosen, variable].dropna()
            assert len(texts), where.oid
            count += chosen
            if item.data_type in ("integer", "float"):
                assert pd.to_numeric(texts).notna().all()
            if item.data_type == "integer":
                assert texts.str.fullmatch(r"-?[0-9]+").all()
            assert item.length is None or texts.str.len().max() <= item.length
        assert set(count[frame[variable].notna()]) == {1}, variable


def test_6_no_clause_of_define_selects_nothing(define: Define, read: Read):
    groups = {ref.item: group.name for group in define.groups for ref in group.items}
    for where in define.where_clauses:
        name = groups[where.checks[0].item]
        assert rows_of(read(name.lower()), where, define).any(), where.oid


def test_6_values_that_the_workbook_describes_are_not_described_again():
    rows = pd.DataFrame(
        {
            "USUBJID": ["S1"] * 5,
            "LBTESTCD": ["GLUC", "GLUC", "CRP", "CRP", "ND"],
            "LBSPEC": ["SERUM", "URINE", "SERUM", "SERUM", "SERUM"],
            "LBSTRESC": ["5.1", "NEGATIVE", "7", "<3", None],
        },
        dtype="str",
    )
    named = {"LBTESTCD": "Topic", "LBSPEC": "Record Qualifier", "LBSTRESC": "Result Qualifier"}
    variables = tuple(VariableSpec(dataset="LB", name=n, role=r) for n, r in named.items())
    dataset = DatasetSpec(
        name="LB", class_="FINDINGS", keys=("USUBJID", "LBTESTCD", "LBSPEC"), variables=variables
    )
    urine = ClauseCondition(variable="LBSPEC", comparator="EQ", values=("URINE",))
    nothing = ClauseCondition(variable="LBSPEC", comparator="EQ", values=("HAIR",))
    spec = Spec(
        shown="",
        standard="SDTM",
        define={},
        datasets={"LB": dataset},
        where_clauses={
            "WC.URINE": WhereClause(id="WC.URINE", conditions=(urine,)),
            "WC.HAIR": WhereClause(id="WC.HAIR", conditions=(nothing,)),
        },
        value_levels=tuple(
            ValueLevelSpec(dataset="LB", variable="LBSTRESC", where=w) for w in ("WC.URINE", "WC.HAIR")
        ),
    )
    variables = tuple(Variable(name, name, "Char") for name in rows.columns)
    made = MadeColumns(Dataset("LB", "", variables, (), rows, pd.DataFrame()))
    found = with_values(spec, {"LB": made}, {"LB": Selection(rows)})
    assert [(row.where, row.data_type) for row in found.values_of("LB", "LBSTRESC")] == [
        ("WC.URINE", "text"),
        ("WC.LB.CRP", "text"),
        ("WC.LB.GLUC.SERUM", "float"),
    ]
    clause = found.where_clauses["WC.LB.GLUC.SERUM"]
    assert [(c.variable, c.values) for c in clause.conditions] == [
        ("LBTESTCD", ("GLUC",)),
        ("LBSPEC", ("SERUM",)),
    ]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (["2022-01-31", None], "date"),
        (["2022-01-31", "2022-01", "2022"], "partialDate"),
        (["2022"], "partialDate"),
        (["2022-01-31T08:30:00", "2022-01-31T08:30:00Z"], "datetime"),
        (["2022-01-31T08:30"], "partialDatetime"),
        (["2022-01-31", "2022-01-31T08:30:00"], "partialDatetime"),
        (["2022-01", "2022-01-31T08"], "partialDatetime"),
        (["2022---15", "2022-01-31"], "incompleteDatetime"),
        (["2022-01-31T-:30"], "incompleteDatetime"),
    ],
)
def test_7_the_data_type_of_a_date_is_that_of_its_values(values, wanted):
    column = CodedColumn.of(pd.Series(values, dtype="str"))
    assert date_type(column.distinct) == wanted


def test_7_data_types_of_the_shipped_trial_are_true(define: Define, read: Read):
    items = define.by_oid()
    forms = {
        "date": r"\d{4}-\d\d-\d\d",
        "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
        "partialDate": r"\d{4}(-\d\d){0,2}",
        "partialDatetime": r"\d{4}(-\d\d){0,2}(T\d\d(:\d\d){0,2})?",
    }
    seen = set()
    for group in define.groups:
        names = [items[ref.item].name for ref in group.items]
        dates = [name for name in names if name.endswith("DTC")]
        frame = read(group.name.lower()) if dates and not group.has_no_data else pd.DataFrame()
        for ref in group.items:
            item = items[ref.item]
            if item.name in dates and item.name in frame and frame[item.name].notna().any():
                assert frame[item.name].dropna().str.fullmatch(forms[item.data_type]).all(), item.oid
                seen.add(item.data_type)
    assert seen == {"date", "partialDate", "partialDatetime"}


# 9. and 10. Codes of external dictionaries, from a file of the user

CODES = """Dataset,Key,Specimen,Dictionary,Version,Code,Term
TS,TRT,,UNII,2026-01,M0CKC0DE01,
TS,PCLAS,,MED-RT,2026.01.05,N0000000001,A mock class [EPC]
LB,GLUC,SERUM,LOINC,2.80,99901-1,
LB,GLUC,URINE,LOINC,2.80,99902-9,
LB,CREAT,,LOINC,2.80,99903-7,
"""


def coded_spec(text: str, tmp_path: Path) -> tuple[Spec, Problems]:
    path, problems = tmp_path / "codes.csv", Problems()
    path.write_text(text)
    tests = Codelist(id="LBTESTCD", terms=tuple(Term(value=v) for v in ("GLUC", "CREAT", "ALT")))
    names = ("LBTESTCD", "LBSPEC", "LBLOINC")
    lb = DatasetSpec(
        name="LB",
        variables=tuple(
            VariableSpec(dataset="LB", name=n, codelist="LBTESTCD" if n == "LBTESTCD" else "") for n in names
        ),
    )
    summary = (
        SummaryValue(parameter="TRT", value="ALDESLEUKIN"),
        SummaryValue(parameter="PCLAS", null_flavor="UNK"),
        SummaryValue(parameter="SPONSOR", value="X"),
    )
    spec = Spec(
        shown="",
        standard="SDTM",
        define={},
        datasets={"LB": lb},
        codelists={"LBTESTCD": tests},
        protocol=Protocol(summary=summary),
    )
    return with_codes(spec, path, "terminology/codes.csv", problems), problems


def test_9_codes_of_the_user_fill_the_trial_summary(tmp_path: Path):
    spec, problems = coded_spec(CODES, tmp_path)
    assert not problems
    found = [
        (s.parameter, s.value, s.null_flavor, s.code, s.dictionary, s.dictionary_version)
        for s in spec.protocol.summary
    ]
    assert found == [
        ("TRT", "ALDESLEUKIN", "", "M0CKC0DE01", "UNII", "2026-01"),
        ("PCLAS", "A mock class [EPC]", "", "N0000000001", "MED-RT", "2026.01.05"),
        ("SPONSOR", "X", "", "", "", ""),
    ]


def test_9_codes_of_diagnoses_reach_the_dataset(damaged_shipped: Built, read: Read):
    """Those of `codes_of_diagnoses`; the shipped trial has none."""
    coded = ["TSPARMCD", "TSVAL", "TSVALCD", "TSVCDREF", "TSVCDVER"]
    diagnoses = read("ts")[coded].query("TSPARMCD in ['INDIC', 'TDIGRP']").fillna("")
    disease = "Major depressive episode"
    assert diagnoses.to_numpy().tolist() == [
        ["INDIC", disease, "", "", ""],
        ["TDIGRP", disease, "", "", ""],
    ]
    made, _ = pyreadstat.read_xport(damaged_shipped.outputs / "sdtm" / "ts.xpt")
    assert made[coded].query("TSPARMCD in ['INDIC', 'TDIGRP']").to_numpy().tolist() == [
        ["INDIC", disease, "99900001", "SNOMED", "2026-01-01"],
        ["TDIGRP", disease, "99900002", "SNOMED", "2026-01-01"],
    ]


def test_10_codes_of_the_user_fill_loinc_by_test_and_specimen(tmp_path: Path):
    spec, _ = coded_spec(CODES, tmp_path)
    rows = [("GLUC", "SERUM"), ("GLUC", "URINE"), ("CREAT", "SERUM"), ("ALT", "SERUM"), ("GLUC", None)]
    frame = pd.DataFrame(rows, columns=["LBTESTCD", "LBSPEC"], dtype="str")
    made = with_loinc(frame, "LB", spec.datasets["LB"], spec)
    assert made["LBLOINC"].fillna("").tolist() == ["99901-1", "99902-9", "99903-7", "", ""]
    bare = spec.model_copy(update={"codes": ()})
    assert with_loinc(frame, "LB", spec.datasets["LB"], bare) is frame


@pytest.mark.parametrize(
    ("row", "what", "hint"),
    [
        ("LB,GLUK,,LOINC,2.80,99901-1,", "LB has no test or parameter GLUK", "GLUC"),
        ("LB,GLUC,,LOINC,2.80,99901-2,", "'99901-2' is not a LOINC code: its check digit is wrong", ""),
        ("LB,GLUC,,LOINC,2.80,,", "LB GLUC has no dictionary or no code", ""),
        ("XX,GLUC,,LOINC,2.80,99901-1,", "dataset XX has no tests or parameters in the workbook", ""),
        ("LB,CREAT,,LOINC,2.80,99903-7,", "LB CREAT is coded by an earlier row already", ""),
    ],
)
def test_10_a_row_of_codes_that_can_t_be_used_is_reported_at_its_line(tmp_path: Path, row, what, hint):
    spec, problems = coded_spec(CODES + row + "\n", tmp_path)
    (problem,) = problems.items
    assert (problem.code, str(problem.where)) == ("SPC153", "terminology/codes.csv:7")
    assert (problem.what, problem.hint) == (what, hint)
    assert len(spec.codes) == 5


@pytest.mark.parametrize("text", ["", "Dataset,Code\nLB,1\n", 'Dataset,Key\n"LB'])
def test_10_a_file_of_codes_without_its_columns_stops(tmp_path: Path, text: str):
    _, problems = coded_spec(text, tmp_path)
    assert [problem.code for problem in problems.stops] == ["SPC152"]


@pytest.mark.parametrize("code", ["99901-1", "99902-9", "99903-7"])
def test_10_check_digits_of_loinc(code: str):
    assert is_loinc(code)
    assert not is_loinc(code[:-1] + str((int(code[-1]) + 1) % 10))
