"""FA, RP, IS, DA, CP, thyroid tests and the dipstick: before and after, from raw lines to records."""

from __future__ import annotations

from typing import Any

import pandas as pd

from il2cdisc.base.problems import Address, Problems
from il2cdisc.sdtm import gather
from il2cdisc.sdtm.complete.places import RawPlaces
from il2cdisc.sdtm.complete.standard_results import with_standard_results
from il2cdisc.sdtm.context import Context
from il2cdisc.sdtm.mapping import Mapped, evaluate
from il2cdisc.spec.models import Spec
from mappings.common import with_visit
from mappings.sdtm.cp import measured
from mappings.sdtm.da import da
from mappings.sdtm.fa import fa
from mappings.sdtm.is_ import is_
from mappings.sdtm.lb import EXCEL, THYROID, THYROID_LIMITS, hospital, pregnancy, urinalysis
from mappings.sdtm.rp import rp


def done(mapping: Mapped, spec: Spec) -> pd.DataFrame:
    def nowhere(form: str, row: int, column: str) -> Address:
        return Address(file=form, line=row + 1, column=column)

    return evaluate(mapping, Context(spec, Problems(), nowhere)).frame


def table(frame: pd.DataFrame, *columns: str) -> set[tuple[str, ...]]:
    return set(frame[list(columns)].fillna("").itertuples(index=False, name=None))


INJSITE = "SITENO SUBJID VISIT INJYN INJREAS INJDAT INJTIM INJLOC ERYTH ERYTHMM INDURMM PAINNRS INJAENO"


def test_a_reaction_is_findings_about_objects_linked_to_its_event(raw, spec: Spec) -> None:
    seen = ("S1", "01", "1", "Giorno 2", "S", None)
    missed = ("S1", "01", "1", "Giorno 3", "N", "infezione vie aeree")
    forms = raw(
        "injsite",
        f"{INJSITE} COMPBY QRYSTAT",
        [
            (*seen, "27/07/2021", "11:25", "COSCIA DX", "lieve", "26", "0", "999", "2", "SC1", None),
            (*missed, "28/07/2021", None, None, None, None, None, None, None, "SC1", None),
        ],
    )
    events = pd.DataFrame(
        {"USUBJID": ["S1"], "AESPID": ["2"], "AEDECOD": ["Injection site erythema"]}, dtype="str"
    ).assign(**{"@ae": [0]})
    mapping = fa(forms, raw("sv", "VISIT SVSTDAT", []), events)
    made = done(mapping, spec)
    assert table(made, "VISIT", "FAOBJ", "FATESTCD", "FAORRES", "FASTAT", "FAREASND") == {
        ("DAY 2", "Injection site erythema", "OCCUR", "Y", "", ""),
        ("DAY 2", "Injection site erythema", "SEV", "MILD", "", ""),
        ("DAY 2", "Injection site erythema", "DIAMETER", "26", "", ""),
        ("DAY 2", "Injection site induration", "DIAMETER", "0", "", ""),
        ("DAY 2", "Injection site pain", "PAINNRS", "", "NOT DONE", "RESULT UNKNOWN"),
        ("DAY 3", "Injection site reaction", "FAALL", "", "NOT DONE", "UPPER RESPIRATORY TRACT INFECTION"),
    }
    assert set(made["FADTC"]) == {"2021-07-27T11:25", "2021-07-28"}
    assert {item.other for piece in mapping.parts for item in piece.links} == {"AE"}
    # the form names an erythema: findings about an induration or pain are not about that event
    linked = [item.keys["AESPID"] for piece in mapping.parts for item in piece.links]
    rows = [piece.rows for piece in mapping.parts if piece.links]
    found = {
        (row.object, row.number)
        for frame, column in zip(rows, linked, strict=True)
        for row in frame.assign(number=column.compute(frame, None, "").fillna("")).itertuples()
    }
    assert found == {
        ("Injection site erythema", "2"),
        ("Injection site induration", ""),
        ("Injection site pain", ""),
    }


def test_without_childbearing_potential_the_reason_is_a_test_and_none_is_due(raw, spec: Spec) -> None:
    columns = "SITENO SUBJID VISIT PREGDAT CHILDPOT NOCBPRSN CONTRAC PREGYN PREGREAS PREGSPEC PREGRES"
    rows = [
        ("S1", "01", "1", "Screening", "14/06/2021", "S", None, "ORMONALE", "S", None, "SIERO", "NEGATIVO"),
        ("S2", "01", "2", "Screening", "14/06/2021", "N", "MENOPAUSA", None, "N", None, None, None),
        ("S3", "01", "3", "Screening", "14/06/2021", "N", "STERILIZZAZIONE", None, "N", None, None, None),
        ("S4", "01", "4", "Giorno 15", "06/07/2021", "S", None, "IUD", "N", "dimenticanza", "URINE", None),
    ]
    forms = raw("preg", f"{columns} COMPBY QRYSTAT", [(*row, "SC1", None) for row in rows])
    visits = raw("sv", "VISIT SVSTDAT", [])
    assert table(done(rp(forms, visits), spec), "USUBJID", "RPTESTCD", "RPORRES") == {
        ("S1", "CHILDPOT", "Y"),
        ("S1", "BCMETHOD", "HORMONAL"),
        ("S2", "CHILDPOT", "N"),
        ("S2", "MENOSTAT", "POSTMENOPAUSAL"),
        ("S3", "CHILDPOT", "N"),
        ("S3", "SRGSTIND", "Y"),
        ("S4", "CHILDPOT", "Y"),
        ("S4", "BCMETHOD", "INTRAUTERINE DEVICE"),
    }
    tests = done(pregnancy(forms, visits), spec)
    assert table(tests, "USUBJID", "LBTESTCD", "LBSPEC", "LBORRES", "LBSTAT", "LBREASND") == {
        ("S1", "HCG", "SERUM", "NEGATIVE", "", ""),
        ("S4", "HCG", "URINE", "", "NOT DONE", "OVERSIGHT"),
    }


def test_dipstick_grades_are_terms_and_numbers_stay(raw, spec: Spec) -> None:
    columns = "SITENO SUBJID VISIT UAYN UAREASND UADAT UATIM UAPH UASG UAPROT UAGLUC UAKET UABLOOD"
    given = ("6.0", "1.012", "neg", "tracce", "+", "++", "n.d.", "pos")
    head = ("S1", "01", "1", "Screening", "S", None, "14/06/2021", "08:26")
    forms = raw("ua", f"{columns} UALEU UANIT COMPBY QRYSTAT", [(*head, *given, "SC1", None)])
    made = done(urinalysis(forms, raw("sv", "VISIT SVSTDAT", [])), spec)
    assert table(made, "LBTESTCD", "LBORRES", "LBREASND") == {
        ("PH", "6.0", ""),
        ("SPGRAV", "1.012", ""),
        ("PROT", "NEGATIVE", ""),
        ("GLUC", "TRACE", ""),
        ("KETONES", "1+", ""),
        ("OCCBLD", "2+", ""),
        ("LEUKASE", "", "NOT PERFORMED"),
        ("NITRITE", "POSITIVE", ""),
    }


def test_antibodies_carry_their_antigen_and_the_limit_of_a_result_below_it(raw, spec: Spec) -> None:
    columns = "SUBJID VISIT LBACCNO LBDAT LBTIM ATPO ATPOHI ATG ATGHI LBNOTE"
    forms = raw(
        "lbthy",
        columns,
        [("S1", "1", "Screening", "00560001", "2021-06-14", "08:16", "<9", "34", "153", "115", None)],
    )
    made = done(is_(forms, raw("sv", "VISIT SVSTDAT", [])), spec)
    assert table(made, "ISTESTCD", "ISBDAGNT", "ISORRES", "ISORRESU", "ISORNRHI") == {
        ("ATAB", "THYROID PEROXIDASE", "<9", "IU/mL", "34"),
        ("ATAB", "THYROGLOBULIN", "153", "IU/mL", "115"),
    }
    assert made["ISLLOQ"].dropna().tolist() == [9.0]


def test_syringes_dispensed_and_returned(raw, spec: Spec) -> None:
    forms = raw(
        "da",
        "SITENO SUBJID VISIT DADAT KITNO DADISP DARET COMPBY QRYSTAT",
        [("S1", "01", "1", "Giorno 1", "21/06/2021", "K1", "1", "0", "SC1", None)],
    )
    made = done(da(forms, raw("sv", "VISIT SVSTDAT", [])), spec)
    assert table(made, "DATESTCD", "DAREFID", "DAORRES", "DAORRESU") == {
        ("DISPAMT", "K1", "1", "SYRINGE"),
        ("RETAMT", "K1", "0", "SYRINGE"),
    }


PEOPLE = pd.DataFrame({"USUBJID": ["S1"], "SEX": ["F"], "AGE": [40.0]})


def in_standard_units(
    mapping: Mapped, name: str, spec: Spec, **facts: Any
) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """Records with standard results, and what is reported: code, raw place (of all records), text."""

    def line(form: str, row: int, column: str) -> Address:
        return Address(file=f"raw/{form}", line=row + 2, column=column)

    problems = Problems()
    made = evaluate(mapping, Context(spec, problems, line, **facts))
    out = with_standard_results(made.frame, name, spec, PEOPLE, problems, RawPlaces(made, line))
    told = [
        (problem.code, " ".join(map(str, problem.records or (problem.where,))), problem.what)
        for problem in problems.items
    ]
    return out, told


def thyroid(raw: Any, *limits: tuple[str, str]) -> Mapped:
    """The hospital's sheet of thyroid tests, a line for each pair of limits of TSH."""
    columns = "SUBJID VISIT LBACCNO LBDAT LBTIM TSH TSHLO TSHHI FT4 FT4LO FT4HI LBNOTE"
    visit = ("S1", "1", "Giorno 1", "A1", "2021-06-21", "08:00")
    rows = [(*visit, "2.5", low, high, "1.1", "0.9", "1.7", None) for low, high in limits]
    forms = with_visit(raw("lbthy", columns, rows), "lbthy.VISIT", raw("sv", "VISIT SVSTDAT", []))
    fields = gather(forms, fields=list(THYROID))
    return hospital("lbthy", fields, THYROID, "THYROID", "SERUM", EXCEL, limits=THYROID_LIMITS)


def test_a_lower_limit_above_the_upper_one_is_told_at_the_column_of_its_test(raw, spec: Spec) -> None:
    good, bad = ("0.3", "4.2"), ("9.9", "4.2")
    made, told = in_standard_units(thyroid(raw, good, good), "LB", spec)
    assert made.loc[made["LBTESTCD"] == "TSH", "LBNRIND"].tolist() == ["NORMAL", "NORMAL"]
    assert told == []
    made, told = in_standard_units(thyroid(raw, good, bad), "LB", spec)
    assert table(made, "LBTESTCD", "LBORNRLO", "LBORNRHI", "LBNRIND") == {
        ("TSH", "0.3", "4.2", "NORMAL"),
        ("TSH", "9.9", "4.2", ""),
        ("T4FR", "0.9", "1.7", "NORMAL"),
    }
    assert told == [
        ("MAP142", "raw/lbthy:3 TSHLO", "lower limit 9.9 is above upper limit 4.2; LBNRIND set to missing")
    ]


def flow(raw: Any, *results: tuple[str, ...]) -> Mapped:
    """The file of the flow cytometer, a line for each test, result, unit, lower and upper limit."""
    tube = ("S1", "F1", "FLOW", "Giorno 1", "S", None, "21/06/2021", "08:00", None)
    tubes = raw("samples", "BARCODE SAMPTYPE VISIT SAMPYN SAMPREAS SAMPDAT SAMPTIM SAMPNOTE", [tube])
    rows = [
        ("S1", "F1", "22/06/2021", test, "CD45+", None, value, unit, low, high, "OK", None)
        for test, value, unit, low, high in results
    ]
    columns = "BARCODE RUNDAT ANALYTE GATE PARENT RESULT RESUNIT REFLO REFHI RUNSTAT RUNNOTE"
    return measured(raw("flow", columns, rows), tubes, raw("sv", "VISIT SVSTDAT", []))


def test_decimal_commas_of_the_flow_cytometer_and_a_result_with_both_signs(raw, spec: Spec) -> None:
    mapping = flow(
        raw,
        ("LEU_ABS", "7,38", "10^9/L", "4", "10"),
        ("LYM_ABS", "0,8", "10^9/L", "1,2", "3,5"),
        ("LEU_ABS", "1.234,5", "10^9/L", "4", "10"),
    )
    made, told = in_standard_units(mapping, "CP", spec, decimals={"flow": ","})
    columns = ["CPORRES", "CPORNRLO", "CPSTRESC", "CPSTRESU", "CPSTNRLO", "CPSTNRHI", "CPNRIND"]
    assert made[columns].fillna("").to_numpy().tolist() == [
        ["7.38", "4", "7380", "10^6/L", 4000.0, 10000.0, "NORMAL"],
        ["0.8", "1.2", "800", "10^6/L", 1200.0, 3500.0, "LOW"],
        ["1.234,5", "4", "", "", 4000.0, 10000.0, ""],
    ]
    assert made["CPSTRESN"].isna().tolist() == [False, False, True]
    assert told == [
        ("MAP140", "raw/flow:4 RESULT", "'1.234,5' is not a number; CPSTRESN of WBC set to missing")
    ]


def test_a_unit_of_cell_populations_without_a_conversion(raw, spec: Spec) -> None:
    share = ("LYM_PCT", "30,5", "%", None, None)
    made, told = in_standard_units(flow(raw, share, share), "CP", spec, decimals={"flow": ","})
    assert (made["CPSTRESN"].tolist(), told) == ([30.5, 30.5], [])
    made, told = in_standard_units(
        flow(raw, share, ("LYM_PCT", "30,5", "g/L", None, None)), "CP", spec, decimals={"flow": ","}
    )
    assert made["CPSTRESN"].fillna(-1).tolist() == [30.5, -1]
    assert made["CPSTRESC"].fillna("").tolist() == ["30.5", ""]
    assert told == [
        ("MAP122", "raw/flow:3 RESUNIT", "the sheet Conversions has no row for the test and its unit")
    ]
