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
from il2cdisc.sdtm.complete.baseline import dose_days_of, treatment_emergent, with_last_before_exposure
from il2cdisc.sdtm.complete.coded import with_loinc
from il2cdisc.sdtm.complete.design import trial_design
from il2cdisc.sdtm.complete.in_ascii import in_ascii
from il2cdisc.sdtm.complete.mapped import MappedDataset, with_new
from il2cdisc.sdtm.complete.places import Places
from il2cdisc.sdtm.complete.problems import AT_THE_DOSE, UNKNOWN_DATASET
from il2cdisc.sdtm.complete.records import as_dataset, check_variables, with_sequence
from il2cdisc.sdtm.complete.related import related_records
from il2cdisc.sdtm.complete.standard import with_standard_results, with_test_names
from il2cdisc.sdtm.complete.supplemental import split_long_text, supplemental
from il2cdisc.sdtm.complete.timing import (
    Elements,
    at_the_dose,
    elements_of,
    with_epoch,
    with_study_days,
    with_visit_numbers,
)
from il2cdisc.spec.baseline import baseline_rules
from il2cdisc.spec.models import DatasetSpec, Spec
from il2cdisc.spec.supplements import collected_dates, supplement
from il2cdisc.study import TextFacts

EMERGENT = "AETRTEM"


def complete(
    mapped: Mapping[str, MappedDataset],
    spec: Spec,
    *,
    study_id: str,
    emergent_days: int | None,
    problems: Problems,
    address: Callable[[str, int, str], Address] | None = None,
    text: TextFacts | None = None,
) -> dict[str, Dataset]:
    """SDTM datasets by name, in the workbook's order; SUPP-- beside their parents.

    `mapped` needs DM (RFSTDTC, RFXSTDTC, RFXENDTC) for study days, baselines and the emergent flag, and
    SE for EPOCH. `emergent_days`: days after the last dose that count; None makes no flag. `text`: how free
    text is spelled in ASCII; None leaves it as it is. What is wrong
    goes to `problems`; those that stop are for the caller to raise.
    """
    mapped = in_ascii(mapped, spec, text, problems, address) if text else mapped
    subjects = mapped["DM"].frame if "DM" in mapped else pd.DataFrame({"USUBJID": pd.Series([], dtype="str")})
    by_subject = subjects.set_index("USUBJID")
    doses = by_subject.get("RFXSTDTC")
    facts = _Facts(
        spec,
        emergent_days,
        subjects,
        by_subject,
        sas_days(subjects["RFSTDTC"]).set_axis(subjects["USUBJID"]) if "RFSTDTC" in subjects else None,
        elements_of(mapped["SE"].frame, doses) if "SE" in mapped else None,
        _dose_days(subjects, mapped) if doses is not None else None,
    )
    made: dict[str, Dataset] = {
        name: as_dataset(frame, spec.datasets[name], study_id, problems).dataset
        for name, frame in trial_design(spec).items()
    }
    frames: dict[str, pd.DataFrame] = {}
    for name, item in mapped.items():
        wanted = spec.datasets.get(name)
        if wanted is None:
            problems.add(UNKNOWN_DATASET.at(Address(dataset=name), f"the workbook has no dataset {name}"))
            continue
        places = Places(item, address)
        check_variables(item.frame.columns, wanted, problems)
        frame, extra, labels = _completed(item, wanted, facts, problems, places)
        done = as_dataset(frame, wanted, study_id, problems, places)
        made[name], frames[name] = done.dataset, with_sequence(frame, done)
        extra = extra.take(done.order) if len(extra.columns) else extra
        records = supplemental(frames[name], extra, name, spec, labels, problems, places)
        if len(records):
            made[f"SUPP{name}"] = _supplemental_dataset(records, done.dataset, spec, study_id, problems)
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
    dose_days: tuple[pd.Series, pd.Series] | None  # SAS days of the first and the last dose, by USUBJID


def _dose_days(subjects: pd.DataFrame, mapped: Mapping[str, MappedDataset]) -> tuple[pd.Series, pd.Series]:
    ex = mapped["EX"].frame if "EX" in mapped else None
    sv, ds = (mapped[name].frame if name in mapped else pd.DataFrame() for name in ("SV", "DS"))
    return dose_days_of(subjects, ex, sv, ds)


def _completed(
    item: MappedDataset, wanted: DatasetSpec, facts: _Facts, problems: Problems, places: Places
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Rows with all that the engine adds; qualifiers on the same rows; labels of new ones."""
    name, frame, extra = item.name, item.frame, item.supplemental
    spec, by_subject = facts.spec, facts.by_subject
    frame = with_visit_numbers(frame, name, spec.protocol, problems, places)
    frame = with_test_names(frame, name, spec, problems, places)
    frame = with_standard_results(frame, name, spec, facts.subjects, problems, places)
    frame = with_loinc(frame, name, wanted, spec)
    if facts.first_days is not None:
        frame = with_study_days(frame, name, facts.first_days)
    planned = item.planned_before_dose
    if "EPOCH" in wanted.by_name and facts.elements is not None and name != "SE":
        frame = with_epoch(frame, name, facts.elements, class_=wanted.class_, planned_before=planned)
    if f"{name}LOBXFL" in wanted.by_name and "RFXSTDTC" in by_subject:
        rules = baseline_rules(spec, name)
        frame = with_last_before_exposure(frame, name, by_subject["RFXSTDTC"], rules, planned)
        _report_ties(frame, item, by_subject["RFXSTDTC"], problems, places)
    if name == "AE" and facts.emergent_days is not None and EMERGENT in spec.qualifiers("SUPPAE"):
        extra = with_new(extra, {EMERGENT: _emergent(frame, facts)})
    labels = {v.name: v.label for v in wanted.variables}
    frame, extra, new = split_long_text(frame, extra, labels)
    named = spec.qualifiers(f"SUPP{name}")
    new |= {key: label for key, label in collected_dates(wanted).items() if key not in named}
    return frame, extra, new


def _report_ties(
    frame: pd.DataFrame, item: MappedDataset, first_dose: pd.Series, problems: Problems, places: Places
) -> None:
    """Findings that were timed to the minute of the first dose: one message, with all of their places."""
    date = f"{item.name}DTC"
    if date not in frame:
        return
    dose = frame["USUBJID"].map(first_dose).astype("str")
    tied = pd.Series(at_the_dose(frame[date], dose, item.planned_before_dose), index=frame.index)
    if tied.any():
        what = f"{date} is the time of the first dose, and nothing says which was first; it counts as after"
        at = places.of(tied, date)
        place = Address(dataset=item.name, column=date)
        values = frame.loc[tied, date].unique()
        problems.add(AT_THE_DOSE.at(place, what, values=values, source=at, records=at, out_of=len(frame)))


def _emergent(events: pd.DataFrame, facts: _Facts) -> pd.Series:
    """AETRTEM of the records of AE."""
    dm, missing = facts.by_subject, pd.Series(index=facts.by_subject.index, dtype="str")
    first, last = facts.dose_days or (missing.astype("float64"), missing.astype("float64"))
    subject = events["USUBJID"]
    return treatment_emergent(
        events,
        first_dose=subject.map(dm.get("RFXSTDTC", missing)).astype("str"),
        first_day=subject.map(first),
        last_day=subject.map(last),
        death=subject.map(dm.get("DTHDTC", missing)).astype("str"),
        days=facts.emergent_days or 0,
    )


def _supplemental_dataset(
    records: pd.DataFrame, parent: Dataset, spec: Spec, study_id: str, problems: Problems
) -> Dataset:
    """SUPP--; its records have the edges of their parents."""
    name = f"SUPP{parent.name}"
    made = as_dataset(records, spec.datasets.get(name) or supplement(name), study_id, problems)
    parents, of_parent = records["parent"].to_numpy("int64")[made.order], parent.edges["row"].to_numpy()
    first = np.searchsorted(of_parent, parents)
    count = np.searchsorted(of_parent, parents, side="right") - first
    row = np.repeat(np.arange(len(records)), count)
    # the edges of each parent stand together: the first one, and those that follow it
    following = np.arange(len(row)) - np.repeat(count.cumsum() - count, count)
    edges = parent.edges.take(np.repeat(first, count) + following).assign(row=row)
    return replace(made.dataset, edges=edges.reset_index(drop=True))


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
    made = as_dataset(found.records, wanted, study_id, problems)
    place = np.empty(len(made.order), dtype="int64")
    place[made.order] = np.arange(len(made.order))
    edges = found.edges.assign(row=place[found.edges["row"]], field=repeated(None, len(found.edges)))
    edges = edges.take(in_order([edges["row"], edges["source"], edges["id"]])).reset_index(drop=True)
    return replace(made.dataset, edges=edges[["row", "source", "id", "field"]])
