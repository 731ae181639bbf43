"""What is said at each field: by the uses of a mapping, and where there is none."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from il2cdisc.base.origins import FieldUse, Origin
from il2cdisc.crf.annotations import Annotation, FieldStates, annotate, of_made
from il2cdisc.crf.boxes import colours_of
from il2cdisc.crf.check import given_pages, uncited
from il2cdisc.crf.forms import CrfForm
from il2cdisc.define.pages import CollectedOn, CrfPages
from il2cdisc.raw.dictionary import DictionaryColumn
from il2cdisc.sdtm import by_field, collected, constant, dataset, date, gathered, link, subject
from il2cdisc.sdtm.uses import field_uses
from il2cdisc.spec.models import ClauseCondition, DatasetSpec, Spec, ValueLevelSpec, VariableSpec, WhereClause

COLLECTED = {"origin": Origin.COLLECTED, "source": "Investigator"}


def form(name: str, *columns: str) -> CrfForm:
    fields = tuple(
        DictionaryColumn(name, column, column.title(), "text", {}, "", "", "", 2) for column in columns
    )
    return CrfForm(name, name.upper(), fields)


def workbook(**datasets: str) -> Spec:
    """Datasets with variables of text; those that end with DTC are Timing."""
    made: dict[str, DatasetSpec] = {}
    for name, variables in datasets.items():
        rows = [
            VariableSpec(dataset=name, name=one, role="Timing" if one.endswith("DTC") else "Qualifier")
            for one in variables.split()
        ]
        made[name] = DatasetSpec(name=name, label=name.title(), variables=tuple(rows))
    return Spec(shown="sdtm.xlsx", standard="SDTM", define={}, datasets=made)


def use(
    source: str, dataset: str, variable: str, origin: Origin = Origin.COLLECTED, **given: str
) -> FieldUse:
    return FieldUse(dataset, variable, origin, source, tuple(given.items()))


def states(*, keys: str = "", unused: str = "", visits: str = "") -> FieldStates:
    return FieldStates(frozenset(keys.split()), frozenset(unused.split()), frozenset(visits.split()))


def texts(found: tuple[Annotation, ...]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for item in found:
        out.setdefault(f"{item.form}.{item.field}", []).append(item.text)
    return out


def test_a_mapping_says_what_its_fields_are() -> None:
    rows = pd.DataFrame(
        {"USUBJID": ["S1"], "field": ["vs.SYS"], "value": ["120"], "vs.DAY": ["05/03/2022"], "vs.AENO": ["1"]}
    )
    mapped = dataset(
        "VS",
        rows,
        USUBJID=subject(),
        VSTESTCD=by_field({"vs.SYS": "SYSBP", "vs.DIA": "DIABP"}),
        VSORRES=gathered(),
        VSCAT=constant("VITAL SIGNS", origin=Origin.COLLECTED),
        VSDTC=date("vs.DAY", "dd/mm/yyyy"),
        supplemental={"VSARM": collected("vs.ARM")},
        links=[link("AE", AESPID=collected("vs.AENO"))],
    )
    spec = workbook(VS="USUBJID VSTESTCD VSORRES VSCAT VSDTC", RELREC="RELID")
    clause = WhereClause(
        id="W", conditions=(ClauseCondition(variable="QNAM", comparator="EQ", values=("VSARM",)),)
    )
    level = ValueLevelSpec(dataset="SUPPVS", variable="QVAL", where="W")
    spec = spec.model_copy(update={"value_levels": (level,), "where_clauses": {"W": clause}})
    found = annotate([form("vs", "SYS", "DIA", "DAY", "ARM", "AENO")], field_uses(mapped), states(), spec)
    assert texts(found.annotations) == {
        "vs.": ["VSCAT = VITAL SIGNS"],
        "vs.SYS": ["VSORRES when VSTESTCD = SYSBP"],
        "vs.DIA": ["VSORRES when VSTESTCD = DIABP"],
        "vs.DAY": ["VSDTC", "VSDTOR in SUPPVS"],
        "vs.ARM": ["VSARM in SUPPVS"],
        "vs.AENO": ["RELID in RELREC (VS and AE)"],
    }
    assert found.unmapped == ()


def test_fields_that_no_mapping_uses() -> None:
    uses = [use("ae.TERM", "AE", "AETERM")]
    given = states(keys="ae.SUBJ dv.SUBJ", unused="ae.QUERY dv.SUBJ")
    found = annotate(
        [form("ae", "SUBJ", "TERM", "QUERY", "MOOD"), form("dv", "SUBJ")], uses, given, workbook(AE="AETERM")
    )
    assert texts(found.annotations) == {
        "ae.SUBJ": ["USUBJID"],
        "ae.TERM": ["AETERM"],
        "ae.QUERY": ["[NOT SUBMITTED]"],
        "dv.SUBJ": ["[NOT SUBMITTED]"],
    }
    assert found.unmapped == ("ae.MOOD",)


def test_collected_variables_go_before_assigned_and_derived_ones() -> None:
    uses = [
        use("ae.OUT", "AE", "AEOUT"),
        use("ae.OUT", "DM", "DTHFL", Origin.DERIVED),
        use("ae.SYS", "AE", "AESOC", Origin.ASSIGNED),
        use("ae.SYS", "AE", "AEBODSYS", Origin.DERIVED),
        use("ae.END", "DM", "RFPENDTC", Origin.DERIVED),
    ]
    spec = workbook(AE="AEOUT AESOC AEBODSYS", DM="DTHFL RFPENDTC")
    found = annotate([form("ae", "OUT", "SYS", "END")], uses, states(), spec)
    assert texts(found.annotations) == {
        "ae.OUT": ["AEOUT"],
        "ae.SYS": ["AESOC"],
        "ae.END": ["DM.RFPENDTC"],
    }


def test_of_the_column_of_the_visit_only_the_visit_is_named() -> None:
    uses = [use("vs.V", "VS", name, Origin.ASSIGNED) for name in ("VSTPT", "VISIT")]
    spec = workbook(VS="VSTPT VISIT")
    found = annotate([form("vs", "V")], uses, states(visits="vs.V"), spec)
    assert texts(found.annotations) == {"vs.V": ["VISIT"]}


def test_conditions_that_set_a_field_apart_from_another_one_of_its_form() -> None:
    uses = [
        use("su.SMOKE", "SU", "SUOCCUR", SUTRT="TOBACCO", SUCAT="SMOKING"),
        use("su.DRINK", "SU", "SUOCCUR", SUTRT="ALCOHOL", SUCAT="DRINKING"),
        use("su.DAY", "SU", "SUDTC", SUTRT="TOBACCO"),
        use("su.DAY", "SU", "SUDTC", SUTRT="ALCOHOL"),
        use("fa.RED", "FA", "FAORRES", FATESTCD="OCCUR"),
        use("fa.RED", "FA", "FAORRES", FATESTCD="SEV"),
        use("fa.REDMM", "FA", "FAORRES", FATESTCD="DIAMETER", FAOBJ="Redness"),
        use("fa.LUMPMM", "FA", "FAORRES", FATESTCD="DIAMETER", FAOBJ="Lump"),
    ]
    spec = workbook(SU="SUOCCUR SUDTC", FA="FAORRES")
    forms = [form("su", "SMOKE", "DRINK", "DAY"), form("fa", "RED", "REDMM", "LUMPMM")]
    found = annotate(forms, uses, states(), spec)
    assert texts(found.annotations) == {
        "su.SMOKE": ["SUOCCUR when SUTRT = TOBACCO"],
        "su.DRINK": ["SUOCCUR when SUTRT = ALCOHOL"],
        "su.DAY": ["SUDTC"],
        "fa.RED": ["FAORRES when FATESTCD = OCCUR", "FAORRES when FATESTCD = SEV"],
        "fa.REDMM": ["FAORRES when FATESTCD = DIAMETER and FAOBJ = Redness"],
        "fa.LUMPMM": ["FAORRES when FATESTCD = DIAMETER and FAOBJ = Lump"],
    }


def test_the_rest_of_a_long_text_is_named_too() -> None:
    found = annotate(
        [form("co", "TEXT")], [use("co.TEXT", "CO", "COVAL")], states(), workbook(CO="COVAL COVAL1")
    )
    assert texts(found.annotations) == {"co.TEXT": ["COVAL", "COVAL1"]}


def test_qualifiers_and_variables_that_no_record_has_are_left_out() -> None:
    def qualifier(field: str, name: str) -> Annotation:
        return Annotation("ae", field, f"{name} in SUPPAE", "AE", "SUPPAE", "QVAL", (("QNAM", name),))

    start = Annotation("ae", "DAY", "AESTDTC", "AE", "AE", "AESTDTC")
    given = [start, qualifier("DAY", "AESTDTOR"), qualifier("SITE", "AESITE")]
    assert of_made(given, {"AE": {"AESTDTC"}, "SUPPAE": {"AESTDTOR"}}) == given
    # a field is never left without its only annotation
    assert of_made(given, {"AE": {"AESTDTC"}}) == [start, given[2]]


def test_pages_are_those_whose_conditions_a_clause_allows() -> None:
    pages = CrfPages.of_items(
        [
            CollectedOn("QS", "QSORRES", 12, (("QSCAT", "MOOD"),)),
            CollectedOn("QS", "QSORRES", 3, (("QSCAT", "SLEEP"),)),
            CollectedOn("QS", "QSORRES", 7),
        ]
    )

    def clause(comparator: str, *values: str) -> WhereClause:
        condition = ClauseCondition.model_validate(
            {"variable": "QSCAT", "comparator": comparator, "values": values}
        )
        return WhereClause(conditions=(condition,))

    assert pages.of("QS", "QSORRES") == "3 7 12"
    assert pages.of("QS", "QSORRES", clause("EQ", "MOOD")) == "7 12"
    assert pages.of("QS", "QSORRES", clause("NOTIN", "MOOD", "PAIN")) == "3 7"
    assert pages.of("QS", "QSSTAT") == ""


@pytest.mark.parametrize("source", ["Investigator", "Subject", "Vendor"])
def test_a_collected_variable_on_no_form_is_a_finding_unless_a_vendor_gave_it(source: str) -> None:
    variable = VariableSpec(dataset="LB", name="LBORRES", origin=Origin.COLLECTED, source=source)
    spec = Spec(
        shown="sdtm.xlsx",
        standard="SDTM",
        define={},
        datasets={"LB": DatasetSpec(name="LB", variables=(variable,))},
    )
    found = list(uncited(spec, []))
    assert [problem.code for problem in found] == ([] if source == "Vendor" else ["CRF011"])
    assert not list(uncited(spec, [Annotation("lab", "R", "LBORRES", "LB", "LB", "LBORRES")]))


def test_pages_that_the_workbook_gives_are_reported_once() -> None:
    rows = tuple(VariableSpec(dataset="AE", name=name, pages="7") for name in ("AETERM", "AEOUT"))
    dataset = DatasetSpec(name="AE", variables=(*rows, VariableSpec(dataset="AE", name="AESEV")))
    (found,) = given_pages(Spec(shown="sdtm.xlsx", standard="SDTM", define={}, datasets={"AE": dataset}))
    assert found.code == "CRF012" and not found.stops
    assert not list(given_pages(workbook(AE="AETERM")))


def test_domains_that_share_a_form_have_different_colours() -> None:
    domains = [f"{first}{second}" for first in "ABCD" for second in "ABCDE"]  # more than there are colours
    items = [
        Annotation(f"form{number}", "F", "X", domain, domain, "X")
        for number, pair in enumerate(itertools.pairwise(domains))
        for domain in pair
    ]
    colours = colours_of(items)
    assert set(colours) == set(domains)
    assert all(colours[one] != colours[other] for one, other in itertools.pairwise(domains))
    assert colours == colours_of(items)
