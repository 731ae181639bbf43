"""Rows of Datasets and Variables of an ADaM dataset, from the structures of ADaMIG 1.3."""

from __future__ import annotations

import re

from il2cdisc.spec.new.standard import TO_FILL
from il2cdisc.spec.new.tables import SheetCells
from il2cdisc.spec.new.terms import TermSource
from il2cdisc.standards import (
    ADAMIG_VERSION,
    AdamVariable,
    adam_variable,
    adam_variables,
    sdtm_dataset,
    sdtm_variable,
)

_OCCURRENCES = ("ADAE", "ADCM", "ADMH", "ADPR", "ADCE", "ADDV", "ADFACE")
_CLASSES = {
    "ADSL": "SUBJECT LEVEL ANALYSIS DATASET",
    "OCCDS": "OCCURRENCE DATA STRUCTURE",
    "BDS": "BASIC DATA STRUCTURE",
}
_STRUCTURES = {
    "ADSL": "One record per subject",
    "OCCDS": "One record per subject per occurrence",
    "BDS": "One record per subject per parameter per analysis visit",
}
_KEYS = {
    "ADSL": ("STUDYID", "USUBJID"),
    "OCCDS": ("STUDYID", "USUBJID", "AEDECOD", "ASTDT", "AESEQ"),
    "BDS": ("STUDYID", "USUBJID", "PARAMCD", "AVISITN", "ADT"),
}
_USUAL = {
    "ADSL": ("TRT01P", "TRT01A", "TRTSDT", "TRTEDT", "SAFFL", "ITTFL", "RANDFL", "AGE", "SEX", "RACE", "ARM"),
    "OCCDS": ("TRTEMFL", "ASTDT", "AENDT", "ASTDY", "AENDY", "TRTP", "TRTA"),
    "BDS": ("TRTP", "TRTA", "ADT", "ADY", "AVISIT", "AVISITN", "AVAL", "AVALC", "BASE", "CHG", "ABLFL"),
}
"""Conditional and permissible variables that nearly every dataset of a structure has."""
_NAME = re.compile(r"AD[A-Z0-9]{1,6}\Z")


def is_analysis_name(name: str) -> bool:
    """Whether a name is one of an analysis dataset: ADSL, or AD and up to six letters or digits."""
    return bool(_NAME.match(name)) and sdtm_dataset(name) is None


def structure_of(name: str) -> str:
    """ADSL, OCCDS or BDS, by the name of the dataset."""
    return "ADSL" if name == "ADSL" else "OCCDS" if name in _OCCURRENCES else "BDS"


def analysis_variables(name: str, *, permissible: bool) -> list[AdamVariable]:
    """The variables of a dataset: required and usual ones, or all whose names have no index."""
    structure = structure_of(name)
    usual = _USUAL[structure]
    listed = [
        adam_variable(structure, variable.replace("xx", "01")) for variable in adam_variables(structure)
    ]
    found = {item.name: item for item in listed if item is not None}
    kept = [
        item
        for item in found.values()
        if item.name.isupper()
        and not item.name.startswith("*")
        and (item.core == "Req" or item.name in usual or permissible)
    ]
    if structure == "OCCDS" and name != "ADAE":
        kept = [_of_domain(item, name[2:4]) for item in kept]
    first = [item for item in kept if item.name in ("STUDYID", "USUBJID")]
    return [*first, *(item for item in kept if item not in first)]


def _of_domain(item: AdamVariable, prefix: str) -> AdamVariable:
    """A variable that the structure names for adverse events, in another domain that has it."""
    name = f"{prefix}{item.name[2:]}" if item.name.startswith("AE") and len(item.name) > 4 else item.name
    known = sdtm_variable(prefix, name)
    label = known.label if known and name != item.name else item.label
    return AdamVariable(item.structure, name, label, item.type, item.core, item.group, item.codelists)


def analysis_dataset_row(name: str, variables: list[AdamVariable]) -> SheetCells:
    """The row of Datasets."""
    structure = structure_of(name)
    names = [item.name for item in variables]
    keys = [key.replace("AE", name[2:4], 1) if key.startswith("AE") and len(key) > 4 else key
            for key in _KEYS[structure]]  # fmt: skip
    known = sdtm_dataset(name[2:4]) if structure == "OCCDS" else None
    label = "Subject-Level Analysis Dataset" if structure == "ADSL" else ""
    return {
        "Dataset": name,
        "Label": label
        or (f"{known.label} Analysis Dataset" if known else f"{name[2:]} Analysis Dataset")[:40],
        "Class": _CLASSES[structure],
        "SubClass": "ADVERSE EVENT" if name == "ADAE" else "",
        "Structure": _STRUCTURES[structure],
        "Key Variables": ", ".join(key for key in keys if key in names),
        "Standard": f"ADaMIG {ADAMIG_VERSION}",
        "Has No Data": "No",
        "Repeating": "No" if structure == "ADSL" else "Yes",
        "Reference Data": "No",
        "Developer Notes": f"{TO_FILL}check label, structure and key variables",
    }


def analysis_variable_rows(name: str, variables: list[AdamVariable], terms: TermSource) -> list[SheetCells]:
    """Rows of Variables. A variable with the name of one of its source dataset is a copy of it."""
    return [
        analysis_variable_row(
            name, item, number, terms.use(item.codelists[0]) if len(item.codelists) == 1 else ""
        )
        for number, item in enumerate(variables, start=1)
    ]


def analysis_variable_row(name: str, item: AdamVariable, number: int, listed: str) -> SheetCells:
    """The row of Variables; `listed` is the id of its codelist, or ""."""
    kind = "text" if item.type == "Char" else _number_type(item.name)
    source = _source(name, item.name)
    date = item.type == "Num" and item.name.endswith(("DT", "DTM", "TM"))
    flag = item.name.endswith("FL") or item.codelists == ("C66742",)
    row: SheetCells = {
        "Order": number,
        "Dataset": name,
        "Variable": item.name,
        "Label": item.label,
        "Data Type": kind,
        "Length": 8 if kind != "text" else 8 if item.name == "PARAMCD" else 1 if flag else 200,
        "Mandatory": "Yes" if item.core == "Req" else "No",
        "Codelist": listed,
        "Common": "No",
        "Origin": "Predecessor" if source else "",
        "Predecessor": source,
        "Has No Data": "No",
        "Developer Notes": f"Core: {item.core}."
        + ("" if source else f" {TO_FILL}Origin, Method or Predecessor"),
    }
    return row | {"Format": _format(item.name)} if date else row


def _number_type(name: str) -> str:
    if name.endswith(("DT", "DTM", "TM", "DY", "SEQ", "CD")) or (name.endswith("N") and name != "AVISITN"):
        return "integer"
    return "integer" if name == "AGE" else "float"


def _format(name: str) -> str:
    return "DATETIME20." if name.endswith("DTM") else "TIME8." if name.endswith("TM") else "DATE9."


def _source(name: str, variable: str) -> str:
    """Where a variable of the same name comes from: DM for ADSL, the domain of occurrences, else ADSL."""
    if name == "ADSL":
        return f"DM.{variable}" if sdtm_variable("DM", variable) else ""
    if structure_of(name) == "OCCDS" and sdtm_variable(name[2:4], variable):
        return f"{name[2:4]}.{variable}"
    listed = adam_variables("ADSL").get(variable)
    return f"ADSL.{variable}" if listed and listed.core == "Req" else ""
