"""Completed rows as a dataset of SDTM, and what the workbook and the mapping disagree on."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from il2cdisc.base.problems import Address, Problems
from il2cdisc.finish import FIELD, Finished, finished
from il2cdisc.sdtm.complete.places import NOWHERE, Places
from il2cdisc.sdtm.complete.problems import REQUIRED_MISSING, UNKNOWN_VARIABLE
from il2cdisc.spec.models import DatasetSpec


def check_variables(made: Iterable[object], wanted: DatasetSpec, problems: Problems) -> None:
    """Report the variables that a mapping makes and that the workbook does not list."""
    for name in map(str, made):
        if name not in wanted.by_name and name != FIELD and not name.startswith("@"):
            what = f"{name} is not in the specification of {wanted.name}"
            problems.add(UNKNOWN_VARIABLE.at(Address(dataset=wanted.name, column=name), what))


def as_dataset(
    frame: pd.DataFrame, wanted: DatasetSpec, study_id: str, problems: Problems, places: Places = NOWHERE
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


def with_sequence(frame: pd.DataFrame, made: Finished) -> pd.DataFrame:
    """The rows that a dataset was made of, in its order, on their own index, with its --SEQ."""
    rows, name = frame.take(made.order), f"{made.dataset.name}SEQ"
    values = made.dataset.frame
    return rows.assign(**{name: values[name].array}) if name in values else rows
