"""The complete step: mapped datasets to SDTM, by the workbook, for every domain alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from il2cdisc.base.datasets import Dataset, repeated
from il2cdisc.base.dates import sas_days
from il2cdisc.base.problems import Address, Problems
from il2cdisc.base.rows import in_order
from il2cdisc.sdtm.steps.assemble import finished, in_key_order
from il2cdisc.sdtm.steps.baseline import treatment_emergent, with_last_before_exposure
from il2cdisc.sdtm.steps.design import trial_design
from il2cdisc.sdtm.steps.mapped import MappedDataset, with_new
from il2cdisc.sdtm.steps.places import Places
from il2cdisc.sdtm.steps.problems import UNKNOWN_DATASET
from il2cdisc.sdtm.steps.related import related_records
from il2cdisc.sdtm.steps.standard import with_standard_results, with_test_names
from il2cdisc.sdtm.steps.supplemental import split_long_text, supplemental
from il2cdisc.sdtm.steps.timing import (
    Elements,
    elements_of,
    with_epoch,
    with_study_days,
    with_visit_numbers,
)
from il2cdisc.spec.models import DatasetSpec, Spec, VariableSpec
from il2cdisc.standards import sdtm_dataset, sdtm_variables

EMERGENT = "AETRTEM"
SUPP_KEYS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")


def complete(
    mapped: Mapping[str, MappedDataset],
    spec: Spec,
    *,
    study_id: str,
    emergent_days: int | None,
    problems: Problems,
    address: Callable[[str, int, str], Address] | None = None,
) -> dict[str, Dataset]:
    """SDTM datasets by name, in the workbook's order; SUPP-- beside their parents.

    `mapped` needs DM (RFSTDTC, RFXSTDTC, RFXENDTC) for study days, baselines and the emergent flag, and
    SE for EPOCH. `emergent_days`: days after the last dose that count; None makes no flag. What is wrong
    goes to `problems`; those that stop are for the caller to raise.
    """
    subjects = mapped["DM"].frame if "DM" in mapped else pd.DataFrame({"USUBJID": pd.Series([], dtype="str")})
    facts = _Facts(
        spec,
        emergent_days,
        subjects,
        subjects.set_index("USUBJID"),
        sas_days(subjects["RFSTDTC"]).set_axis(subjects["USUBJID"]) if "RFSTDTC" in subjects else None,
        elements_of(mapped["SE"].frame) if "SE" in mapped else None,
    )
    made: dict[str, Dataset] = {
        name: finished(in_key_order(frame, spec.datasets[name]), spec.datasets[name], study_id, problems)
        for name, frame in trial_design(spec).items()
    }
    frames: dict[str, pd.DataFrame] = {}
    for name, item in mapped.items():
        wanted = spec.datasets.get(name)
        if wanted is None:
            problems.add(UNKNOWN_DATASET.at(Address(dataset=name), f"the workbook has no dataset {name}"))
            continue
        places = Places(item, address)
        frame, extra, labels = _completed(item, wanted, facts, problems, places)
        dataset = finished(frame, wanted, study_id, problems, places)
        made[name], frames[name] = dataset, frame
        records = supplemental(frame, extra, name, spec, labels, problems, places)
        if len(records):
            made[f"SUPP{name}"] = _supplemental_dataset(records, dataset, spec, study_id, problems)
    if any(item.links for item in mapped.values()):
        made["RELREC"] = _relations(mapped, frames, spec, study_id, problems, address)
    order = list(spec.datasets)
    return dict(sorted(made.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else 999))


@dataclass(frozen=True)
class _Facts:
    """What all domains are completed with."""

    spec: Spec
    emergent_days: int | None
    subjects: pd.DataFrame  # DM
    by_subject: pd.DataFrame  # the same, by USUBJID
    first_days: pd.Series | None  # SAS days of RFSTDTC, by USUBJID
    elements: Elements | None


def _completed(
    item: MappedDataset, wanted: DatasetSpec, facts: _Facts, problems: Problems, places: Places
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Rows in key order with all that the engine adds; qualifiers on the same rows; labels of new ones."""
    name, frame, extra = item.name, item.frame, item.supplemental
    spec, by_subject = facts.spec, facts.by_subject
    frame = with_visit_numbers(frame, name, spec.protocol, problems, places)
    frame = with_test_names(frame, name, spec, problems, places)
    frame = with_standard_results(frame, name, spec, facts.subjects, problems, places)
    if facts.first_days is not None:
        frame = with_study_days(frame, name, facts.first_days)
    if "EPOCH" in wanted.by_name and facts.elements is not None and name != "SE":
        findings = wanted.class_.upper() == "FINDINGS"
        frame = with_epoch(frame, name, facts.elements, before_dose=findings)
    if f"{name}LOBXFL" in wanted.by_name and "RFXSTDTC" in by_subject:
        frame = with_last_before_exposure(frame, name, by_subject["RFXSTDTC"])
    if name == "AE" and facts.emergent_days is not None and EMERGENT in spec.qualifiers("SUPPAE"):
        first = frame["USUBJID"].map(by_subject["RFXSTDTC"]).astype("str")
        last = frame["USUBJID"].map(by_subject["RFXENDTC"]).astype("str")
        missing = pd.Series(index=frame.index, dtype="str")
        end = frame.get("AEENDTC", missing)
        flag = treatment_emergent(frame["AESTDTC"], end, first, last, days=facts.emergent_days)
        extra = with_new(extra, {EMERGENT: flag})
    labels = {v.name: v.label for v in wanted.variables}
    frame, extra, new = split_long_text(frame, extra, labels)
    frame = in_key_order(frame, wanted)
    return frame, extra.loc[frame.index] if len(extra.columns) else extra, new


def _supplemental_dataset(
    records: pd.DataFrame, parent: Dataset, spec: Spec, study_id: str, problems: Problems
) -> Dataset:
    """SUPP--; its records have the edges of their parents."""
    name = f"SUPP{parent.name}"
    made = finished(records, spec.datasets.get(name) or _template(name), study_id, problems)
    parents, of_parent = records["parent"].to_numpy("int64"), parent.edges["row"].to_numpy()
    first = np.searchsorted(of_parent, parents)
    count = np.searchsorted(of_parent, parents, side="right") - first
    row = np.repeat(np.arange(len(records)), count)
    # the edges of each parent stand together: the first one, and those that follow it
    following = np.arange(len(row)) - np.repeat(count.cumsum() - count, count)
    edges = parent.edges.take(np.repeat(first, count) + following).assign(row=row)
    return replace(made, edges=edges.reset_index(drop=True))


def _relations(
    mapped: Mapping[str, MappedDataset],
    frames: Mapping[str, pd.DataFrame],
    spec: Spec,
    study_id: str,
    problems: Problems,
    address: Callable[[str, int, str], Address] | None,
) -> Dataset:
    """RELREC; its edges lead to the record itself and to those of the other side of the relation."""
    wanted = spec.datasets["RELREC"]
    found = related_records(mapped, frames, problems, address)
    records = in_key_order(found.records, wanted)
    made = finished(records, wanted, study_id, problems)
    place = np.empty(len(records), dtype="int64")
    place[records.index] = np.arange(len(records))
    edges = found.edges.assign(row=place[found.edges["row"]], field=repeated(None, len(found.edges)))
    edges = edges.take(in_order([edges["row"], edges["source"], edges["id"]])).reset_index(drop=True)
    return replace(made, edges=edges[["row", "source", "id", "field"]])


def _template(name: str) -> DatasetSpec:
    """The standard's own shape of SUPP--, for one that the workbook lacks."""
    standard = sdtm_dataset(name)
    assert standard is not None
    variables = tuple(
        VariableSpec(
            order=v.order, dataset=name, name=v.name, label=v.label, role=v.role, mandatory=v.core == "Req"
        )
        for v in sdtm_variables(name).values()
    )
    return DatasetSpec(
        name=name,
        label=standard.label,
        class_=standard.class_.upper(),
        structure=standard.structure,
        keys=SUPP_KEYS,
        variables=variables,
    )
