"""CP: cell populations by flow cytometry, counts and shares."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Column,
    Mapped,
    Origin,
    collected,
    constant,
    dataset,
    date,
    decoded,
    derived,
    filter_not_exist,
    join,
    mapped,
    prepared,
    recoded,
    stack,
    subject,
    text_where,
)
from mappings.common import (
    DMY,
    NO_RESULT,
    WITHOUT_RESULT,
    administrative,
    drawn,
    not_done,
    result,
    status,
    tubes,
    visit,
    with_visit,
)

# population → marker string of its cells
MARKERS = {
    "LEU": "CD45+",
    "LYM": "CD45+ SSClow",
    "CD3": "CD3+",
    "CD4": "CD3+CD4+",
    "CD8": "CD3+CD8+",
    "CD4CD8": "CD3+CD4+/CD3+CD8+",
    "TREG": "CD3+CD4+CD25hiCD127lo/-",
    "TREGA": "CD3+CD4+CD25hiCD127lo/-CD45RA-",
    "TREGN": "CD3+CD4+CD25hiCD127lo/-CD45RA+",
    "TH1": "CD3+CD4+CD45RA-CXCR3+CCR6-",
    "TH2": "CD3+CD4+CD45RA-CXCR3-CCR6-CRTH2+",
    "TH17": "CD3+CD4+CD45RA-CXCR3-CCR6+",
    "TH117": "CD3+CD4+CD45RA-CXCR3+CCR6+",
    "N4": "CD3+CD4+CD45RA+CCR7+",
    "CM4": "CD3+CD4+CD45RA-CCR7+",
    "EM4": "CD3+CD4+CD45RA-CCR7-",
    "EMRA4": "CD3+CD4+CD45RA+CCR7-",
    "N8": "CD3+CD8+CD45RA+CCR7+",
    "CM8": "CD3+CD8+CD45RA-CCR7+",
    "EM8": "CD3+CD8+CD45RA-CCR7-",
    "EMRA8": "CD3+CD8+CD45RA+CCR7-",
    "RTE": "CD3+CD4+CD45RA+CCR7+CD31+",
    "ACT4": "CD3+CD4+HLA-DR+CD38+",
    "ACT8": "CD3+CD8+HLA-DR+CD38+",
    "NK": "CD3-CD56+",
    "NKBR": "CD3-CD56bright",
    "NKDIM": "CD3-CD56dim",
    "B": "CD19+",
    "MO": "CD14/CD16",
    "MOC": "CD14++CD16-",
    "MOI": "CD14++CD16+",
    "MONC": "CD14+CD16++",
}
# markers that make a sub-population of the population that the test names
SUB_MARKERS = {
    "NKBR": "CD56bright",
    "NKDIM": "CD56dim",
    "RTE": "CD31+",
    "ACT4": "HLA-DR+CD38+",
    "ACT8": "HLA-DR+CD38+",
}
ACTIVATED = ("ACT4", "ACT8")
# tests of sub-populations share their names: the subcategory tells one from the other
SUBCATEGORY = {
    "NKBR": "CD56 BRIGHT CELLS",
    "NKDIM": "CD56 DIM CELLS",
    "RTE": "RECENT THYMIC EMIGRANTS",
    **dict.fromkeys(ACTIVATED, "ACTIVATED CELLS"),
}
TYPES = {"ABS": "NUMBER CONCENTRATION", "PCT": "NUMBER FRACTION", "": "RATIO"}


def cp(raw_flow: pd.DataFrame, raw_samples: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """Cell populations: one record per population and measure per tube per subject."""
    return stack(measured(raw_flow, raw_samples, raw_sv), not_drawn(raw_samples, raw_flow, raw_sv))


def measured(raw_flow: pd.DataFrame, raw_samples: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """The file of the flow cytometer, by the tube's visit and time."""
    rows = join(raw_flow, raw_samples.drop(columns="USUBJID"), on={"flow.BARCODE": "samples.BARCODE"})
    rows = with_visit(rows, "samples.VISIT", raw_sv)
    names = rows["flow.ANALYTE"].str.split("_", n=1, expand=True).reindex(columns=[0, 1])
    known = result(rows["flow.RESULT"])
    rows = rows.assign(
        population=names[0].astype("str"),
        measure=names[1].astype("str").fillna(""),
        result=known,
        unit=rows["flow.RESUNIT"].where(known.notna()),
        reason=no_result(rows),
    )
    return dataset(
        "CP",
        rows,
        USUBJID=subject(),
        CPREFID=collected("flow.BARCODE"),
        CPTESTCD=mapped("flow.ANALYTE", codelist="CPTESTCD", origin=Origin.ASSIGNED),
        CPSBMRKS=by_population(SUB_MARKERS, "markers of the sub-population"),
        CPCELSTA=by_population(dict.fromkeys(ACTIVATED, "ACTIVATED"), "state of the cells"),
        CPCSMRKS=by_population({name: SUB_MARKERS[name] for name in ACTIVATED}, "markers of the state"),
        CPMRKSTR=by_population(MARKERS, "markers of the population"),
        CPGATE=collected("flow.GATE"),
        CPCAT=constant("IMMUNOPHENOTYPING"),
        CPSCAT=by_population(SUBCATEGORY, "name of the sub-population"),
        CPORRES=prepared(
            "result", sources=["flow.RESULT"], rule="words for no result taken out", origin=Origin.COLLECTED
        ),
        CPORRESU=mapped("unit", codelist="UNIT", sources=["flow.RESUNIT"]),
        CPRESSCL=constant("QUANTITATIVE"),
        CPRESTYP=derived(
            lambda f: recoded(f["measure"], TYPES),
            sources=["flow.ANALYTE"],
            rule="count, share or ratio",
            origin=Origin.ASSIGNED,
        ),
        CPORNRLO=collected("flow.REFLO"),
        CPORNRHI=collected("flow.REFHI"),
        CPSTAT=status("result", sources=["flow.RESULT"]),
        CPREASND=prepared("reason", sources=["flow.RESULT", "flow.RUNSTAT"], rule="why there is no result"),
        CPNAM=constant("IMMUNOLOGY LABORATORY"),
        CPSPEC=constant("BLOOD"),
        CPSPCCND=derived(
            lambda f: text_where("CLOTTED", clotted(f)),
            sources=["flow.RUNSTAT"],
            rule="CLOTTED when the tube was",
            origin=Origin.COLLECTED,
        ),
        CPMETHOD=constant("FLOW CYTOMETRY"),
        VISIT=visit("samples.VISIT"),
        CPDTC=date("samples.SAMPDAT", DMY, time="samples.SAMPTIM"),
        supplemental={"CPRUNDTC": date("flow.RUNDAT", DMY)},
        dropped={
            "flow.PARENT": "the test names the parent population",
            "flow.RUNNOTE": "Italian words for what the status of the tube says",
        },
    )


def not_drawn(raw_samples: pd.DataFrame, raw_flow: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """Tubes for flow cytometry that were not drawn: one record stands for all populations.

    One that was drawn and of which the laboratory's file has no line is asked about.
    """
    flow, _, biobank = tubes(raw_samples)
    filled, missing = drawn(flow)
    return dataset(
        "CP",
        with_visit(missing, "samples.VISIT", raw_sv),
        USUBJID=subject(),
        CPTESTCD=constant("CPALL"),
        CPCAT=constant("IMMUNOPHENOTYPING"),
        CPSTAT=not_done("samples.SAMPYN"),
        CPREASND=mapped("samples.SAMPREAS", codelist="REASND", origin=Origin.DERIVED),
        CPNAM=constant("IMMUNOLOGY LABORATORY"),
        CPSPEC=constant("BLOOD"),
        CPMETHOD=constant("FLOW CYTOMETRY"),
        VISIT=visit("samples.VISIT"),
        CPDTC=date("samples.SAMPDAT", DMY, time="samples.SAMPTIM"),
        dropped={
            **administrative("samples", "SUBJID"),
            "samples.BARCODE": "leads from a result to its tube",
            "samples.SAMPTYPE": "the dataset says what the tube was for",
            "samples.SAMPNOTE": "note of the site in Italian on the handling of the tube",
        },
        left_out={"tube of the biobank: stored for later research, no result in this study": biobank},
        queried={WITHOUT_RESULT: filter_not_exist(filled, raw_flow, on={"samples.BARCODE": "flow.BARCODE"})},
    )


def by_population(table: dict[str, str], rule: str) -> Column:
    """A text for each population."""
    return derived(
        lambda rows: recoded(rows["population"], table),
        sources=["flow.ANALYTE"],
        rule=rule,
        origin=Origin.ASSIGNED,
    )


def no_result(rows: pd.DataFrame) -> pd.Series:
    """Why there is no result: a clotted tube, the word of the laboratory, or nothing was written."""
    value = rows["flow.RESULT"]
    reason = recoded(value, NO_RESULT).mask(value.isna(), "RESULT MISSING")
    return reason.mask(clotted(rows) & reason.notna(), "SAMPLE CLOTTED")


def clotted(rows: pd.DataFrame) -> pd.Series:
    """True where the laboratory says that the tube was clotted."""
    return decoded(rows, "flow.RUNSTAT", {"OK": False, "COAGULATO": True}).fillna(False)
