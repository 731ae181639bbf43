"""Rules on analysis data (CHK200 to CHK229): a clean package, and for each published rule what breaks it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.datasets import Variable
from il2cdisc.check.context import CheckContext
from il2cdisc.check.findings import Finding
from il2cdisc.check.rules import all_rules
from il2cdisc.check.run import run_rules
from il2cdisc.check.table import CheckedTable
from il2cdisc.spec.models import DatasetSpec, Dictionary, Spec, VariableSpec

Column = list[Any]
Changes = Mapping[str, Column | None]
RULES = tuple(rule for rule in all_rules() if "CHK200" <= rule.kind.code < "CHK220")
S1, S2 = "TEST-001", "TEST-002"
FORMATS = {"DTM": "DATETIME20.", "DT": "DATE9.", "TM": "TIME8."}
FLAGS = {
    f"{name}{end}": [yes, no]
    for name in ("COMPL", "FAS", "ITT", "PPROT", "SAF", "RAND", "ENRL")
    for end, yes, no in (("FL", "Y", "N"), ("FN", 1.0, 0.0))
}
CODED = (
    "AELLT",
    "AEBDSYCD",
    "AELLTCD",
    "AEHLT",
    "AEHLTCD",
    "AEHLGT",
    "AEHLGTCD",
    "AEPTCD",
    "AESOC",
    "AESOCCD",
)
BOTH = {"STUDYID": ["TEST", "TEST"], "USUBJID": [S1, S2]}
# A variable and the one that says the same, with their values for the two subjects.
PAIRS: dict[str, tuple[Column, str, Column]] = {
    "STUDYID": (["TEST", "TEST"], "STUDYIDN", [7.0, 7.0]),
    "SUBJTYP": ([1.0, 2.0], "SUBJTYPC", ["PATIENT", "VOLUNTEER"]),
    "USUBJID": ([S1, S2], "USUBJIDN", [1.0, 2.0]),
    "SUBJID": (["001", "002"], "SUBJIDN", [1.0, 2.0]),
    "SITEID": (["10", "20"], "SITEIDN", [10.0, 20.0]),
    "FLGREAS": ([1.0, 2.0], "FLGREASC", ["HAEMOLYSIS", "NO TIME"]),
    "DVID": (["DOSE", "PARENT"], "DVIDN", [0.0, 1.0]),
    "BLQFL": (["Y", "N"], "BLQFN", [1.0, 0.0]),
    "ALQFL": (["Y", "N"], "ALQFN", [1.0, 0.0]),
    "FORM": (["TABLET", "SOLUTION"], "FORMN", [1.0, 2.0]),
    "ROUTE": (["ORAL", "TOPICAL"], "ROUTEN", [1.0, 2.0]),
    "ACYCLE": ([1.0, 2.0], "ACYCLEC", ["CYCLE 1", "CYCLE 2"]),
    "COHORT": ([1.0, 2.0], "COHORTC", ["LOW", "HIGH"]),
    "RACE": (["ASIAN", "WHITE"], "RACEN", [1.0, 2.0]),
    "SEX": (["F", "M"], "SEXN", [1.0, 2.0]),
    "COUNTRY": (["FRA", "ESP"], "COUNTRYN", [1.0, 2.0]),
}

DATASETS: dict[str, tuple[str, str, dict[str, Column]]] = {
    "ADSL": (
        "SUBJECT LEVEL ANALYSIS DATASET",
        "",
        {
            **BOTH,
            "SUBJID": ["001", "002"],
            "SITEID": ["10", "20"],
            "AGE": [34.0, 51.0],
            "AGEU": ["YEARS", "YEARS"],
            "SEX": ["F", "M"],
            "RACE": ["ASIAN", "WHITE"],
            "ARM": ["A", "B"],
            "TRT01P": ["A", "B"],
            "TRT01PN": [1.0, 2.0],
            "TRT01A": ["A", "B"],
            "TRT01AN": [1.0, 2.0],
            "TR01AG1": ["ACTIVE", "ACTIVE"],
            "TR01AG1N": [1.0, 1.0],
            **FLAGS,
            "TRTSDT": [21916.0, 21917.0],
            "TRTSDTF": ["D", None],
            "TRTSDTM": [1893542400.0, 1893628800.0],
            "TRTSTMF": ["H", None],
        },
    ),
    "ADVS": (
        "BASIC DATA STRUCTURE",
        "",
        {
            "STUDYID": ["TEST"] * 4,
            "USUBJID": [S1, S1, S2, S2],
            "ASEQ": [1.0, 2.0, 1.0, 2.0],
            "TRTP": ["A", "A", "B", "B"],
            "TRTPN": [1.0, 1.0, 2.0, 2.0],
            "ADT": [21916.0, 21917.0, 21917.0, 21918.0],
            "ADY": [1.0, 2.0, -1.0, 2.0],
            "ATPT": ["BEFORE", "AFTER", "BEFORE", "AFTER"],
            "ATPTN": [0.0, 1.0, 0.0, 1.0],
            "ARELTM": [0.0, 60.0, 0.0, 60.0],
            "ARELTMU": ["MINUTES"] * 4,
            "AVISIT": ["DAY 1", "DAY 2", "DAY 1", "DAY 2"],
            "AVISITN": [1.0, 2.0, 1.0, 2.0],
            "AWTARGET": [1.0, 2.0, 1.0, 2.0],
            "AWTDIFF": [0.0, 0.0, 2.0, 0.0],
            "AWLO": [1.0, 2.0, -2.0, 2.0],
            "AWHI": [1.0, 3.0, 1.0, 3.0],
            "AWU": ["DAYS"] * 4,
            "PARAM": ["Pulse (/min)"] * 4,
            "PARAMCD": ["PULSE"] * 4,
            "PARAMN": [1.0] * 4,
            "AVAL": [60.0, 90.0, 0.0, 50.0],
            "AVALC": ["60", "90", "0", "50"],
            "BASE": [60.0, 60.0, 0.0, 0.0],
            "BASEC": ["60", "60", "0", "0"],
            "CHG": [None, 30.0, None, 50.0],
            "PCHG": [None, 50.0, None, None],
            "R2BASE": [1.0, 1.5, None, None],
            "ABLFL": ["Y", None, "Y", None],
            "ABLFN": [1.0, None, 1.0, None],
            "ANL01FL": ["Y", "N", "Y", None],
            "ANRLO": [50.0, 50.0, 50.0, None],
            "ANRHI": [80.0, 80.0, None, 50.0],
            "ANRIND": ["NORMAL", "HIGH", "LOW", "NORMAL"],
            "BNRIND": ["NORMAL", "NORMAL", "LOW", "LOW"],
            "ATOXGR": ["0", "1", "0", "0"],
            "BTOXGR": ["0", "0", "0", "0"],
            "BTOXGRN": [0.0, 0.0, 0.0, 0.0],
            "ATOXGRL": ["0", "0", "1", "0"],
            "ATOXGRLN": [0.0, 0.0, 1.0, 0.0],
            "ATOXGRH": ["0", "1", "0", "0"],
            "ATOXGRHN": [0.0, 1.0, 0.0, 0.0],
            "CRIT1": ["Pulse above 80"] * 4,
            "CRIT1FL": ["N", "Y", "N", "N"],
            "SRCDOM": ["VS", "VS", "ADSL", None],
            "SRCVAR": ["VSSTRESN", "VSSTRESN", "AGE", None],
            "SRCSEQ": [1.0, 2.0, None, None],
        },
    ),
    "ADAE": (
        "OCCURRENCE DATA STRUCTURE",
        "ADVERSE EVENT",
        {
            **BOTH,
            "AESEQ": [1.0, 1.0],
            "AETERM": ["COUGH", "FEVER"],
            "AEDECOD": ["Cough", "Pyrexia"],
            "AEBODSYS": ["Respiratory", "General"],
            **{name: ["x", "y"] for name in CODED},
            "AESER": ["N", "N"],
            "AESEV": ["MILD", "SEVERE"],
            "AESEVN": [1.0, 3.0],
            "ASEV": ["MILD", "SEVERE"],
            "ASEVN": [1.0, 3.0],
            "ADURN": [2.0, None],
            "ADURU": ["DAYS", None],
            "DOSEON": [10.0, 10.0],
            "DOSCUMA": [10.0, 20.0],
            "DOSEU": ["mg", "mg"],
            "TRTEMFL": ["Y", None],
            "PREFL": [None, "Y"],
            "FUPFL": [None, None],
        },
    ),
    "ADTTE": (
        "BASIC DATA STRUCTURE",
        "TIME-TO-EVENT",
        {
            **BOTH,
            "PARAM": ["Death"] * 2,
            "PARAMCD": ["DEATH"] * 2,
            "AVAL": [4.0, 9.0],
            "CNSR": [0.0, 2.0],
            "SRCDOM": ["ADVS", "ADVS"],
            "SRCVAR": ["ADT", "ADT"],
            "SRCSEQ": [1.0, 2.0],
        },
    ),
    "ADPPK": (
        "BASIC DATA STRUCTURE",
        "POPULATION PHARMACOKINETIC ANALYSIS",
        {
            **{name: values for name, (values, _, _) in PAIRS.items()},
            **{name: values for _, name, values in PAIRS.values()},
            "COHORTN": [1.0, 2.0],
            "COUNTRYL": ["France", "Spain"],
            "AFRLT": [0.0, 1.0],
            "EVID": [1.0, 0.0],
            "DV": [None, 3.0],
            "MDV": [1.0, 0.0],
            "AMT": [10.0, None],
        },
    ),
}  # fmt: skip


def table(name: str, columns: Mapping[str, Column], spec: DatasetSpec | None = None) -> CheckedTable:
    """A dataset as it is re-read: numbers where a value is one, dates with a format."""
    frame, variables = pd.DataFrame(), list[Variable]()
    for column, values in columns.items():
        number = any(isinstance(value, float) for value in values)
        frame[column] = pd.Series(values, dtype="float64" if number else "str")
        ending = next((end for end in FORMATS if column.endswith(end) and column != "ARELTM"), "")
        shown = FORMATS[ending] if ending else ""
        variables.append(Variable(column, column, "Num" if number else "Char", 8, shown))
    return CheckedTable(name, name, f"{name.lower()}.xpt", tuple(variables), CodedTable.of(frame), spec)


def dataset(name: str, changes: Changes) -> CheckedTable:
    """A dataset of the clean package with other columns; None takes one away."""
    class_, subclass, columns = DATASETS[name]
    changed: dict[str, Column | None] = {**columns, **changes}
    kept = {column: values for column, values in changed.items() if values is not None}
    variables = tuple(
        VariableSpec(order=n, dataset=name, name=column, codelist="MEDDRA" if column == "AEDECOD" else "")
        for n, column in enumerate(kept, start=1)
    )
    spec = DatasetSpec(name=name, label=name, class_=class_, subclass=subclass, variables=variables)
    return table(name, kept, spec)


@cache
def clean() -> dict[str, CheckedTable]:
    """The datasets of the clean package, by name."""
    return {name: dataset(name, {}) for name in sorted(DATASETS)}


def package(changes: Mapping[str, Changes] | None = None) -> CheckContext:
    """The clean package with other columns in some datasets, DM, and a subject who had a dose."""
    tables = clean() | {name: dataset(name, change) for name, change in (changes or {}).items()}
    datasets = {name: item.spec for name, item in tables.items()}
    dictionary = Dictionary(id="MEDDRA", name="MedDRA", dictionary="MedDRA")
    given = {"shown": "adam.xlsx", "standard": "ADaM", "define": {}, "datasets": datasets}
    book = Spec.model_validate({**given, "dictionaries": {"MEDDRA": dictionary}})
    subjects = {"USUBJID": [S1, S2, "TEST-003"], "AGE": [34.0, 51.0, 60.0]}
    return CheckContext(book, tables, exposed=frozenset({S1}), demographics=table("DM", subjects))


def without(context: CheckContext, name: str) -> CheckContext:
    """The package, and its workbook, without a dataset."""
    tables = {key: item for key, item in context.tables.items() if key != name}
    datasets = {key: item for key, item in context.spec.datasets.items() if key != name}
    return replace(context, tables=tables, spec=context.spec.model_copy(update={"datasets": datasets}))


def findings(context: CheckContext, code: str = "") -> list[Finding]:
    """What the rules on analysis data report, or one of them."""
    return run_rules(context, rules=[rule for rule in RULES if code in ("", rule.kind.code)])


def broken(context: CheckContext) -> set[str]:
    """Ids of the published rules that a package breaks."""
    return {published for finding in findings(context) for published in finding.published}


# Each published rule with what breaks it in the clean package: dataset, columns, values (None: not there).
NAMES = ("COMPL", "FAS", "ITT", "PPROT", "SAF", "RAND", "ENRL")
REQUIRED = {
    "ADSL": {
        "SITEID": 47, "AGE": 49, "AGEU": 50, "SEX": 51, "RACE": 52, "SUBJID": 55, "ARM": 71, "TRT01P": 72,
        "STUDYID": 88, "USUBJID": 89,
    },
    "ADVS": {"PARAM": 194, "PARAMCD": 195},
    "ADTTE": {"CNSR": 373},
    "ADAE": {
        "AEDECOD": 261, "AEBODSYS": 262, "AESER": 278, "AETERM": 620, "TRTEMFL": 621, "AESEQ": 623,
        **{name: 624 + n for n, name in enumerate(CODED)},
    },
    "ADPPK": {"USUBJIDN": 885, "AFRLT": 886, "EVID": 887, "DV": 888, "MDV": 889, "AMT": 890},
}  # fmt: skip
FIVE = {
    "SUBJID": 815, "SITEID": 820, "DVID": 830, "BLQFL": 835, "ALQFL": 840, "FORM": 845, "ROUTE": 850,
    "RACE": 865, "SEX": 870, "COUNTRY": 875,
}  # fmt: skip
# First without second, second without first, several seconds, several firsts, second alone in the dataset.
OTHER_FIVE: dict[tuple[str, str], tuple[int, ...]] = {
    ("STUDYID", "STUDYIDN"): (800, 0, 802, 0, 804),
    ("SUBJTYP", "SUBJTYPC"): (805, 806, 807, 0, 809),
    ("USUBJID", "USUBJIDN"): (0, 811, 812, 813, 814),
    ("FLGREAS", "FLGREASC"): (826, 825, 827, 828, 829),
    ("ACYCLE", "ACYCLEC"): (855, 856, 857, 858, 859),
    ("COHORT", "COHORTC"): (860, 861, 862, 863, 864),
    ("COUNTRY", "COUNTRYL"): (880, 881, 882, 883, 884),
    ("COHORT", "COHORTN"): (0, 0, 891, 892, 0),
    ("ACYCLE", "ACYCLEC "): (0, 0, 893, 894, 0),
}
Case = tuple[str, str, Changes]


def pair_cases() -> list[Case]:
    """Five faults of each pair, in the dataset of population pharmacokinetics."""
    numbered = {(name, PAIRS[name][1]): tuple(range(start, start + 5)) for name, start in FIVE.items()}
    cases: list[Case] = []
    for (first, other), ids in {**numbered, **OTHER_FIVE}.items():
        second = other.strip()
        columns = DATASETS["ADPPK"][2]
        one, two = columns[first], columns[second]
        changes: tuple[Changes, ...] = (
            {second: [None, two[1]]},
            {first: [None, one[1]]},
            {first: [one[0], one[0]], second: [two[0], 9.0 if isinstance(two[0], float) else "OTHER"]},
            {first: [one[0], 9.0 if isinstance(one[0], float) else "OTHER"], second: [two[0], two[0]]},
            {first: None},
        )
        cases += [(f"AD{n:04}", "ADPPK", change) for n, change in zip(ids, changes, strict=True) if n]
    return cases


CASES: list[Case] = [
    *pair_cases(),
    *((f"AD{n:04}", name, {column: None}) for name, all_ in REQUIRED.items() for column, n in all_.items()),
    *((f"AD{19 + n:04}", "ADSL", {f"{name}FL": ["Y", "M"]}) for n, name in enumerate(NAMES)),
    *((f"AD{19 + n:04}", "ADSL", {f"{name}FL": ["Y", None]}) for n, name in enumerate(NAMES)),
    *((f"AD{26 + n:04}", "ADSL", {f"{name}FN": [1.0, 2.0]}) for n, name in enumerate(NAMES)),
    ("AD0005", "ADVS", {"ANL01FL": ["Y", "no", None, "N"]}),
    ("AD0006", "ADSL", {"DISCFL": ["Y", "N"], "DISCFN": [1.0, 2.0]}),
    ("AD0007", "ADSL", {"SAFFL": None}),
    ("AD0010", "ADVS", {"ABLFN": [1.0, None, None, None]}),
    ("AD0011", "ADSL", {"SAFFN": [1.0, 1.0]}),
    ("AD0012", "ADVS", {"ABLFN": [1.0, 1.0, 1.0, None]}),
    ("AD0039", "ADSL", {"TRTSDTF": ["DAY", None]}),
    ("AD0040", "ADSL", {"TRTSTMF": ["Y", None]}),
    ("AD0046", "ADVS", {"ADY": [1.0, 2.0, 0.0, 2.0]}),
    ("AD0053", "ADSL", {"USUBJID": [S1, "TEST-009"]}),
    ("AD0054", "ADSL", {"USUBJID": [S1, S1]}),
    ("AD0060", "ADSL", {"TRTSDTM": ["2020-01-02T00:00", "2020-01-03T00:00"]}),
    ("AD0061", "ADSL", {"TRTSDT": None, "TRTSDTM": None}),
    ("AD0064", "ADSL", {"TRT01A": None}),
    ("AD0070", "ADSL", {"TR01AG1": None}),
    ("AD0080", "ADSL", {"TRT01P": None}),
    ("AD0111", "ADVS", {"ARELTMU": None}),
    ("AD0112", "ADVS", {"ARELTMU": ["MINUTES", None, "MINUTES", "MINUTES"]}),
    ("AD0113", "ADVS", {"ARELTM": None}),
    ("AD0117", "ADVS", {"ATPT": ["BEFORE", "AFTER", "AFTER", "AFTER"]}),
    ("AD0118", "ADVS", {"ATPTN": [0.0, 1.0, 0.0, 2.0]}),
    ("AD0127", "ADVS", {"ABLFL": ["Y", None, None, None]}),
    ("AD0127", "ADVS", {"ABLFL": None}),
    ("AD0128", "ADVS", {"ABLFL": ["Y", None, None, None]}),
    ("AD0132", "ADVS", {"R2BASE": [1.0, 1.6, None, None]}),
    ("AD0132", "ADVS", {"R2BASE": [1.0, 1.5, None, 50.0]}),
    ("AD0137", "ADVS", {"CRIT1": ["Pulse above 80", None, "Pulse above 80", "Pulse above 80"]}),
    ("AD0143", "ADTTE", {"PARAMCD": ["DEATHDATE"] * 2}),
    ("AD0144", "ADTTE", {"PARAMCD": ["1DEATH"] * 2}),
    ("AD0145", "ADTTE", {"PARAMCD": ["DE-ATH"] * 2}),
    ("AD0154", "ADVS", {"ABLFL": ["Y", "Y", "Y", None], "BASETYPE": ["ONLY"] * 4}),
    ("AD0155", "ADVS", {"ABLFL": ["Y", "Y", "Y", None]}),
    ("AD0159", "ADVS", {"AWTARGET": [1.0, None, 1.0, 2.0]}),
    ("AD0163", "ADVS", {"ATOXGR": None}),
    ("AD0164", "ADVS", {"ABLFL": None}),
    ("AD0166", "ADVS", {"ANRIND": None}),
    ("AD0167", "ADVS", {"ABLFL": None}),
    ("AD0169", "ADTTE", {"CNSR": [0.0, -1.0]}),
    ("AD0169", "ADTTE", {"CNSR": [0.0, 0.5]}),
    ("AD0181", "ADVS", {"BASE": [60.0, 61.0, 0.0, 0.0]}),
    ("AD0196", "ADTTE", {"PARAM": ["Death", None]}),
    ("AD0197", "ADTTE", {"PARAMCD": ["DEATH", None]}),
    ("AD0198", "ADTTE", {"AVAL": None}),
    ("AD0204", "ADSL", {"AGE": [34.0, 52.0]}),
    ("AD0211", "ADVS", {"ABLFN": [1.0, 0.0, 1.0, None]}),
    ("AD0223", "ADVS", {"CHG": [None, -30.0, None, 50.0]}),
    ("AD0225", "ADVS", {"PCHG": [None, 0.5, None, None]}),
    ("AD0225", "ADVS", {"PCHG": [None, 50.0, None, 100.0]}),
    ("AD0252", "ADAE", {"AVALC": ["Y", "Y"]}),
    ("AD0254", "ADAE", {"PARAM": ["Event", "Event"]}),
    ("AD0268", "ADAE", {"ADURU": [None, None]}),
    ("AD0269", "ADAE", {"TRTEMFL": ["Y", "N"]}),
    ("AD0270", "ADAE", {"PREFL": ["N", "Y"]}),
    ("AD0271", "ADAE", {"FUPFL": ["N", None]}),
    ("AD0279", "ADAE", {"AESEVN": [1.0, 4.0]}),
    ("AD0335", "ADVS", {"CRIT1": None}),
    ("AD0336", "ADVS", {"CRIT1FL": None}),
    ("AD0364", "ADAE", {"DOSEU": None}),
    ("AD0369", "ADSL", {"TRTSDT": [None, 21917.0], "TRTSDTM": [None, 1893628800.0]}),
    ("AD0370", "ADSL", {"TRTSDTM": [None, 1893628800.0]}),
    ("AD0435", "ADVS", {"ATPTN": [0.0, 1.0, 0.0, None]}),
    ("AD0436", "ADVS", {"ATPT": ["BEFORE", "AFTER", "BEFORE", None]}),
    ("AD0447", "ADVS", {"AVISIT": ["DAY 1", None, "DAY 1", "DAY 2"]}),
    ("AD0458", "ADVS", {"TRTPN": [1.0, None, 2.0, 2.0]}),
    ("AD0459", "ADVS", {"TRTP": ["A", None, "B", "B"]}),
    ("AD0494", "ADVS", {"ABLFL": ["Y", "N", "Y", None]}),
    ("AD0522", "ADVS", {"BTOXGR": None}),
    ("AD0523", "ADVS", {"ATOXGRL": None}),
    ("AD0524", "ADVS", {"ATOXGRH": None}),
    ("AD0525", "ADVS", {"ABLFL": None}),
    ("AD0529", "ADAE", {"AESEV": None}),
    ("AD0530", "ADAE", {"ASEV": None}),
    ("AD0542", "ADVS", {"ATPT": None}),
    ("AD0548", "ADVS", {"AVISIT": None}),
    ("AD0556", "ADVS", {"TRTP": None}),
    ("AD0721", "ADVS", {"TRTPN": [1.0, 3.0, 2.0, 2.0]}),
    ("AD0722", "ADVS", {"TRTP": ["A", "C", "B", "B"]}),
    ("AD0727", "ADVS", {"AVISITN": [1.0, 2.0, 1.0, 3.0]}),
    ("AD0728", "ADVS", {"AVISIT": ["DAY 1", "DAY 2", "DAY 1", "WEEK 1"]}),
    ("AD0738", "ADVS", {"PARAM": ["Pulse", "Pulse (/min)", "Pulse", "Pulse"]}),
    ("AD0739", "ADVS", {"PARAMCD": ["PULSE", "PULSE", "PULS", "PULS"]}),
    ("AD0740", "ADVS", {"PARAM": ["Pulse", "Pulse (/min)", "Pulse", "Pulse"]}),
    ("AD0741", "ADVS", {"PARAMN": [1.0, 1.0, 1.0, 2.0]}),
    ("AD0742", "ADVS", {"AVAL": [60.0, 60.0, 0.0, 50.0], "AVALC": ["60", "60.0", "0", "50"]}),
    ("AD0743", "ADVS", {"AVALC": ["60", "60", "0", "50"]}),
    ("AD0789", "ADVS", {"BASE": [60.0, 61.0, 0.0, 0.0], "BASETYPE": ["ONLY"] * 4}),
    ("AD0896", "ADVS", dict.fromkeys(("AWLO", "AWHI", "AWTARGET", "AWTDIFF"))),
]


@pytest.mark.quick
def test_a_clean_package_breaks_no_rule() -> None:
    assert [f"{item.code} {item.where}: {item.what}" for item in findings(package())] == []


@pytest.mark.parametrize(
    ("published", "name", "changes"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)]
)
def test_what_breaks_a_published_rule(published: str, name: str, changes: Changes) -> None:
    rules = [rule for rule in RULES if published in rule.page]
    found = run_rules(package({name: changes}), rules=rules)
    assert published in {one for finding in found for one in finding.published}


def test_rules_that_no_column_alone_breaks() -> None:
    assert broken(without(package(), "ADSL")) == {"AD0001"}
    plain = package()
    item = plain.tables["ADSL"]
    for shown in ("", "8.", "DATETIME20."):
        variables = [replace(v, format=shown) if v.name == "TRTSDT" else v for v in item.variables]
        tables = {**plain.tables, "ADSL": replace(item, variables=tuple(variables))}
        assert broken(replace(plain, tables=tables)) == {"AD0041"}


def test_every_published_rule_of_a_page_has_a_case_and_no_other() -> None:
    tested = {case[0] for case in CASES} | {"AD0001", "AD0041"}
    pages = {rule.name: re.findall(r"AD\d{4}", rule.page) for rule in RULES}
    assert tested == {published for found in pages.values() for published in found}
    assert all(len(found) == len(set(found)) for found in pages.values())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rules_look_at_analysis_data_alone(rule: Any) -> None:
    context = package({"ADVS": {"CHG": [9.0] * 4, "ADY": [0.0] * 4}, "ADSL": {"SAFFL": ["M", None]}})
    tabulation = context.spec.model_copy(update={"standard": "SDTM"})
    assert list(rule.check(replace(context, spec=tabulation))) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rules_take_datasets_without_records_and_without_variables(rule: Any) -> None:
    context = package()
    empty = {
        name: replace(item, table=item.table.take(np.arange(0)))  # no record
        for name, item in context.tables.items()
    }
    assert list(rule.check(replace(context, tables=empty))) == []
    bare = {name: table(name, {}, item.spec) for name, item in context.tables.items()}
    assert list(rule.check(replace(context, tables=bare))) == []  # the workbook lists all: CHK010


def told(context: CheckContext, code: str) -> list[tuple[str, str, list[int]]]:
    """Variable, sentence and rows of the findings of one rule."""
    found = findings(context, code)
    return [(item.variable, item.what, [record.row for record in item.records]) for item in found]


def test_a_finding_names_its_published_rule_in_a_field_and_in_its_text() -> None:
    found = findings(package({"ADVS": {"ADY": [0.0, 2.0, -1.0, 2.0]}}))
    assert [(item.what, item.published) for item in found] == [
        ("the day is 0, which no day has (AD0046)", ("AD0046",))
    ]


def test_the_rarer_value_of_a_pair_is_reported() -> None:
    spoilt = package({"ADVS": {"AVISIT": ["DAY 1"] * 4, "AVISITN": [1.0, 2.0, 1.0, 1.0]}})
    what = "AVISIT 'DAY 1' has AVISITN '2' here, '1' in most records (AD0727)"
    assert told(spoilt, "CHK205") == [("AVISITN", what, [2])]


def test_a_visit_may_have_another_number_in_another_parameter() -> None:
    codes = {"PARAM": ["A", "A", "B", "B"], "PARAMCD": ["A", "A", "B", "B"], "PARAMN": [1.0, 1.0, 2.0, 2.0]}
    numbers = {"AVISITN": [1.0, 2.0, 10.0, 20.0]}
    assert told(package({"ADVS": {**codes, **numbers}}), "CHK205") == []
    assert told(package({"ADVS": numbers}), "CHK205") != []


def test_a_copy_of_a_subjects_value_is_the_same() -> None:
    spoilt = package({"ADVS": {"SAFFL": ["Y", "Y", "Y", "N"], "AGE": [34.0, 34.0, None, 51.0]}})
    assert told(spoilt, "CHK211") == [("SAFFL", "ADSL has 'N'", [3]), ("AGE", "ADSL has '51'", [3])]


def test_what_has_no_published_rule() -> None:
    assert told(package({"ADVS": {"ANRIND": ["HIGH", "ABNORMAL", "LOW", "NORMAL"]}}), "CHK217") == [
        ("ANRIND", "AVAL against ANRLO and ANRHI is NORMAL", [1])
    ]
    lost = package({"ADTTE": {"SRCVAR": ["ADT", "ADTX"], "SRCSEQ": [1.0, 7.0]}})
    assert told(lost, "CHK218") == [
        ("SRCVAR", "ADVS does not have the variable", [2]),
        ("SRCSEQ", "ADVS has no record of the subject with this ASEQ", [2]),
    ]
    assert told(package({"ADVS": {"SRCDOM": ["VS", "VS", None, None]}}), "CHK204") == [
        ("SRCDOM", "SRCVAR has a value, and SRCDOM has none", [3])
    ]
    assert told(package({"ADTTE": {"CNSR": [0.0, None]}}), "CHK214") == [
        ("CNSR", "AVAL has a value, and CNSR has none", [2])
    ]


def test_levels_of_a_dictionary_are_asked_where_it_is_meddra() -> None:
    context = package({"ADAE": {"AELLT": None}})
    assert broken(context) == {"AD0624"}
    words = {"MEDDRA": Dictionary(id="MEDDRA", name="Own words", dictionary="OWN")}
    other = context.spec.model_copy(update={"dictionaries": words})
    assert broken(replace(context, spec=other)) == set()


def test_a_change_may_be_rounded_as_the_workbook_says() -> None:
    rounded: Changes = {"AVAL": [60.0, 70.0, 0.0, 50.0], "AVALC": None, "BASEC": None, "CRIT1FL": None,
                        "CRIT1": None, "ANRIND": None, "BNRIND": None, "CHG": None,
                        "PCHG": [None, 16.7, None, None], "R2BASE": None}  # fmt: skip
    context = package({"ADVS": rounded})
    assert told(context, "CHK216") == [
        ("PCHG", "100 x (AVAL - BASE) / BASE is 16.6666666666667 (AD0225)", [2])
    ]
    item = context.tables["ADVS"]
    assert item.spec is not None
    variables = [
        v.model_copy(update={"significant_digits": 1 if v.name == "PCHG" else None})
        for v in item.spec.variables
    ]
    spec = DatasetSpec(name="ADVS", label="ADVS", class_="BASIC DATA STRUCTURE", variables=tuple(variables))
    assert told(replace(context, tables={"ADVS": replace(item, spec=spec)}), "CHK216") == []


PACKAGE = package()


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6, allow_subnormal=False), st.floats(0.5, 1e6), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_changes_are_right_as_computed_and_wrong_by_a_millionth(
    rows: list[tuple[float, float, bool]],
) -> None:
    value, base = (np.array([row[n] for row in rows]) for n in (0, 1))
    wrong = np.array([row[2] for row in rows])
    moved = np.where(wrong, 1e-6 * (np.abs(value) + base), 0.0)
    columns = {
        "USUBJID": [S1] * len(rows),
        "AVAL": value.tolist(),
        "BASE": base.tolist(),
        "CHG": (value - base + moved).tolist(),
        "PCHG": (100 * (value - base) / base).tolist(),
        "R2BASE": (value / base).tolist(),
    }
    item = table("ADVS", columns, clean()["ADVS"].spec)
    found = told(replace(PACKAGE, tables={"ADVS": item}), "CHK216")
    assert sorted(row for _, _, places in found for row in places) == (np.flatnonzero(wrong) + 1).tolist()
    assert {variable for variable, _, _ in found} <= {"CHG"}
