"""Each rule: data that it accepts, data that it tells, and the words in which it does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from il2cdisc.base.datasets import Variable
from il2cdisc.check.rules import all_rules
from il2cdisc.check.run import run_rules
from il2cdisc.spec.models import ClauseCondition, DatasetSpec, ValueLevelSpec, VariableSpec, WhereClause


def change_variable(pack: Any, dataset: str, name: str, **changes: Any) -> None:
    """Change how the file holds one variable."""
    pack.file_variables[dataset] = tuple(
        replace(item, **changes) if item.name == name else item for item in pack.variables(dataset)
    )


def test_a_clean_package_has_no_findings(pack: Any) -> None:
    assert pack.findings() == []


def test_codes_are_unique_and_every_rule_has_its_page() -> None:
    rules = all_rules()
    codes = [rule.kind.code for rule in rules]
    assert codes == sorted(set(codes))
    for rule in rules:
        assert rule.kind.code.startswith("CHK")
        for word in ("What:", "Why:", "Example:", "Fix:"):
            assert word in rule.page, (rule.name, word)
        assert rule.kind.fix


def add_qualifiers(pack: Any, names: list[str]) -> None:
    """SUPPAE with a record a qualifier; value level describes AETRTEM alone."""
    rows = len(names)
    pack.frames["SUPPAE"] = pd.DataFrame(
        {"USUBJID": ["TEST-001"] * rows, "QNAM": names, "QVAL": ["Y"] * rows}
    ).astype("str")
    variables = tuple(
        VariableSpec(order=n, dataset="SUPPAE", name=name, label=name)
        for n, name in enumerate(("USUBJID", "QNAM", "QVAL"), start=1)
    )
    pack.specs["SUPPAE"] = DatasetSpec(name="SUPPAE", label="Supplement", keys=("QNAM",), variables=variables)
    condition = ClauseCondition(variable="QNAM", comparator="EQ", values=("AETRTEM",))
    pack.clauses["WC.Q"] = WhereClause(id="WC.Q", conditions=(condition,))
    pack.levels.append(ValueLevelSpec(dataset="SUPPAE", variable="QVAL", where="WC.Q", data_type="text"))


def test_described_qualifiers_are_right(pack: Any) -> None:
    add_qualifiers(pack, ["AETRTEM"])
    assert pack.findings("CHK044") == []


def test_value_level_may_describe_some_values_only(pack: Any) -> None:
    pack.set("LB", "LBTESTCD", 3, "UREA")
    assert pack.findings("CHK044") == []


# One case a rule: how the clean package is spoilt. What is told is in the snapshot.


def dataset_missing(pack: Any) -> None:
    del pack.frames["AE"]


def dataset_unknown(pack: Any) -> None:
    pack.frames["AEE"] = pack.frames["AE"].copy()
    pack.respecify("LB", no_data=True)


def dataset_name(pack: Any) -> None:
    pack.files["AE"] = "outputs/sdtm/events.xpt"


def dataset_empty(pack: Any) -> None:
    pack.frames["AE"] = pack.frames["AE"].iloc[:0]


def dataset_label(pack: Any) -> None:
    pack.file_labels["AE"] = "Adverse Event"


def variable_missing(pack: Any) -> None:
    pack.frames["AE"] = pack.frames["AE"].rename(columns={"AESEV": "AESEVE"})


def variable_unknown(pack: Any) -> None:
    pack.frames["AE"] = pack.frames["AE"].rename(columns={"AESEV": "AESEVE"})
    pack.frames["DM"]["QQQ"] = pd.Series(["x", "y"], dtype="str")


def variable_order(pack: Any) -> None:
    names = list(pack.frames["AE"].columns)
    names[4], names[5] = names[5], names[4]
    pack.frames["AE"] = pack.frames["AE"][names]


def variable_label(pack: Any) -> None:
    change_variable(pack, "AE", "AESEV", label="Severity")


def variable_type(pack: Any) -> None:
    pack.frames["DM"]["AGE"] = pd.Series(["34", "51"], dtype="str")


def variable_format(pack: Any) -> None:
    pack.respecify("DM", "AGE", format="3.")
    pack.respecify("LB", "LBSTRESN", format="8.2")
    change_variable(pack, "LB", "LBSTRESN", format="8.2")


def length_exceeded(pack: Any) -> None:
    pack.set("AE", "AETERM", 1, "HEADACHE, THROBBING, ON BOTH SIDES, AT NIGHT")
    pack.respecify("AE", "AESTDTC", length=4)  # dates have no length


def length_in_file(pack: Any) -> None:
    change_variable(pack, "AE", "USUBJID", length=40)
    change_variable(pack, "LB", "LBSTRESC", length=3)


def variable_inconsistent(pack: Any) -> None:
    change_variable(pack, "LB", "USUBJID", label="Subject")


def value_missing(pack: Any) -> None:
    pack.set("AE", "AETERM", 2, None)


def number_kind(pack: Any) -> None:
    pack.set("DM", "AGE", 0, 34.5)
    pack.set("LB", "LBSTRESN", 0, 5.255)


def codelist_closed(pack: Any) -> None:
    pack.set("AE", "AESEV", 0, "Mild")
    pack.set("DM", "SEX", 1, "X")


def codelist_extensible(pack: Any) -> None:
    pack.terms["C71620"] = frozenset({"mg/dL"})
    pack.set("LB", "LBSTRESU", 0, "mmol/l")
    pack.set("LB", "LBSTRESU", 2, "mg/dL")


def date_grammar(pack: Any) -> None:
    pack.set("AE", "AESTDTC", 0, "03/01/2020")
    pack.set("AE", "AESTDTC", 1, "2020-02-30")
    pack.set("AE", "AEDUR", 0, "2 hours")
    pack.set("AE", "AEDUR", 1, "P1DT")


def assigned_value(pack: Any) -> None:
    pack.set("DM", "STUDYID", 1, "OTHER")


def keys_unique(pack: Any) -> None:
    pack.set("LB", "LBTESTCD", 1, "GLUC")


def keys_order(pack: Any) -> None:
    pack.set("AE", "AETERM", 0, "VERTIGO")


def sequence(pack: Any) -> None:
    pack.set("AE", "AESEQ", 1, 3)
    pack.set("LB", "LBSEQ", 2, 1.5)
    pack.set("LB", "LBSEQ", 3, None)


def subject_unknown(pack: Any) -> None:
    pack.set("LB", "USUBJID", 3, "TEST-003")


def value_level_kind(pack: Any) -> None:
    pack.set("LB", "LBSTRESC", 0, "5.251")
    pack.set("LB", "LBSTRESC", 2, "4+")


def value_level_length(pack: Any) -> None:
    pack.set("LB", "LBSTRESC", 1, "NEGATIVE!")


def value_level_missing(pack: Any) -> None:
    pack.set("LB", "LBSTRESC", 2, None)


def value_level_empty(pack: Any) -> None:
    for row in range(len(pack.frames["LB"])):
        pack.set("LB", "LBTESTCD", row, "GLUCOSE")


def value_level_codelist(pack: Any) -> None:
    pack.set("LB", "LBSTRESC", 3, "NEGATIV")


def value_near_standard(pack: Any) -> None:
    pack.set("LB", "LBSTRESU", 2, "MMOL / L")
    pack.near["C71620", "MMOL / L"] = "mmol/L"


def value_level_uncovered(pack: Any) -> None:
    add_qualifiers(pack, ["AETRTEM", "AETRTEMM", "AEX"])


# rules of the data themselves, from CHK050 on, value level apart, are in test_data_rules.py
RULES = [rule for rule in all_rules() if rule.kind.code < "CHK050" or rule.name.startswith("value_level")]
CASES = {name: spoil for name, spoil in list(globals().items()) if name in {rule.name for rule in RULES}}


def test_every_rule_has_a_case() -> None:
    assert sorted(CASES) == sorted(rule.name for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule(rule: Any, pack: Any, snapshot: object) -> None:
    assert pack.findings(rule.kind.code) == []
    CASES[rule.name](pack)
    told = pack.told(rule.kind.code)
    assert told
    assert told == snapshot


# What the rules must not tell


def test_no_data_needs_no_file(pack: Any) -> None:
    del pack.frames["LB"]
    pack.respecify("LB", no_data=True)
    assert pack.findings() == []


def test_a_variable_without_data_may_be_away(pack: Any) -> None:
    del pack.frames["AE"]["AEDUR"]
    pack.respecify("AE", "AEDUR", no_data=True)
    assert pack.findings() == []


@pytest.mark.parametrize("text", ["DATE9", "date9.", " DATE9. "])
def test_a_format_is_one_with_or_without_its_stop(pack: Any, text: str) -> None:
    pack.respecify("DM", "AGE", format=text)
    change_variable(pack, "DM", "AGE", format="DATE9.")
    assert pack.findings("CHK015") == []


def test_supplemental_datasets_have_lengths_of_their_own(pack: Any) -> None:
    pack.frames["SUPPAE"] = pd.DataFrame({"USUBJID": ["TEST-1"], "QVAL": ["x"]}).astype("str")
    pack.file_variables["SUPPAE"] = (Variable("USUBJID", "", "Char", 6), Variable("QVAL", "", "Char", 1))
    assert pack.findings("CHK017") == []
    pack.file_variables["SUPPAE"] = (Variable("USUBJID", "", "Char", 8), Variable("QVAL", "", "Char", 1))
    assert [item.dataset for item in pack.findings("CHK017")] == ["SUPPAE"]


def test_datasets_of_a_part_have_lengths_of_their_own(pack: Any) -> None:
    """Of a whole package the longest value of all datasets counts; a file of a part knows its own alone."""
    pack.frames["AE"]["VISIT"] = pd.Series(["WEEK 10"] * len(pack.frames["AE"]), dtype="str")
    pack.frames["LB"]["VISIT"] = pd.Series(["WEEK 2"] * len(pack.frames["LB"]), dtype="str")
    pack.file_variables["AE"] = tuple(v for v in pack.variables("AE") if v.name != "VISIT")
    pack.file_variables["AE"] += (Variable("VISIT", "", "Char", 7),)
    pack.file_variables["LB"] = tuple(v for v in pack.variables("LB") if v.name != "VISIT")
    pack.file_variables["LB"] += (Variable("VISIT", "", "Char", 6),)
    assert "LB" in [item.dataset for item in pack.findings("CHK017")]
    rules = [rule for rule in all_rules() if rule.kind.code == "CHK017"]
    own = replace(pack.context(), own_lengths=True)
    assert [item for item in run_rules(own, rules=rules) if item.records[0].where.column == "VISIT"] == []


def test_lengths_count_bytes(pack: Any) -> None:
    pack.respecify("AE", "AETERM", length=8)
    assert pack.findings("CHK016") == []
    pack.set("AE", "AETERM", 1, "HEADACH\u00c9")
    assert len(pack.findings("CHK016")) == 1


def test_an_empty_text_variable_has_length_one(pack: Any) -> None:
    pack.frames["AE"]["AESEV"] = pd.Series([None, None, None], dtype="str")
    assert [v.length for v in pack.variables("AE") if v.name == "AESEV"] == [1]
    assert pack.findings("CHK017") == []


@pytest.mark.parametrize("value", ["2020", "2020-01", "2020---15", "2020-01-03T08", "2020-01-03T08:30:15"])
def test_partial_dates_are_right(pack: Any, value: str) -> None:
    pack.set("AE", "AESTDTC", 0, value)
    assert pack.findings("CHK024") == []


@pytest.mark.parametrize(
    "value", ["2020-1-3", "2020-01-03 08:30", "2020-13", "UNK", "2020-01-03T24:00", "2020-"]
)
def test_other_dates_are_wrong(pack: Any, value: str) -> None:
    pack.set("AE", "AESTDTC", 0, value)
    assert [item.first.value for item in pack.findings("CHK024")] == [value]


@pytest.mark.parametrize(
    ("value", "right"),
    [
        *((value, True) for value in ("P1D", "P1Y2M3DT4H5M6.5S", "P2W", "-P3D", "PT30M")),
        *((value, False) for value in ("P", "PT", "1D", "P1H", "P1WT")),
    ],
)
def test_durations(pack: Any, value: str, right: bool) -> None:
    pack.set("AE", "AEDUR", 0, value)
    assert (pack.findings("CHK024") == []) is right


def test_times(pack: Any) -> None:
    pack.respecify("AE", "AEDUR", data_type="time")
    spec = pack.specs["AE"].by_name["AEDUR"]
    renamed = VariableSpec.model_validate({**spec.__dict__, "name": "AETIM"})
    pack.specs["AE"] = pack.specs["AE"].model_copy(update={"variables": (renamed,)})
    for value, right in (("08:30", True), ("23:59:59.5", True), ("24:00", False), ("8:30", False)):
        pack.frames["AE"] = pd.DataFrame({"AETIM": pd.Series([value], dtype="str")})
        assert (pack.findings("CHK024") == []) is right, value


def test_numbers_are_compared_with_terms_as_a_workbook_writes_them(pack: Any) -> None:
    pack.respecify("DM", "AGE", codelist="AGES")
    pack.codelists["AGES"] = pack.codelists["SEX"].model_copy(
        update={
            "terms": tuple(
                t.model_copy(update={"value": v})
                for t, v in zip(pack.codelists["SEX"].terms, ("34", "51", "60"), strict=True)
            )
        }
    )
    assert pack.findings("CHK022") == []
    pack.set("DM", "AGE", 1, 52)
    assert [item.first.value for item in pack.findings("CHK022")] == ["52"]


def test_an_external_dictionary_is_no_codelist(pack: Any) -> None:
    pack.respecify("AE", "AETERM", codelist="DICTIONARY")
    assert pack.findings() == []


def test_missing_keys_sort_first_and_descending_inner_keys_start_again(pack: Any) -> None:
    pack.set("AE", "AESTDTC", 0, None)
    assert pack.findings("CHK031") == []
    assert pack.findings("CHK030") == []


def test_keys_that_the_file_lacks_are_left_out(pack: Any) -> None:
    pack.respecify("DM", keys=("STUDYID", "USUBJID", "NOSUCH"))
    assert pack.findings("CHK030") == []


def test_trial_parameters_count_within_their_parameter(pack: Any) -> None:
    frame = pd.DataFrame(
        {"TSSEQ": [1.0, 1.0, 2.0], "TSPARMCD": pd.Series(["ADDON", "INDIC", "INDIC"], dtype="str")}
    )
    pack.frames["TS"] = frame
    assert pack.findings("CHK032") == []
    frame.loc[2, "TSSEQ"] = 3.0
    assert [item.where for item in pack.findings("CHK032")] == ["TS TSSEQ=3 record 3 TSSEQ"]


def test_no_subjects_dataset_is_told_once_and_elsewhere(pack: Any) -> None:
    del pack.frames["DM"]
    assert pack.findings("CHK033") == []
    assert len(pack.findings("CHK001")) == 1


def test_an_extensible_codelist_at_value_level_is_a_warning(pack: Any) -> None:
    pack.codelists["NP"] = pack.codelists["NP"].model_copy(update={"extensible": True})
    pack.set("LB", "LBSTRESC", 3, "UNSURE")
    assert [str(item.level) for item in pack.findings("CHK043")] == ["warning"]


def test_a_clause_that_can_not_be_evaluated_is_told(pack: Any) -> None:
    del pack.frames["LB"]["LBTESTCD"]
    codes = {item.code for item in pack.findings()}
    assert "SPC081" in codes
    assert "CHK090" not in codes


def test_value_levels_of_a_numeric_condition(pack: Any) -> None:
    wide = (
        pack.spec()
        .where_clauses["WC.LB.LBSTRESC.GLUC"]
        .model_copy(
            update={
                "id": "W",
                "conditions": (ClauseCondition(variable="LBSTRESN", comparator="GE", values=("5",)),),
            }
        )
    )
    spec = pack.spec().model_copy(
        update={
            "where_clauses": {"W": wide},
            "value_levels": (
                ValueLevelSpec(dataset="LB", variable="LBSTRESC", where="W", data_type="float", label=""),
            ),
        }
    )
    context = replace(pack.context(), spec=spec)
    assert [rows.tolist() for _, _, rows in context.value_levels] == [[0]]
