"""The complete step: mapped datasets to SDTM, by the workbook, for every domain alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from il2cdisc.base.datasets import Dataset
from il2cdisc.base.problems import Address, Problems
from il2cdisc.sdtm.steps.assemble import finished, in_key_order
from il2cdisc.sdtm.steps.baseline import treatment_emergent, with_last_before_exposure
from il2cdisc.sdtm.steps.design import trial_design
from il2cdisc.sdtm.steps.mapped import MappedDataset, with_new
from il2cdisc.sdtm.steps.places import Places
from il2cdisc.sdtm.steps.problems import UNKNOWN_DATASET
from il2cdisc.sdtm.steps.related import related_records
from il2cdisc.sdtm.steps.standard import with_standard_results, with_test_names
from il2cdisc.sdtm.steps.supplemental import split_long_text, supplemental
from il2cdisc.sdtm.steps.timing import with_epoch, with_study_days, with_visit_numbers
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
        frame, extra, labels = _completed(
            item, wanted, mapped, subjects, spec, emergent_days, problems, places
        )
        dataset = finished(frame, wanted, study_id, problems, places)
        made[name], frames[name] = dataset, frame
        records = supplemental(frame, extra, name, spec, labels, problems, places)
        if len(records):
            made[f"SUPP{name}"] = _supplemental_dataset(records, dataset, frame, spec, study_id, problems)
    if any(item.links for item in mapped.values()):
        made["RELREC"] = _relations(mapped, frames, spec, study_id, problems, address)
    order = list(spec.datasets)
    return dict(sorted(made.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else 999))


def _completed(
    item: MappedDataset,
    wanted: DatasetSpec,
    mapped: Mapping[str, MappedDataset],
    subjects: pd.DataFrame,
    spec: Spec,
    emergent_days: int | None,
    problems: Problems,
    places: Places,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Rows in key order with all that the engine adds; qualifiers on the same rows; labels of new ones."""
    name, frame, extra = item.name, item.frame, item.supplemental
    by_subject = subjects.set_index("USUBJID")
    frame = with_visit_numbers(frame, name, spec.protocol, problems, places)
    frame = with_test_names(frame, name, spec, problems, places)
    frame = with_standard_results(frame, name, spec, subjects, problems, places)
    if "RFSTDTC" in by_subject:
        frame = with_study_days(frame, name, by_subject["RFSTDTC"])
    if "EPOCH" in wanted.by_name and "SE" in mapped and name != "SE":
        findings = wanted.class_.upper() == "FINDINGS"
        frame = with_epoch(frame, name, mapped["SE"].frame, before_dose=findings)
    if f"{name}LOBXFL" in wanted.by_name and "RFXSTDTC" in by_subject:
        frame = with_last_before_exposure(frame, name, by_subject["RFXSTDTC"])
    if name == "AE" and emergent_days is not None and EMERGENT in spec.qualifiers("SUPPAE"):
        first = frame["USUBJID"].map(by_subject["RFXSTDTC"]).astype("str")
        last = frame["USUBJID"].map(by_subject["RFXENDTC"]).astype("str")
        missing = pd.Series(index=frame.index, dtype="str")
        end = frame.get("AEENDTC", missing)
        flag = treatment_emergent(frame["AESTDTC"], end, first, last, days=emergent_days)
        extra = with_new(extra, {EMERGENT: flag})
    labels = {v.name: v.label for v in wanted.variables}
    frame, extra, new = split_long_text(frame, extra, labels)
    frame = in_key_order(frame, wanted)
    return frame, extra.loc[frame.index], new


def _supplemental_dataset(
    records: pd.DataFrame,
    parent: Dataset,
    frame: pd.DataFrame,
    spec: Spec,
    study_id: str,
    problems: Problems,
) -> Dataset:
    name = f"SUPP{parent.name}"
    wanted = spec.datasets.get(name) or _template(name)
    made = finished(records, wanted, study_id, problems)
    rows = pd.DataFrame({"parent": records["parent"].to_numpy("int64"), "child": range(len(records))})
    plain = parent.edges.merge(rows, left_on="row", right_on="parent", how="inner")
    edges = plain[["child", "source", "id", "field"]].rename(columns={"child": "row"})
    edges = edges.sort_values(["row", "source", "id"], ignore_index=True)
    return Dataset(made.name, made.label, made.variables, made.keys, made.frame, edges)


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
    place = pd.Series(range(len(records)), index=records.index)
    edges = found.edges.assign(row=found.edges["row"].map(place).astype("int64"))
    edges = edges.assign(field=pd.Series(None, index=edges.index, dtype="str"))
    edges = edges.sort_values(["row", "source", "id"], ignore_index=True)
    columns = ["row", "source", "id", "field"]
    return Dataset(made.name, made.label, made.variables, made.keys, made.frame, edges[columns])


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
