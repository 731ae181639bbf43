"""Protocol Criteria and Protocol Summary: rows into records of TI and TS, and what is wrong with them."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm.complete.trial_design import trial_design
from il2cdisc.spec.load import read_spec


def _dataset(sheets, name: str, keys: str, variables: str, codelists: dict[str, str]) -> None:
    sheets["Datasets"].append(
        {"Dataset": name, "Label": name, "Class": "TRIAL DESIGN", "Key Variables": keys, "Repeating": "Yes"}
    )
    for order, variable in enumerate(variables.split(), start=1):
        sheets["Variables"].append(
            {
                "Order": order,
                "Dataset": name,
                "Variable": variable,
                "Label": variable,
                "Data Type": "integer" if variable == "TSSEQ" else "text",
                "Length": 8 if variable == "TSSEQ" else 200,
                "Mandatory": "No",
                "Codelist": codelists.get(variable),
                "Origin": "Assigned",
            }
        )


def _codelist(sheets, name: str, terms: dict[str, str]) -> None:
    for order, (term, decode) in enumerate(terms.items(), start=1):
        row = {"ID": name, "Name": name, "Data Type": "text", "Order": order}
        sheets["Codelists"].append(row | {"Term": term, "Decoded Value": decode})


def with_trial_design(sheets):
    codes = {"IETESTCD": "IETESTCD", "IECAT": "IECAT"}
    _dataset(sheets, "TI", "STUDYID, IETESTCD", "STUDYID DOMAIN IETESTCD IETEST IECAT TIVERS", codes)
    _codelist(sheets, "IETESTCD", {"INCL01": "Adult", "EXCL01": "Fever"})
    _codelist(sheets, "IECAT", {"INCLUSION": "", "EXCLUSION": ""})
    variables = "STUDYID DOMAIN TSSEQ TSPARMCD TSPARM TSVAL TSVAL1 TSVALNF TSVALCD TSVCDREF TSVCDVER"
    _dataset(sheets, "TS", "STUDYID, TSPARMCD, TSSEQ", variables, {"TSPARMCD": "TSPARMCD"})
    _codelist(
        sheets, "TSPARMCD", {"TTYPE": "Trial Type", "TITLE": "Trial Title", "REGID": "Registry Identifier"}
    )
    sheets["Protocol Criteria"] = [
        {"Criterion Code": "INCL01", "Category": "INCLUSION", "Version": "1.0"},
        {"Criterion Code": "EXCL01", "Category": "EXCLUSION", "Version": "1.0"},
    ]
    sheets["Protocol Summary"] = [
        {"Parameter Code": "TTYPE", "Value": "SAFETY", "Code": "C49667", "Dictionary": "CDISC CT"},
        {"Parameter Code": "TITLE", "Value": "word " * 49 + "word"},
        {"Parameter Code": "TTYPE", "Value": "EFFICACY"},
        {"Parameter Code": "REGID", "Null Flavor": "NA"},
    ]
    return sheets


def test_records_of_ti_and_ts(sdtm, save) -> None:
    spec, _ = read_spec(save(with_trial_design(sdtm)), "specs/sdtm.xlsx")
    assert spec is not None
    design = trial_design(spec)
    rows = design["TI"][["IETESTCD", "IETEST", "IECAT", "TIVERS"]].to_numpy().tolist()
    assert rows == [["INCL01", "Adult", "INCLUSION", "1.0"], ["EXCL01", "Fever", "EXCLUSION", "1.0"]]
    ts = design["TS"]
    shown = ts[["TSPARMCD", "TSPARM", "TSSEQ", "TSVALNF", "TSVALCD", "TSVCDREF"]].fillna("")
    assert shown.to_numpy().tolist() == [
        ["TTYPE", "Trial Type", 1.0, "", "C49667", "CDISC CT"],
        ["TITLE", "Trial Title", 1.0, "", "", ""],
        ["TTYPE", "Trial Type", 2.0, "", "", ""],
        ["REGID", "Registry Identifier", 1.0, "NA", "", ""],
    ]
    long = ts.loc[1]
    assert len(long["TSVAL"]) <= 200
    assert f"{long['TSVAL']} {long['TSVAL1']}".replace("  ", " ").split() == ["word"] * 50
    assert pd.isna(ts.loc[3, "TSVAL"])


def test_what_is_wrong_is_told_with_its_cell(sdtm, problems_of, snapshot) -> None:
    sheets = with_trial_design(sdtm)
    sheets["Protocol Criteria"] += [
        {"Criterion Code": "INCL01", "Category": "INCLUSION", "Version": "1.0"},
        {"Criterion Code": "INCL1", "Category": "INCLUSIVE", "Version": "1.0"},
    ]
    sheets["Protocol Summary"] += [
        {"Parameter Code": "TITTLE", "Value": "A"},
        {"Parameter Code": "TITLE", "Value": "A", "Null Flavor": "NA"},
        {"Parameter Code": "REGID"},
        {"Parameter Code": "REGID", "Null Flavor": "NAN"},
        {"Parameter Code": "TTYPE", "Value": "SAFETY", "Code": "C49667"},
    ]
    lines = problems_of(sheets).splitlines()
    assert "\n".join(line for line in lines if "!Protocol" in line) == snapshot
