"""The SDTM workbook of the trial against its mappings, its dictionary and the decisions it stands for."""

from __future__ import annotations

import csv
from pathlib import Path

from il2cdisc.spec.models import Spec

ROOT = Path(__file__).parents[2]


def codes(form: str, column: str) -> set[str]:
    """Values of a coded raw column, from the data dictionary."""
    with (ROOT / "raw" / "dictionary.csv").open(encoding="utf-8", newline="") as lines:
        found = [row for row in csv.DictReader(lines) if (row["form"], row["column"]) == (form, column)]
    return {pair.partition("=")[0].strip() for pair in found[0]["codes"].split(";")}


def test_nothing_stops_and_data_are_said_to_be_synthetic(spec: Spec):
    assert not spec.findings
    assert spec.define["StudyDescription"].startswith("SYNTHETIC DATA - ")


def test_every_coded_raw_value_has_a_term(spec: Spec):
    pairs = {
        "NY": [
            ("ex", "EXYN"),
            ("sv", "SVOCC"),
            ("ae", "AESER"),
            ("ae", "AECMYN"),
            ("ae", "AEINJYN"),
            ("su", "SMOKE"),
            ("psyhx", "ECTEVER"),
        ],
        "CMCAT": [("cm", "CMCAT")],
        "CMINDC": [("cm", "CMINDC")],
        "FREQ": [("cm", "CMFREQ")],
        "ROUTE": [("cm", "CMROUTE")],
        "STENRF": [("su", "SMOKE"), ("su", "ALCOHOL"), ("su", "CAFFE")],
        "DIAGNOSIS": [("psyhx", "DIAG")],
        "DVCAT": [("dv", "DVCAT")],
        "DVDECOD": [("dv", "DVCAT")],
        "DVSCAT": [("dv", "DVCLASS")],
        "NORMABNM": [("eg", "EGINTP")],
        "SEX": [("dm", "SEX")],
        "RACE": [("dm", "RACE")],
        "REASND": [
            ("ex", "EXREASND"),
            ("sv", "SVREASND"),
            ("hdrs", "HDREAS"),
            ("samples", "SAMPREAS"),
            ("vs", "VSREASND"),
            ("pe", "PEREASND"),
            ("eg", "EGREASND"),
            ("madrs", "MAREAS"),
            ("ymrs", "YMREAS"),
        ],
        "LOC": [("ex", "EXSITE")],
        "LAT": [("ex", "EXSITE")],
        "AESEV": [("ae", "AESEV")],
        "AEREL": [("ae", "AEREL")],
        "ACN": [("ae", "AEACN")],
        "OUT": [("ae", "AEOUT")],
        "NCOMPLT": [("ds", "DSREAS")],
        "DSSCAT": [("ds", "DSPHASE")],
        "CNTMODE": [("sv", "SVCONT")],
        "VISSET": [("sv", "SVCONT")],
        "UNIT": [("flow", "RESUNIT"), ("cyto", "RESUNIT"), ("lbchem", "CREATU"), ("cm", "CMDOSU")],
        "LBNOTE": [("lbhem", "LBNOTE")],
        "CPTESTCD": [("flow", "ANALYTE")],
        "LBTESTCD": [("cyto", "ANALYTE")],
        "ARMCD": [("rand", "ARM")],
        "EXTRT": [("rand", "ARM")],
        "STRATUM": [("rand", "STRATUM")],
        "MEDEVAL": [("hdrs", "RATER"), ("madrs", "RATER"), ("ymrs", "RATER")],
    }
    for codelist, columns in pairs.items():
        for form, column in columns:
            missing = codes(form, column) - set(spec.translations[codelist])
            # who never used a substance has no end of its use
            missing -= {"MAI"} if codelist == "STENRF" else set()
            assert not missing, (codelist, form, column)


def test_every_unit_of_the_sheets_is_a_term(spec: Spec):
    from mappings.sdtm.lb import CHEMISTRY, HAEMATOLOGY, THYROID

    units = {unit for table in (HAEMATOLOGY, CHEMISTRY, THYROID) for _, unit in table.values() if unit}
    assert not units - set(spec.translations["UNIT"])


GRADED = {"PROT", "KETONES", "OCCBLD", "LEUKASE", "NITRITE", "HCG"}  # a term is the result


def test_every_test_converts_to_one_unit(spec: Spec):
    for dataset in ("LB", "CP"):
        tests = set(spec.codelists[f"{dataset}TESTCD"].values) - {f"{dataset}ALL"} - GRADED
        assert tests == {row.testcd for row in spec.conversions if row.dataset == dataset}


def test_units_that_the_analysis_workbook_expects(spec: Spec):
    to_unit = {(row.dataset, row.testcd): row.to_unit for row in spec.conversions}
    assert to_unit["LB", "WBC"] == "10^9/L"
    assert to_unit["CP", "WBC"] == "10^6/L"
    assert to_unit["LB", "CREAT"] == "umol/L"


def test_both_arms_go_through_four_elements(spec: Spec):
    found = {(row.arm_code, row.order): (row.element_code, row.epoch) for row in spec.protocol.arms}
    assert found == {
        ("IL2", 1): ("SCRN", "SCREENING"),
        ("IL2", 2): ("INDIL2", "TREATMENT"),
        ("IL2", 3): ("MNTIL2", "TREATMENT"),
        ("IL2", 4): ("FUP", "FOLLOW-UP"),
        ("PBO", 1): ("SCRN", "SCREENING"),
        ("PBO", 2): ("INDPBO", "TREATMENT"),
        ("PBO", 3): ("MNTPBO", "TREATMENT"),
        ("PBO", 4): ("FUP", "FOLLOW-UP"),
    }


def test_visits_of_the_mappings_are_those_of_the_protocol(spec: Spec):
    from mappings.common import VISITS

    planned = {row.visit: (row.visit_number, row.planned_day) for row in spec.protocol.visits}
    assert set(VISITS.values()) == set(planned)
    assert all(
        day == int(visit.split()[1]) == number for visit, (number, day) in planned.items() if "DAY" in visit
    )
    assert set(VISITS) | {"Non programmata 1", "Non programmata 2"} == codes("sv", "VISIT")


def test_markers_are_known_for_every_population():
    from mappings.sdtm.cp import MARKERS

    assert {code.partition("_")[0] for code in codes("flow", "ANALYTE")} == set(MARKERS)
