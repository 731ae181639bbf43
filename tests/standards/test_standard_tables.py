"""The fact tables: look-ups, patterns, order, and that they are facts alone."""

from __future__ import annotations

import gzip
import importlib.resources
import subprocess
import sys

import pytest

from il2cdisc import standards
from il2cdisc.standards import (
    adam_index,
    adam_variable,
    adam_variables,
    codelist,
    codelist_named,
    codelists,
    model_order,
    model_variable,
    model_variables,
    sdtm_dataset,
    sdtm_datasets,
    sdtm_variable,
    sdtm_variables,
    variable_fragment,
)


def test_sdtm_datasets() -> None:
    assert len(sdtm_datasets()) == 63
    found = sdtm_dataset("AE")
    assert found is not None
    assert (found.label, found.class_, found.structure) == (
        "Adverse Events",
        "Events",
        "One record per adverse event per subject",
    )
    supp = sdtm_dataset("SUPPAE")
    assert supp is not None
    assert supp.label == "Supplemental Qualifiers for AE"
    assert sdtm_dataset("XX") is None


def test_sdtm_variables() -> None:
    assert sum(len(sdtm_variables(name)) for name in sdtm_datasets()) == 1917
    found = sdtm_variable("AE", "AESEV")
    assert found is not None
    assert (found.label, found.type, found.role, found.core, found.codelists) == (
        "Severity/Intensity",
        "Char",
        "Record Qualifier",
        "Perm",
        ("C66769",),
    )
    assert list(sdtm_variables("SUPPAE"))[:3] == ["STUDYID", "RDOMAIN", "USUBJID"]
    assert sdtm_variables("XX") == {}


@pytest.mark.parametrize(
    ("domain", "name", "fragment"),
    [
        ("AE", "AESTDTC", "--STDTC"),
        ("AE", "USUBJID", "USUBJID"),
        ("VS", "VSTESTCD", "--TESTCD"),
        ("VS", "VISITNUM", "VISITNUM"),
        ("TA", "TAETORD", "TAETORD"),
        ("SUPPAE", "SUPPX", "SUPPX"),
    ],
)
def test_fragments(domain: str, name: str, fragment: str) -> None:
    assert variable_fragment(domain, name) == fragment


def test_the_model_adds_what_the_guide_does_not_list() -> None:
    assert sdtm_variable("VS", "VSTSTCND") is None
    found = model_variable("VS", "VSTSTCND")
    assert found is not None
    assert found.type == "Char"
    assert model_variable("VS", "VSTERM") is None
    assert model_variable("XX", "XXTERM", "Events") is not None
    assert model_variable("XX", "XXTERM") is None
    assert model_variables("Trial Design") == {}
    about = list(model_variables("Findings About"))
    assert about[about.index("--TEST") + 1] == "--OBJ"


@pytest.mark.parametrize("domain", sorted(set(sdtm_datasets()) - {"SUPP--"}))
def test_the_order_keeps_that_of_the_guide(domain: str) -> None:
    order = model_order(domain)
    listed = list(sdtm_variables(domain))
    assert [name for name in order if name in listed] == listed
    assert len(set(order)) == len(order)


def test_the_order_of_a_domain_of_ones_own() -> None:
    order = model_order("XX", "Events")
    assert order.index("USUBJID") < order.index("XXSEQ") < order.index("XXTERM") < order.index("XXSTDTC")
    assert model_order("XX") == ()


@pytest.mark.parametrize(
    ("structure", "name", "known", "indices", "label"),
    [
        ("ADSL", "TRT01P", "TRTxxP", {"xx": "01"}, "Planned Treatment for Period 01"),
        ("ADSL", "TR02PG1N", "TRxxPGyN", {"xx": "02", "y": "1"}, "Planned Pooled Trt 1 for Period 02 (N)"),
        ("ADSL", "AGEGR1", "AGEGRy", {"y": "1"}, "Pooled Age Group 1"),
        ("ADSL", "STRAT1R", "STRATwR", {"w": "1"}, None),
        ("BDS", "CRIT1FL", "CRITyFL", {"y": "1"}, None),
        ("BDS", "ANL01FL", "ANLzzFL", {"zz": "01"}, "Analysis Flag 01"),
        ("BDS", "AVAL", "AVAL", {}, "Analysis Value"),
        ("OCCDS", "CQ01NAM", "CQzzNAM", {"zz": "01"}, "Customized Query 01 Name"),
    ],
)
def test_adam_names_with_indices(
    structure: str, name: str, known: str, indices: dict[str, str], label: str | None
) -> None:
    item, found = adam_index(structure, name)
    assert item is not None
    assert (item.name, found) == (known, indices)
    filled = adam_variable(structure, name)
    assert filled is not None
    assert filled.label == label or label is None


@pytest.mark.parametrize("name", ["TRT00P", "TRTP01", "TRT1P", "AGEGR0", "ANL1FL", "NOTHING", "XDT"])
def test_adam_names_that_are_not_known(name: str) -> None:
    assert adam_variable("ADSL", name) is None
    assert adam_variables("OTHER") == {}


def test_terminology() -> None:
    assert len(codelists()) == 1252
    found = codelist("C66742")
    assert found is not None
    assert (found.short_name, found.extensible, found.values) == ("NY", False, {"N", "NA", "U", "Y"})
    term = found.term("Y")
    assert term is not None
    assert term.code == "C49488"
    assert found.term("y") is None
    named = codelist_named("LBTESTCD")
    assert named is not None
    assert (named.code, named.extensible, named.terms) == ("C65047", True, None)
    assert codelist("C0") is None


def test_every_codelist_that_a_variable_names_is_known() -> None:
    codes = {
        code for name in sdtm_datasets() for item in sdtm_variables(name).values() for code in item.codelists
    }
    codes |= {
        code
        for name in ("ADSL", "BDS", "OCCDS")
        for item in adam_variables(name).values()
        for code in item.codelists
    }
    assert codes - set(codelists()) == set()
    carried = {code for code in codes if codelists()[code].terms is not None}
    # Closed lists that variables name are all carried: a term outside them can be told.
    assert {code for code in codes - carried if not codelists()[code].extensible} == set()
    for code in carried:
        assert len(codelists()[code].terms or ()) == codelists()[code].count


def test_facts_alone_and_small() -> None:
    folder = importlib.resources.files("il2cdisc.standards").joinpath("data")
    size = 0
    for item in folder.iterdir():
        content = item.read_bytes()
        size += len(gzip.compress(content))
        if item.name.endswith(".csv"):
            longest = max(len(line) for line in content.decode().splitlines())
            # Notes and definitions are long; a name, a label and a structure are not.
            assert longest < 330, item.name
    assert size < 150_000


def test_no_pandas_for_a_look_up() -> None:
    code = "import sys; from il2cdisc import standards; standards.codelists(); print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert standards.TERMINOLOGY_VERSION == "2026-03-27"
