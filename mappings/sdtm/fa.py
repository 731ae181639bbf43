"""FA: reactions at the injection site, as examined after each injection; those reported lead to AE."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Column,
    Link,
    Mapped,
    Origin,
    by_field,
    collected,
    constant,
    dataset,
    date,
    decoded,
    derived,
    gather,
    join,
    link,
    mapped,
    prepared,
    recoded,
    stack,
    subject,
)
from mappings.common import (
    DMY,
    administrative,
    answered,
    reason_without_result,
    result,
    status,
    visit,
    with_visit,
)

# named as the dictionary names the events, so that findings and events meet
ERYTHEMA = "Injection site erythema"
INDURATION = "Injection site induration"
PAIN = "Injection site pain"
# raw column → test, object, unit printed on the form
MEASURES = {
    "injsite.ERYTHMM": ("DIAMETER", ERYTHEMA, "mm"),
    "injsite.INDURMM": ("DIAMETER", INDURATION, "mm"),
    "injsite.PAINNRS": ("PAINNRS", PAIN, None),
}
PRESENT = {"assente": False, "lieve": True, "moderato": True, "severo": True}


def fa(raw_injsite: pd.DataFrame, raw_sv: pd.DataFrame, ae: pd.DataFrame) -> Mapped:
    """Findings about injection site reactions: one record per finding per object per visit per subject."""
    forms = with_visit(raw_injsite, "injsite.VISIT", raw_sv)
    events = ae[["USUBJID", "AESPID", "AEDECOD", "@ae"]]
    forms = join(forms, events, on={"USUBJID": "USUBJID", "injsite.INJAENO": "AESPID"})
    examined, not_examined = answered(forms, "injsite.INJYN", "INJREAS", "INJDAT", "INJTIM", "INJLOC")
    present = examined[decoded(examined, "injsite.ERYTH", PRESENT).fillna(False)]
    return stack(
        erythema(examined, "OCCUR", occurrence()),
        erythema(present, "SEV", mapped("injsite.ERYTH", codelist="SEVRS")),
        measures(gather(examined, fields=list(MEASURES))),
        form_not_done(not_examined),
    )


def occurrence() -> Column:
    """Y or N: was there an erythema; a text that is no code as collected."""
    answers = {code: "Y" if there else "N" for code, there in PRESENT.items()}
    return derived(
        lambda f: decoded(f, "injsite.ERYTH", answers, keep=True),
        sources=["injsite.ERYTH"],
        rule="N when the form says that there is none, Y for any grade",
        origin=Origin.COLLECTED,
    )


def erythema(rows: pd.DataFrame, test: str, answer: Column) -> Mapped:
    """What the field of erythema says: that there is one, and how severe."""
    return dataset(
        "FA",
        rows.assign(object=ERYTHEMA),
        FATESTCD=constant(test),
        FAOBJ=constant(ERYTHEMA),
        FAORRES=answer,
        FASTAT=status("injsite.ERYTH", sources=["injsite.ERYTH"]),
        **_shared(),
        supplemental={"FAAENO": collected("injsite.INJAENO")},
        links=[_reported()],
    )


def measures(rows: pd.DataFrame) -> Mapped:
    """Diameters in mm and the rating of pain."""
    fields = list(MEASURES)
    known = result(rows["value"])
    objects = recoded(rows["field"], {field: thing for field, (_, thing, _) in MEASURES.items()})
    rows = rows.assign(result=known, reason=reason_without_result(rows["value"]), object=objects)
    units = {field: unit for field, (_, _, unit) in MEASURES.items()}
    return dataset(
        "FA",
        rows,
        FATESTCD=by_field({field: test for field, (test, _, _) in MEASURES.items()}),
        FAOBJ=by_field({field: thing for field, (_, thing, _) in MEASURES.items()}),
        FAORRES=prepared(
            "result", sources=fields, rule="words for no result taken out", origin=Origin.COLLECTED
        ),
        FAORRESU=derived(
            lambda f: recoded(f["field"], units).where(f["result"].notna()),
            sources=fields,
            rule="unit printed on the form",
            origin=Origin.ASSIGNED,
        ),
        FASTAT=status("result", sources=fields),
        FAREASND=prepared("reason", sources=fields, rule="why there is no result"),
        **_shared(),
        supplemental={"FAAENO": collected("injsite.INJAENO")},
        links=[_reported()],
    )


def form_not_done(rows: pd.DataFrame) -> Mapped:
    """Injections after which nobody looked: one record stands for all findings."""
    return dataset(
        "FA",
        rows,
        FATESTCD=constant("FAALL"),
        FAOBJ=constant("Injection site reaction"),
        FASTAT=constant("NOT DONE", origin=Origin.DERIVED),
        FAREASND=mapped(
            "injsite.INJREAS",
            codelist="REASND",
            sources=["injsite.INJYN", "injsite.INJREAS"],
            origin=Origin.DERIVED,
        ),
        **_shared(),
        dropped=administrative("injsite", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
    )


def _shared() -> dict[str, Column]:
    return {
        "USUBJID": subject(),
        "FACAT": constant("INJECTION SITE REACTION"),
        "FALOC": mapped("injsite.INJLOC", codelist="LOC"),
        "FALAT": mapped("injsite.INJLOC", codelist="LAT"),
        "VISIT": visit("injsite.VISIT"),
        "FADTC": date("injsite.INJDAT", DMY, time="injsite.INJTIM"),
    }


def _reported() -> Link:
    """The event that the form names, for the findings whose object is that event."""
    number = derived(
        lambda f: f["injsite.INJAENO"].where(f["AEDECOD"] == f["object"]),
        sources=["injsite.INJAENO"],
        rule="number of the event, where it is the object of the finding",
        origin=Origin.COLLECTED,
    )
    return link("AE", AESPID=number)
