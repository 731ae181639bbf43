"""FA, RP, IS, DA and the dipstick: before and after, from raw lines to records."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.problems import Address, Problems
from il2cdisc.sdtm.columns import Context
from il2cdisc.sdtm.mapping import Mapped, evaluate
from il2cdisc.spec.models import Spec
from mappings.sdtm.da import da
from mappings.sdtm.fa import fa
from mappings.sdtm.is_ import is_
from mappings.sdtm.lb import pregnancy, urinalysis
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
    )
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
