"""ADCSSRS: items of the suicidality scale, and the worst ideation and behaviour that they tell of."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    append_rows,
    derive_maximum_records,
    derive_vars_crit_flag,
    derive_vars_merged_summary,
    derive_vars_parameter,
    parameters_of,
    windows_of,
)
from mappings.adam.common import (
    SAME,
    after_baseline,
    before_dose,
    with_change,
    with_date,
    with_source,
    with_subject,
    with_visits,
)
from mappings.adam.scale import PARAMETER, parameter

IDEATION, BEHAVIOUR, EITHER = "CSIDEA", "CSBEHA", "CSIDBE"
CATEGORIES = (IDEATION, BEHAVIOUR, EITHER)
ASSESSMENT = ["USUBJID", "_VISIT", "_DATE"]
WORST = {"AVISIT": "Worst post-baseline", "AVISITN": 99.0, "ANL01FL": "Y"}
EMERGING = "Category worse than any before the first dose"


def adcssrs(qs: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Suicidality: one record per subject, parameter, analysis visit and date."""
    parameters = parameters_of(spec, "ADCSSRS")
    items = items_of(qs, adsl, parameters)
    out = append_rows(items, categories_of(items, parameters))
    out = with_change(with_visits(out, windows_of(spec, "ADCSSRS")))
    # a change of yes and no says nothing
    out = out.assign(CHG=out["CHG"].where(out["AVALC"].isna())).drop(columns=["PCHG"])
    return analysis_dataset("ADCSSRS", with_emergence(with_worst_record(out), out))


def items_of(qs: pd.DataFrame, adsl: pd.DataFrame, parameters: pd.DataFrame) -> pd.DataFrame:
    """Answered items of both versions: AVALC and AVAL of yes or no, AVAL alone of a score."""
    names = {"Test Code": "QSTESTCD", "Item": "_CATEGORY", "Subscale": "_PART"}
    items = parameters[parameters["PARCAT1"] == "ITEM"].rename(columns=names)
    out = derive_vars_parameter(
        qs[qs["QSSTRESC"].notna()],
        items,
        by=["QSTESTCD"],
        new_vars=[*PARAMETER, "_CATEGORY", "_PART"],
    )
    out = with_date(with_subject(out, adsl), "QSDTC")
    answer = out["QSSTRESC"].where(out["QSSTRESC"].isin(["Y", "N"]))
    number = answer.map({"Y": 1.0, "N": 0.0}).astype("float64")
    scored = with_source(out, domain="QS", variable="QSSTRESN")
    variable = scored["SRCVAR"].mask(answer.notna(), "QSSTRESC")
    return scored.assign(AVALC=answer, AVAL=out["QSSTRESN"].fillna(number), SRCVAR=variable)


def categories_of(items: pd.DataFrame, parameters: pd.DataFrame) -> pd.DataFrame:
    """Of each assessment the worst category of ideation, of behaviour and of both, and whether any was there.

    A category is the number of the worst item that is answered with yes, 0 when all answered ones are no.
    Behaviour that no item names has no category: then it is missing, and whether there was any is known.
    """
    asked = items[items["_PART"].notna() & items["AVALC"].notna()]
    asked = asked.assign(_VISIT=asked["VISITNUM"].fillna(-1.0), _DATE=asked["QSDTC"].fillna(""))
    category = asked["_CATEGORY"].astype("float64").where(asked["AVAL"] == 1, 0.0)
    asked = asked.assign(_WORST=category, _ANY=asked["AVAL"])
    each = asked[[column for column in asked.columns if column == "@ADSL" or not of_item(column)]]
    each = each.drop_duplicates(ASSESSMENT).reset_index(drop=True)
    ideation = with_worst(each, asked[asked["_PART"] == IDEATION])
    behaviour = with_worst(each, asked[asked["_PART"] == BEHAVIOUR])
    unnamed = (behaviour["_ANY"] == 1) & (behaviour["_WORST"] == 0)
    behaviour = behaviour.assign(_WORST=behaviour["_WORST"].mask(unnamed))
    worst = np.maximum(ideation["_WORST"], behaviour["_WORST"])
    either = with_worst(each, asked).assign(_WORST=worst)
    made = [
        rows.assign(AVAL=rows["_WORST"], **parameter(parameters, code))
        for code, rows in {IDEATION: ideation, BEHAVIOUR: behaviour, EITHER: either}.items()
    ]
    for code, rows in {"CSIDANY": ideation, "CSBEANY": behaviour}.items():
        text = rows["_ANY"].map({1.0: "Y", 0.0: "N"}).astype("str")
        made.append(rows.assign(AVAL=rows["_ANY"], AVALC=text, **parameter(parameters, code)))
    return pd.concat(made, ignore_index=True).drop(columns=["_VISIT", "_DATE", "_WORST", "_ANY"])


def of_item(column: str) -> bool:
    """Columns that belong to an item, not to the assessment that it is of."""
    own = {*PARAMETER, "AVAL", "AVALC", "_CATEGORY", "_PART", "_WORST", "_ANY"}
    return column in own or column.startswith(("QS", "SRC", "@"))


def with_worst(each: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """The assessments with the worst category of the items, and whether any was answered with yes."""
    worst = {"_WORST": ("_WORST", "max"), "_ANY": ("_ANY", "max")}
    return derive_vars_merged_summary(each, asked, by=ASSESSMENT, new_vars=worst, ids=True)


def with_worst_record(out: pd.DataFrame) -> pd.DataFrame:
    """The first record of the worst category after baseline of each subject, once more as its own visit."""
    out = out.assign(DTYPE=pd.Series(index=out.index, dtype="str"))
    return derive_maximum_records(
        out,
        by=SAME,
        order=["ADT", "ADTM", "VISITNUM"],
        set_values=WORST,
        where=out["PARAMCD"].isin(CATEGORIES) & after_baseline(out),
    )


def with_emergence(out: pd.DataFrame, observed: pd.DataFrame) -> pd.DataFrame:
    """CRIT1 on the worst records after baseline: a category above all those before the first dose."""
    before = observed[before_dose(observed)]
    out = derive_vars_merged_summary(out, before, by=SAME, new_vars={"_BEFORE": ("AVAL", "max")})
    worst = (out["DTYPE"] == "MAXIMUM") & out["PARAMCD"].isin(CATEGORIES)
    return derive_vars_crit_flag(
        out,
        number=1,
        description=EMERGING,
        where=worst,
        met=out["AVAL"] > out["_BEFORE"],
        known=out["_BEFORE"].notna(),
    )
