"""Completed rows as a dataset of SDTM, and what the workbook and the mapping disagree on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from il2cdisc.base.datasets import Dataset
from il2cdisc.base.problems import Address, Problems
from il2cdisc.base.rowids import id_columns
from il2cdisc.finish import FIELD, Finished, finished
from il2cdisc.sdtm.complete.places import NOWHERE, RawPlaces
from il2cdisc.sdtm.complete.problems import REQUIRED_MISSING, UNKNOWN_VARIABLE
from il2cdisc.sdtm.complete.steps import StudyStep
from il2cdisc.sdtm.complete.tabulation import Domain, Tabulation
from il2cdisc.spec.models import DatasetSpec


def _run(study: Tabulation) -> Tabulation:
    domains: dict[str, Domain] = {}
    datasets: dict[str, Dataset] = {}
    for name, domain in study.domains.items():
        check_variables(domain.mapped.frame.columns, domain.wanted, study.problems)
        made = as_dataset(domain.frame, domain.wanted, study.study_id, study.problems, domain.places)
        domains[name], datasets[name] = _as_in_dataset(domain, made), made.dataset
    return replace(study, domains=domains, datasets={**study.datasets, **datasets})


STEP = StudyStep("records", _run, makes=("STUDYID", "DOMAIN", "--SEQ"), after=("long_text",))


def _as_in_dataset(domain: Domain, made: Finished) -> Domain:
    """The rows as the dataset has them, in its order with its --SEQ, on their own index, with their ids."""
    ids = {name: domain.frame[name].array.take(made.order) for name in id_columns(domain.frame)}
    rows, extra = made.dataset.frame.assign(**ids), domain.qualifiers
    rows.index = domain.frame.index.take(made.order)
    return replace(domain, frame=rows, qualifiers=extra.take(made.order) if len(extra.columns) else extra)


def check_variables(made: Iterable[object], wanted: DatasetSpec, problems: Problems) -> None:
    """Report the variables that a mapping makes and that the workbook does not list."""
    for name in map(str, made):
        if name not in wanted.by_name and name != FIELD and not name.startswith("@"):
            what = f"{name} is not in the specification of {wanted.name}"
            problems.add(UNKNOWN_VARIABLE.at(Address(dataset=wanted.name, column=name), what))


def as_dataset(
    frame: pd.DataFrame, wanted: DatasetSpec, study_id: str, problems: Problems, places: RawPlaces = NOWHERE
) -> Finished:
    """The dataset of completed rows; a mandatory variable that nothing makes is reported."""
    made = finished(
        frame,
        wanted,
        problems,
        sequence=f"{wanted.name}SEQ",
        constants={"STUDYID": study_id, "DOMAIN": wanted.name},
        cells=places.of,
    )
    for variable in made.unmade:
        if variable.mandatory and not variable.no_data:
            what = f"nothing makes {variable.name}"
            problems.add(REQUIRED_MISSING.at(variable.at("Variable"), what))
    return made
