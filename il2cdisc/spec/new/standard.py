"""Rows of Datasets and Variables of an SDTM domain, from SDTMIG 3.4."""

from __future__ import annotations

from il2cdisc.spec.new.methods import METHOD_OF
from il2cdisc.spec.new.tables import SheetCells
from il2cdisc.spec.new.terms import TermSource
from il2cdisc.standards import SDTMIG_VERSION, SdtmVariable, codelist, sdtm_dataset, sdtm_variables
from il2cdisc.standards import variable_fragment as fragment_of
from il2cdisc.standards.sdtm import date_of_day

TO_FILL = "TO FILL: "
"""Begins what a new workbook asks of people, in Developer Notes."""
_KEYS = {
    "DM": "STUDYID, USUBJID",
    "SE": "STUDYID, USUBJID, TAETORD",
    "SV": "STUDYID, USUBJID, VISITNUM",
    "SM": "STUDYID, USUBJID, MIDS",
    "CO": "STUDYID, USUBJID, CODTC, COREF",
    "TA": "STUDYID, ARMCD, TAETORD",
    "TE": "STUDYID, ETCD",
    "TV": "STUDYID, VISITNUM, ARMCD",
    "TI": "STUDYID, IETESTCD",
    "TS": "STUDYID, TSPARMCD, TSSEQ",
    "TM": "STUDYID, MIDSTYPE",
    "TD": "STUDYID, TDORDER",
    "RELREC": "STUDYID, USUBJID, RELID, RDOMAIN, IDVAR, IDVARVAL",
    "RELSUB": "STUDYID, USUBJID, RSUBJID, SREL",
    "RELSPEC": "STUDYID, USUBJID, REFID",
    "OI": "STUDYID, NHOID, OISEQ",
}
_KEY_PARTS = {
    "Interventions": ("--TRT", "--STDTC"),
    "Events": ("--DECOD", "--TERM", "--STDTC"),
    "Findings": ("--CAT", "--TESTCD", "--SPEC", "VISITNUM", "--TPTNUM", "--DTC"),
    "Findings About": ("--TESTCD", "--OBJ", "VISITNUM", "--DTC"),
}
_ONE_A_SUBJECT = ("DM", "TE", "TI", "TM")
_INTEGERS = ("--SEQ", "--DY", "--STDY", "--ENDY", "VISITDY", "--TPTNUM", "TAETORD", "AGE", "RPATH")
_PROTOCOL = ("Trial Design",)
_LENGTHS = {"STUDYID": 20, "DOMAIN": 2, "RDOMAIN": 8, "USUBJID": 40, "SUBJID": 20, "SITEID": 10, "IDVAR": 8,
            "QNAM": 8, "QLABEL": 40, "COUNTRY": 3, "ARMCD": 20, "ACTARMCD": 20, "ETCD": 8}  # fmt: skip


def dataset_row(name: str, variables: list[SdtmVariable]) -> SheetCells:
    """The row of Datasets. The name is one of SDTMIG, or SUPP and one."""
    known = sdtm_dataset(name)
    assert known is not None
    reference = known.class_ in _PROTOCOL
    return {
        "Dataset": name,
        "Label": known.label,
        "Class": known.class_.upper().replace("-", " "),
        "Structure": known.structure,
        "Key Variables": _keys(name, known.class_, [item.name for item in variables]),
        "Standard": f"SDTMIG {SDTMIG_VERSION}",
        "Has No Data": "No",
        "Repeating": "No" if name in _ONE_A_SUBJECT else "Yes",
        "Reference Data": "Yes" if reference else "No",
        "Developer Notes": f"{TO_FILL}check that the key variables tell the records apart",
    }


def _keys(name: str, class_: str, variables: list[str]) -> str:
    if name.startswith("SUPP"):
        return "STUDYID, RDOMAIN, USUBJID, IDVAR, IDVARVAL, QNAM"
    if name in _KEYS:
        return ", ".join(key for key in _KEYS[name].split(", ") if key in variables)
    parts = [part.replace("--", name) for part in _KEY_PARTS.get(class_, ())]
    return ", ".join(key for key in ("STUDYID", "USUBJID", *parts) if key in variables)


def chosen_variables(name: str, *, permissible: bool) -> list[SdtmVariable]:
    """Required and expected variables, and permissible ones that il2cdisc makes; or all of them.

    A study day that the standard does not ask for is proposed only with the date that it is made of.
    """
    listed = sdtm_variables(name)
    asked = {item.name for item in listed.values() if permissible or item.core in ("Req", "Exp")}
    return [
        item
        for item in listed.values()
        if item.name in asked
        or (fragment_of(name, item.name) in METHOD_OF and date_of_day(name, item.name) in (*asked, ""))
    ]


def variable_rows(name: str, variables: list[SdtmVariable], terms: TermSource) -> list[SheetCells]:
    """Rows of Variables, in order. An origin that the standard does not settle is left to people."""
    codes = {item.name: item.codelists for item in variables}
    _pair(name, codes, terms)
    return [
        variable_row(name, item, number, terms.use(item.codelists[0]) if len(item.codelists) == 1 else "")
        for number, item in enumerate(variables, start=1)
    ]


def _pair(name: str, codes: dict[str, tuple[str, ...]], terms: TermSource) -> None:
    for short, long in (("TESTCD", "TEST"), ("PARMCD", "PARM")):
        one, other = codes.get(f"{name}{short}", ()), codes.get(f"{name}{long}", ())
        if len(one) == 1 and len(other) == 1 and terms.use(one[0]):
            terms.pair(one[0], other[0])


def variable_row(name: str, item: SdtmVariable, number: int, listed: str) -> SheetCells:
    """The row of Variables; `listed` is the id of its codelist, or ""."""
    known = sdtm_dataset(name)
    class_ = known.class_ if known else ""
    fragment = fragment_of(name, item.name)
    kind = _data_type(fragment, item)
    origin, source, method = _origin(class_, fragment, item)
    row: SheetCells = {
        "Order": number,
        "Dataset": name,
        "Variable": item.name,
        "Label": item.label.replace("--", name.removeprefix("SUPP")),
        "Data Type": kind,
        "Mandatory": "Yes" if item.core == "Req" else "No",
        "Codelist": listed,
        "Common": "No",
        "Origin": origin,
        "Source": source,
        "Method": method,
        "Role": item.role,
        "Has No Data": "No",
        "Developer Notes": _notes(item, listed, origin),
    }
    length = _length(fragment, item, kind)
    return row | {"Length": length} if length else row


def _notes(item: SdtmVariable, listed: str, origin: str) -> str:
    """What people have to fill in: the standard does not know it."""
    found: list[str] = [] if origin else ["Origin and Source"]
    if item.codelists and not listed:
        names = [f"{known.short_name} ({code})" for code in item.codelists if (known := codelist(code))]
        if names:
            found.append(f"Codelist: the terms that the trial uses of {' or '.join(names)}")
    core = f"Core: {item.core}." if item.core else ""
    return " ".join(filter(None, (core, TO_FILL + "; ".join(found) if found else "")))


def _data_type(fragment: str, item: SdtmVariable) -> str:
    if item.type == "Num":
        return "integer" if fragment in _INTEGERS or fragment.endswith(("CD", "SEQ", "DY")) else "float"
    if item.format.startswith("ISO 8601 duration"):
        return "durationDatetime"
    return "datetime" if item.format.startswith("ISO 8601") else "text"


def _length(fragment: str, item: SdtmVariable, kind: str) -> int:
    if kind in ("integer", "float"):
        return 8
    if kind != "text":
        return 0
    if fragment in _LENGTHS:
        return _LENGTHS[fragment]
    if fragment.endswith(("TESTCD", "PARMCD")):
        return 8
    if fragment.endswith(("--TEST", "--PARM")):
        return 40
    return 1 if fragment.endswith("FL") or item.codelists == ("C66742",) else 200


def _origin(class_: str, fragment: str, item: SdtmVariable) -> tuple[str, str, str]:
    """Origin, source, method, where the standard and il2cdisc settle them."""
    if fragment == "STUDYID":
        return "Protocol", "Sponsor", ""
    if fragment in METHOD_OF and class_ not in _PROTOCOL:
        return "Derived", "Sponsor", METHOD_OF[fragment].id
    if class_ in _PROTOCOL and fragment != "DOMAIN":
        return "Protocol", "Sponsor", ""
    if fragment in ("VISITDY", "ETCD") and class_ != "Special-Purpose":
        return "Protocol", "Sponsor", ""
    if class_ == "Relationship" and fragment not in ("USUBJID", "QVAL"):
        return "Assigned", "Sponsor", ""
    if fragment in ("DOMAIN", "--TESTCD", "--TEST", "VISIT", "--CAT", "--SCAT"):
        return "Assigned", "Sponsor", ""
    return "", "", ""
