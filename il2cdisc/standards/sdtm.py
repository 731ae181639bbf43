"""SDTMIG 3.4 datasets and variables, and the model's order of variables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from il2cdisc.standards.tables import read_table

_GENERAL = ("Interventions", "Events", "Findings", "Findings About")
_DERIVED_FROM = {
    "VISITNUM": "VISIT",
    "VISITDY": "VISIT",
    "--TEST": "--TESTCD",
    "--STRESC": "--ORRES",
    "--STRESN": "--ORRES",
    "--STRESU": "--ORRESU",
    "--STNRLO": "--ORNRLO",
    "--STNRHI": "--ORNRHI",
    "--NRIND": "--ORRES",
    "--DY": "--DTC",
    "--STDY": "--STDTC",
    "--ENDY": "--ENDTC",
    "--TRTEM": "--STDTC",
}


@dataclass(frozen=True, slots=True)
class SdtmDataset:
    """A dataset of SDTMIG 3.4. `class_` is its observation class, `structure` what one record is."""

    name: str
    label: str
    class_: str
    structure: str


@dataclass(frozen=True, slots=True)
class SdtmVariable:
    """A variable; `core` is Req, Exp or Perm ("" in the model), `codelists` NCI codes."""

    name: str
    label: str
    type: Literal["Char", "Num"]
    role: str
    core: str
    order: int
    codelists: tuple[str, ...] = ()
    format: str = ""


@cache
def sdtm_datasets() -> dict[str, SdtmDataset]:
    """Name → dataset; `SUPP--` stands for all supplemental datasets."""
    return {
        row["dataset"]: SdtmDataset(row["dataset"], row["label"], row["class"], row["structure"])
        for row in read_table("sdtmig_datasets")
    }


def _standard_name(dataset: str) -> str:
    return "SUPP--" if dataset.startswith("SUPP") else dataset


def sdtm_dataset(name: str) -> SdtmDataset | None:
    """A dataset; `SUPPAE` gives SUPP-- with its label filled in; None if SDTMIG has none."""
    found = sdtm_datasets().get(_standard_name(name))
    if found is not None and found.name == "SUPP--" and name != "SUPP--":
        label = found.label.replace("--", name.removeprefix("SUPP"))
        return SdtmDataset(name, label, found.class_, found.structure)
    return found


@cache
def _variables() -> dict[str, dict[str, SdtmVariable]]:
    found: dict[str, dict[str, SdtmVariable]] = {}
    for row in read_table("sdtmig_variables"):
        found.setdefault(row["dataset"], {})[row["variable"]] = _variable(row)
    return found


def _variable(row: dict[str, str]) -> SdtmVariable:
    return SdtmVariable(
        name=row["variable"],
        label=row["label"],
        type="Num" if row["type"] == "Num" else "Char",
        role=row["role"],
        core=row.get("core", ""),
        order=int(row["order"]),
        codelists=tuple(row.get("codelists", "").split()),
        format=row.get("format", ""),
    )


def sdtm_variables(domain: str) -> dict[str, SdtmVariable]:
    """Name → variable of a dataset in SDTMIG's order; empty if SDTMIG has no such dataset."""
    return _variables().get(_standard_name(domain), {})


def sdtm_variable(domain: str, name: str) -> SdtmVariable | None:
    """A variable of SDTMIG, None if it is not listed for the dataset."""
    return sdtm_variables(domain).get(name)


def variable_fragment(domain: str, name: str) -> str:
    """The name with the domain's prefix as `--`: AE, AESTDTC → --STDTC; AE, USUBJID → USUBJID.

    >>> variable_fragment("AE", "AESTDTC")
    '--STDTC'
    """
    prefix = domain[:2]
    if len(domain) == 2 and len(name) > 2 and name.startswith(prefix) and f"--{name[2:]}" in _fragments():
        return f"--{name[2:]}"
    return name


def date_of_day(domain: str, name: str) -> str:
    """The date that a study day is counted to; "" for a variable that is not a study day of its domain.

    >>> date_of_day("AE", "AESTDY"), date_of_day("LB", "LBDY"), date_of_day("TV", "VISITDY")
    ('AESTDTC', 'LBDTC', '')
    """
    days = {"--DY": "DTC", "--STDY": "STDTC", "--ENDY": "ENDTC"}
    tail = days.get(variable_fragment(domain, name), "")
    return f"{domain}{tail}" if tail else ""


def derived_from(name: str) -> str:
    """The collected variable of the record that a derived one is made of; "" for one that is not derived.

    >>> derived_from("LBSTRESN"), derived_from("AESTDY"), derived_from("VISITNUM"), derived_from("AETERM")
    ('LBORRES', 'AESTDTC', 'VISIT', '')
    """
    return _DERIVED_FROM.get(name) or _DERIVED_FROM.get(f"--{name[2:]}", "").replace("--", name[:2])


@cache
def _fragments() -> frozenset[str]:
    return frozenset(row["variable"] for row in read_table("sdtm_model"))


@cache
def _model() -> dict[str, dict[str, SdtmVariable]]:
    found: dict[str, dict[str, SdtmVariable]] = {}
    for row in read_table("sdtm_model"):
        found.setdefault(row["class"], {})[row["variable"]] = _variable(row)
    return found


@cache
def model_variables(class_: str) -> dict[str, SdtmVariable]:
    """Variables that a dataset of a general observation class may have, in the model's order.

    Identifiers first, then the class's own (with those of Findings About after --TEST), then timing.
    Names are fragments (`--STDTC`, `USUBJID`). Empty for other classes.
    """
    if class_ not in _GENERAL:
        return {}
    general = _model()["General Observations"]
    own = dict(_model()["Findings" if class_ == "Findings About" else class_])
    if class_ == "Findings About":
        before = list(own)
        place = before.index("--TEST") + 1 if "--TEST" in before else len(before)
        names = [*before[:place], *_model()[class_], *before[place:]]
        own = {name: own.get(name) or _model()[class_][name] for name in names}
    identifiers = {name: item for name, item in general.items() if item.role == "Identifier"}
    timing = {name: item for name, item in general.items() if item.role == "Timing"}
    rest = {name: item for name, item in general.items() if name not in {*identifiers, *timing}}
    return {**identifiers, **own, **rest, **timing}


def model_variable(domain: str, name: str, class_: str = "") -> SdtmVariable | None:
    """A variable of the model for a domain's class (looked up if not given), by its full name."""
    known = sdtm_datasets().get(domain)
    return model_variables(class_ or (known.class_ if known else "")).get(variable_fragment(domain, name))


def model_order(domain: str, class_: str = "") -> tuple[str, ...]:
    """Full names of the variables that a domain may have, in the order in which they stand in a dataset.

    SDTMIG's own order where it lists a variable; a variable of the model alone stands after the variable
    before it in the model. Empty for a dataset that neither knows.
    """
    listed = list(sdtm_variables(domain))
    known = sdtm_datasets().get(domain)
    model = [
        name.replace("--", domain) for name in model_variables(class_ or (known.class_ if known else ""))
    ]
    if not listed:
        return tuple(model)
    places = {name: (at, 0) for at, name in enumerate(listed)}
    last = (-1, 0)
    for name in model:
        if name in places:
            last = places[name]
        else:
            last = (last[0], last[1] + 1)
            places[name] = last
    return tuple(sorted(places, key=lambda name: places[name]))
