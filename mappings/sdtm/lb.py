"""LB: blood tests of the hospital, cytokines of the immunology laboratory, urinalysis and pregnancy tests."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Column,
    Mapped,
    Origin,
    by_field,
    collected,
    constant,
    dataset,
    date,
    derived,
    filter_not_exist,
    gather,
    join,
    limit_below,
    mapped,
    number,
    prepared,
    recoded,
    stack,
    subject,
)
from mappings.common import (
    CONDITION,
    DMY,
    NO_RESULT,
    SPOILT,
    WITHOUT_RESULT,
    administrative,
    answered,
    drawn,
    not_done,
    reason_without_result,
    result,
    status,
    tubes,
    visit,
    with_reason,
    with_visit,
)

# raw column → test and the unit above its column in the laboratory's sheet (blank: in a column of its own)
HAEMATOLOGY = {
    "lbhem.WBC": ("WBC", "/mm3"),
    "lbhem.RBC": ("RBC", "10^6/mm3"),
    "lbhem.HGB": ("HGB", "g/dL"),
    "lbhem.HCT": ("HCT", "%"),
    "lbhem.MCV": ("MCV", "fL"),
    "lbhem.PLT": ("PLAT", "10^3/mm3"),
    "lbhem.NEUT": ("NEUT", "10^9/L"),
    "lbhem.LYM": ("LYM", "10^9/L"),
    "lbhem.MONO": ("MONO", "10^9/L"),
    "lbhem.EOS": ("EOS", "10^9/L"),
    "lbhem.BASO": ("BASO", "10^9/L"),
}
CHEMISTRY = {
    "lbchem.SODIUM": ("SODIUM", "mmol/L"),
    "lbchem.POTAS": ("K", "mmol/L"),
    "lbchem.GLUC": ("GLUC", "mg/dL"),
    "lbchem.UREA": ("UREA", "mg/dL"),
    "lbchem.CREAT": ("CREAT", ""),
    "lbchem.ALT": ("ALT", "U/L"),
    "lbchem.AST": ("AST", "U/L"),
    "lbchem.GGT": ("GGT", "U/L"),
    "lbchem.ALP": ("ALP", "U/L"),
    "lbchem.LDH": ("LDH", "U/L"),
    "lbchem.BILI": ("BILI", "mg/dL"),
    "lbchem.ALB": ("ALB", "g/dL"),
    "lbchem.CRP": ("CRP", "mg/L"),
}
THYROID = {"lbthy.TSH": ("TSH", "mIU/L"), "lbthy.FT4": ("T4FR", "ng/dL")}
THYROID_LIMITS = {"lbthy.TSH": ("lbthy.TSHLO", "lbthy.TSHHI"), "lbthy.FT4": ("lbthy.FT4LO", "lbthy.FT4HI")}
MEASURED = {"ua.UAPH": "PH", "ua.UASG": "SPGRAV"}
GRADED = {
    "ua.UAPROT": "PROT",
    "ua.UAGLUC": "GLUC",
    "ua.UAKET": "KETONES",
    "ua.UABLOOD": "OCCBLD",
    "ua.UALEU": "LEUKASE",
    "ua.UANIT": "NITRITE",
}
BELOW = "<LLOQ"
AS_COLLECTED = Origin.COLLECTED
EXCEL = "yyyy-mm-dd"


def lb(
    raw_lbhem: pd.DataFrame,
    raw_lbchem: pd.DataFrame,
    raw_lbthy: pd.DataFrame,
    raw_cyto: pd.DataFrame,
    raw_samples: pd.DataFrame,
    raw_ua: pd.DataFrame,
    raw_preg: pd.DataFrame,
    raw_sv: pd.DataFrame,
) -> Mapped:
    """Laboratory results: one record per test per sample per visit per subject."""
    haematology = gather(with_visit(raw_lbhem, "lbhem.VISIT", raw_sv), fields=list(HAEMATOLOGY))
    chemistry = gather(with_visit(raw_lbchem, "lbchem.VISIT", raw_sv), fields=list(CHEMISTRY))
    thyroid = gather(with_visit(raw_lbthy, "lbthy.VISIT", raw_sv), fields=list(THYROID))
    return stack(
        hospital("lbhem", haematology, HAEMATOLOGY, "HEMATOLOGY", "BLOOD", EXCEL),
        hospital("lbchem", chemistry, CHEMISTRY, "CHEMISTRY", "SERUM", DMY, unit="lbchem.CREATU"),
        hospital("lbthy", thyroid, THYROID, "THYROID", "SERUM", EXCEL, limits=THYROID_LIMITS),
        cytokines(raw_cyto, raw_samples, raw_sv),
        cytokines_not_drawn(raw_samples, raw_cyto, raw_sv),
        urinalysis(raw_ua, raw_sv),
        pregnancy(raw_preg, raw_sv),
    )


def hospital(
    form: str,
    rows: pd.DataFrame,
    tests: dict[str, tuple[str, str]],
    category: str,
    specimen: str,
    pattern: str,
    *,
    unit: str = "",
    limits: dict[str, tuple[str, str]] | None = None,
) -> Mapped:
    """A sheet of the hospital laboratory. `unit`: the column that holds the unit of the test without one."""
    low, high = limits_of(rows, limits or {})
    words = rows["value"].isin(list(NO_RESULT))
    known = result(rows["value"])
    units = recoded(rows["field"], {field: unit or None for field, (_, unit) in tests.items()})
    rows = rows.assign(
        result=known,
        unit=(units.fillna(rows[unit]) if unit else units).where(known.notna()),
        low=low,
        high=high,
        reason=no_result(rows["value"], rows[f"{form}.LBNOTE"], words),
    )
    fields, note = list(tests), f"{form}.LBNOTE"
    bounds = [column for pair in (limits or {}).values() for column in pair]
    return dataset(
        "LB",
        rows,
        USUBJID=subject(),
        LBREFID=collected(f"{form}.LBACCNO"),
        LBTESTCD=by_field({field: test for field, (test, _) in tests.items()}),
        LBCAT=constant(category),
        LBORRES=prepared("result", sources=fields, rule="words for no result taken out", origin=AS_COLLECTED),
        LBORRESU=mapped("unit", codelist="UNIT", sources=[unit] if unit else fields),
        LBORNRLO=prepared("low", sources=bounds[::2], rule="limit of the test", origin=AS_COLLECTED),
        LBORNRHI=prepared("high", sources=bounds[1::2], rule="limit of the test", origin=AS_COLLECTED),
        LBLLOQ=limit_below("result", sources=fields),
        LBSTAT=status("result", sources=fields),
        LBREASND=prepared("reason", sources=[*fields, note], rule="why there is no result"),
        LBNAM=constant("HOSPITAL LABORATORY"),
        LBSPEC=constant(specimen),
        LBSPCCND=derived(
            lambda f: recoded(recoded(f[note], SPOILT), CONDITION),
            sources=[note],
            rule="condition that the laboratory notes",
            origin=AS_COLLECTED,
        ),
        VISIT=visit(f"{form}.VISIT"),
        LBDTC=date(f"{form}.LBDAT", pattern, time=f"{form}.LBTIM"),
        supplemental={"LBNOTE": mapped(note, codelist="LBNOTE")},
        dropped=administrative(form, "SUBJID"),
    )


def limits_of(rows: pd.DataFrame, limits: dict[str, tuple[str, str]]) -> tuple[pd.Series, pd.Series]:
    """Lower and upper reference limit of each row, from the columns of its test."""
    low = high = pd.Series(index=rows.index, dtype="str")
    for field, (lower, upper) in limits.items():
        low = low.mask(rows["field"] == field, result(rows[lower]))
        high = high.mask(rows["field"] == field, result(rows[upper]))
    return low, high


def no_result(value: pd.Series, note: pd.Series, words: pd.Series) -> pd.Series:
    """Why there is no result: a spoilt sample, the word of the laboratory, or nothing was written."""
    spoilt = recoded(note, SPOILT)
    reason = recoded(value, NO_RESULT).mask(words & spoilt.notna(), spoilt)
    return reason.mask(value.isna(), "RESULT MISSING")


def cytokines(raw_cyto: pd.DataFrame, raw_samples: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """The file of cytokines, by the tube's visit and time."""
    tubes = raw_samples.drop(columns="USUBJID")
    rows = join(raw_cyto, tubes, on={"cyto.BARCODE": "samples.BARCODE"})
    rows = with_visit(rows, "samples.VISIT", raw_sv)
    value = result(rows["cyto.RESULT"])
    words = rows["cyto.RESULT"].isin(list(NO_RESULT))
    rows = rows.assign(
        result=value.mask(value == BELOW, "<" + rows["cyto.LLOQ"]),
        reason=no_result(rows["cyto.RESULT"], rows["cyto.RUNNOTE"], words),
    )
    return dataset(
        "LB",
        rows,
        USUBJID=subject(),
        LBREFID=collected("cyto.BARCODE"),
        LBTESTCD=mapped("cyto.ANALYTE", codelist="LBTESTCD", origin=Origin.ASSIGNED),
        LBCAT=constant("CYTOKINES"),
        LBORRES=prepared(
            "result",
            sources=["cyto.RESULT", "cyto.LLOQ"],
            rule="<LLOQ written with its limit, words for no result taken out",
            origin=AS_COLLECTED,
        ),
        LBORRESU=mapped("cyto.RESUNIT", codelist="UNIT"),
        LBORNRLO=collected("cyto.REFLO"),
        LBORNRHI=collected("cyto.REFHI"),
        LBLLOQ=number("cyto.LLOQ"),
        LBSTAT=status("result", sources=["cyto.RESULT"]),
        LBREASND=prepared("reason", sources=["cyto.RESULT"], rule="why there is no result"),
        LBNAM=constant("IMMUNOLOGY LABORATORY"),
        LBSPEC=constant("PLASMA"),
        VISIT=visit("samples.VISIT"),
        LBDTC=date("samples.SAMPDAT", DMY, time="samples.SAMPTIM"),
        supplemental={"LBRUNDTC": date("cyto.RUNDAT", DMY)},
        dropped={"cyto.RUNNOTE": "Italian words for what the result says already"},
    )


def cytokines_not_drawn(raw_samples: pd.DataFrame, raw_cyto: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """Tubes for cytokines that were not drawn: one record stands for all of its tests.

    One that was drawn and of which the laboratory's file has no line is asked about.
    """
    _, cytokine_tubes, _ = tubes(raw_samples)
    filled, rows = drawn(cytokine_tubes)
    return dataset(
        "LB",
        with_visit(rows, "samples.VISIT", raw_sv),
        USUBJID=subject(),
        LBTESTCD=constant("LBALL"),
        LBCAT=constant("CYTOKINES"),
        LBSTAT=not_done("samples.SAMPYN"),
        LBREASND=mapped("samples.SAMPREAS", codelist="REASND", origin=Origin.DERIVED),
        LBNAM=constant("IMMUNOLOGY LABORATORY"),
        LBSPEC=constant("PLASMA"),
        VISIT=visit("samples.VISIT"),
        LBDTC=date("samples.SAMPDAT", DMY, time="samples.SAMPTIM"),
        queried={WITHOUT_RESULT: filter_not_exist(filled, raw_cyto, on={"samples.BARCODE": "cyto.BARCODE"})},
    )


def urinalysis(raw_ua: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """The dipstick: pH and specific gravity as numbers, all else in grades."""
    forms = answered(with_visit(raw_ua, "ua.VISIT", raw_sv), "ua.UAYN", "UAREASND", "UADAT", "UATIM")
    rows = gather(with_reason(*forms, "ua.UAREASND"), fields=[*MEASURED, *GRADED])
    known = result(rows["value"])
    rows = rows.assign(result=known, reason=rows["reason"].fillna(reason_without_result(rows["value"])))
    on_scale = rows["field"].isin(list(MEASURED))
    numbers = prepared(
        "result",
        sources=list(MEASURED),
        rule="words for no result taken out",
        origin=AS_COLLECTED,
    )
    grades = mapped("result", codelist="LBSTRESC", sources=list(GRADED))
    return stack(dipstick(rows[on_scale], MEASURED, numbers), dipstick(rows[~on_scale], GRADED, grades))


def dipstick(rows: pd.DataFrame, tests: dict[str, str], results: Column) -> Mapped:
    """Tests of the dipstick with their kind of result."""
    return dataset(
        "LB",
        rows,
        USUBJID=subject(),
        LBTESTCD=by_field(tests),
        LBCAT=constant("URINALYSIS"),
        LBORRES=results,
        LBSTAT=status("result", sources=[*tests, "ua.UAYN"]),
        LBREASND=mapped("reason", codelist="REASND", sources=["ua.UAREASND"]),
        LBSPEC=constant("URINE"),
        LBMETHOD=constant("DIPSTICK MEASUREMENT METHOD"),
        VISIT=visit("ua.VISIT"),
        LBDTC=date("ua.UADAT", DMY, time="ua.UATIM"),
        dropped=administrative("ua", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
    )


def pregnancy(raw_preg: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """Pregnancy tests of women who can become pregnant."""
    apart = ("PREGDAT", "NOCBPRSN", "CONTRAC", "PREGYN", "PREGREAS")
    due, no_potential = answered(raw_preg, "preg.CHILDPOT", *apart)
    rows = with_visit(due, "preg.VISIT", raw_sv)
    return dataset(
        "LB",
        rows,
        USUBJID=subject(),
        LBTESTCD=constant("HCG"),
        LBCAT=constant("PREGNANCY"),
        LBORRES=mapped("preg.PREGRES", codelist="LBSTRESC"),
        LBSTAT=status("preg.PREGRES", sources=["preg.PREGYN", "preg.PREGRES"]),
        LBREASND=mapped("preg.PREGREAS", codelist="REASND"),
        LBSPEC=mapped("preg.PREGSPEC", codelist="SPECTYPE"),
        VISIT=visit("preg.VISIT"),
        LBDTC=date("preg.PREGDAT", DMY),
        left_out={"no test is due without childbearing potential": no_potential},
        dropped=administrative("preg", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
    )
