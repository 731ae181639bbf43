"""Why a subject is not in an analysis set, and the deviation that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import mask_of, need_absent, need_columns
from il2cdisc.adam.merging import derive_vars_merged, filter_extreme
from il2cdisc.adam.problems import NO_DEVIATION
from il2cdisc.base.problems import Address, Problem, at_record


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A reason to leave subjects out: its text, whom it applies to, and the deviations that say so.

    `subjects` is on the rows of ADSL, `deviations` on those of DV; deviations of others don't matter.

    >>> adsl, dv = pd.DataFrame({"NDOSES": [9, 2]}), pd.DataFrame({"DVDECOD": ["DOSE MISSED"]})
    >>> Exclusion("FEW DOSES", adsl["NDOSES"] < 7, dv["DVDECOD"] == "DOSE MISSED").subjects.tolist()
    [False, True]
    """

    text: str
    subjects: pd.Series
    deviations: pd.Series


def derive_vars_exclusion(
    dataset: pd.DataFrame,
    deviations: pd.DataFrame,
    *,
    exclusions: Sequence[Exclusion],
    where: pd.Series,
    reason: str,
    sequence: str,
) -> tuple[pd.DataFrame, list[Problem]]:
    """`dataset` (one row a subject) with reasons of exclusion and the DVSEQ of the deviation, and findings.

    `where` are the subjects that the set is chosen from. `reason` gets the texts of all exclusions that
    apply, in their order, separated by semicolons; `sequence` the lowest DVSEQ of the first of them that has
    a deviation. An exclusion without a deviation is a finding (ADM031): it may not have been recorded.

    >>> adsl = pd.DataFrame({"USUBJID": ["S1", "S2"], "NDOSES": [9, 2]})
    >>> dv = pd.DataFrame({"USUBJID": ["S2"], "DVSEQ": [1.0], "DVDECOD": ["DOSE MISSED"]})
    >>> few = Exclusion("FEW DOSES", adsl["NDOSES"] < 7, dv["DVDECOD"] == "DOSE MISSED")
    >>> out, findings = derive_vars_exclusion(
    ...     adsl, dv, exclusions=[few], where=adsl["NDOSES"] > 0, reason="PPEXRS", sequence="PPDVSEQ"
    ... )
    >>> out
      USUBJID  NDOSES     PPEXRS  PPDVSEQ
    0      S1       9        NaN      NaN
    1      S2       2  FEW DOSES      1.0
    """
    name = "derive_vars_exclusion"
    need_absent(name, dataset, [reason, sequence])
    need_columns(name, deviations, ["USUBJID", "DVSEQ"], "deviations")
    chosen = mask_of(name, dataset, where)
    texts = np.full(len(dataset), "", dtype=object)
    found = pd.Series(np.nan, index=dataset.index)
    findings: list[Problem] = []
    out = dataset
    for number, exclusion in enumerate(exclusions):
        applies = chosen & mask_of(name, dataset, exclusion.subjects)
        texts = np.where(applies, np.where(texts == "", exclusion.text, texts + f"; {exclusion.text}"), texts)
        own = deviations[mask_of(name, deviations, exclusion.deviations)]
        first = filter_extreme(own, by=["USUBJID"], order=["DVSEQ"], mode="first")
        helper = f"_DVSEQ{number}"
        out = derive_vars_merged(out, first, by=["USUBJID"], new_vars={helper: "DVSEQ"}, ids=True)
        held = out[helper].where(applies)
        found = found.where(found.notna(), held)
        alone = out.loc[applies & held.isna().to_numpy(), "USUBJID"]
        findings += _without(exclusion, alone, reason)
    filled = pd.Series(texts, index=dataset.index, dtype="str").where(texts != "")
    out = out.drop(columns=[f"_DVSEQ{number}" for number in range(len(exclusions))])
    return out.assign(**{reason: filled, sequence: found}), findings


def _without(exclusion: Exclusion, subjects: pd.Series, reason: str) -> list[Problem]:
    """The finding about subjects to whom an exclusion applies, but no deviation."""
    if subjects.empty:
        return []
    records = [at_record("ADSL", str(subject), column=reason) for subject in subjects]
    place = Address(dataset="ADSL", column=reason)
    return [NO_DEVIATION.at(place, f"DV has no deviation for: {exclusion.text}", records=records)]
