"""Multiply imputed records: each visit of each subject once a draw, by the strategy of the subject."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import (
    need_absent,
    need_columns,
    need_numbers,
    need_unique,
    numbers,
    refuse,
)
from il2cdisc.adam.keys import partners, rows_at, with_columns
from il2cdisc.adam.problems import BAD_ARGUMENT, NO_IMPUTATION, NOT_IMPUTED
from il2cdisc.base.problems import Problem, Stopped, did_you_mean
from il2cdisc.base.rowids import gathered_ids, id_columns
from il2cdisc.stats.estimates import NotEstimableError
from il2cdisc.stats.imputation import STRATEGIES, impute_by_strategy

MAR = "MAR"


@dataclass(frozen=True, slots=True, eq=False)
class ImputedDraws:
    """The draws of `impute_draws`: `records` gives a record for each draw, subject and visit.

    `values` (draws, subjects, visits) are complete, `observed` (subjects, visits) as collected. `subjects`
    has a row a subject, `at_visit` the rows of `dataset` at `visits`, and `places` (subjects, visits) where
    in `at_visit` each one's is, -1 where there is none.

    >>> vs = pd.DataFrame({"USUBJID": ["S1", "S2", "S3", "S4"], "TRTP": ["A", "B", "A", "B"], "AVISITN": 1.0})
    >>> vs = vs.assign(BASE=[120.0, 131.0, 118.0, 125.0], AVAL=[117.0, 130.0, 116.0, 121.0])
    >>> visits = pd.DataFrame({"AVISIT": ["WEEK 1"], "AVISITN": [1.0]})
    >>> made, _ = impute_draws(vs, visits, group="TRTP", reference="A", draws=2, seed=1)
    >>> made.records(["S2"])[["USUBJID", "AVAL", "DRAWNUM"]].values.tolist()
    [['S2', 130.0, 1.0], ['S2', 130.0, 2.0]]
    """

    values: np.ndarray
    observed: np.ndarray
    subjects: pd.DataFrame
    visits: pd.DataFrame
    dataset: pd.DataFrame
    at_visit: pd.DataFrame
    places: np.ndarray
    value: str
    new_var: str
    dtype: str

    def records(self, of: Iterable[str] | None = None) -> pd.DataFrame:
        """The records of all subjects, or of those whose USUBJID `of` has, in the order of draws, subjects.

        They have USUBJID and what the subject has (group, baseline, factors, covariates, `keep`), AVISIT,
        AVISITN, the value, DTYPE (`dtype` where imputed, that of the record where observed) and the number of
        the draw from 1. An imputed record has the ids of all records of its subject.
        """
        names = self.subjects["USUBJID"]
        here = np.arange(len(names)) if of is None else np.flatnonzero(names.isin(list(of)))
        subjects = self.subjects.iloc[here].reset_index(drop=True)
        one = _one_draw(subjects, self.visits)
        made = _of_records(
            self.dataset, subjects, self.at_visit, self.places[here], self.observed[here], self.dtype
        )
        one = one.assign(**made)
        out = pd.concat([one] * len(self.values), ignore_index=True)
        out[self.value] = self.values[:, here].reshape(-1)
        out[self.new_var] = np.repeat(np.arange(1.0, len(self.values) + 1), len(one))
        ids = id_columns(one)
        return out[[*(column for column in out.columns if column not in ids), *ids]]


def impute_draws(
    dataset: pd.DataFrame,
    visits: pd.DataFrame,
    *,
    group: str,
    reference: str,
    draws: int,
    seed: int,
    baseline: str = "BASE",
    strategy: str = "",
    last_visit: str = "",
    factors: Sequence[str] = (),
    covariates: Sequence[str] = (),
    value: str = "AVAL",
    keep: Sequence[str] = (),
    new_var: str = "DRAWNUM",
    dtype: str = "MI",
) -> tuple[ImputedDraws, list[Problem]]:
    """Each visit of each subject once a draw, observed or imputed, and findings of subjects left out.

    `dataset` has at most one row a subject and visit, of one parameter; `visits` the columns AVISIT and
    AVISITN, in the order of the visits. Rows at other visits give the subject's columns alone. The model has
    `group`, `baseline`, `factors` and `covariates`, which are the subject's own: their first value in the
    order of the rows. The column `strategy` says how values after departure are imputed (`STRATEGIES` of
    `stats.imputation`: MAR, J2R, CR, CIR; missing: MAR), `last_visit` the AVISITN of the last visit before
    departure (missing: no departure, MAR); without it departure is after the last observed value.

    Draws are those of `seed`, whatever the order of the rows; all subjects must be there at once, since the
    model is one. Their records can be taken in parts (`ImputedDraws.records`). A subject without baseline,
    group, factor or covariate can't be imputed: it has no records, and a finding (ADM033) names it.

    Raises `Stopped`: ADM001 to ADM005 for wrong columns and arguments, ADM002 for a subject twice at a visit,
    ADM034 where the model can't be estimated.

    Source: Carpenter, Roger and Kenward, Journal of Biopharmaceutical Statistics 2013;23:1352-1371.

    >>> number = np.arange(12.0)
    >>> vs = pd.DataFrame({"USUBJID": [f"S{n:02g}" for n in number], "TRTP": ["A", "B"] * 6, "AVISITN": 1.0})
    >>> vs = vs.assign(BASE=120 + number % 5, AVAL=[None, *(118 + number[1:] * 7 % 11)])
    >>> visits = pd.DataFrame({"AVISIT": ["WEEK 1"], "AVISITN": [1.0]})
    >>> made, findings = impute_draws(vs, visits, group="TRTP", reference="A", draws=2, seed=1)
    >>> out = made.records()
    >>> out.groupby("DRAWNUM")["AVAL"].count().tolist(), out.loc[out["DTYPE"] == "MI", "USUBJID"].tolist()
    ([12, 12], ['S00', 'S00'])
    >>> made.records(["S01"])["DRAWNUM"].tolist()
    [1.0, 2.0]
    """
    name = "impute_draws"
    model = list(dict.fromkeys([group, baseline, *factors, *covariates]))
    last = [last_visit] if last_visit else []
    named = [strategy, *last] if strategy else last
    need_columns(name, visits, ["AVISIT", "AVISITN"], "visits")
    need_columns(name, dataset, ["USUBJID", "AVISITN", value, *model, *named, *keep])
    need_numbers(name, dataset, ["AVISITN", value, baseline, *covariates, *last])
    need_absent(name, dataset, [new_var])
    places = numbers(visits["AVISITN"])
    at_visit = dataset[dataset["AVISITN"].isin(places).to_numpy(dtype=bool)]
    need_unique(name, at_visit, ["USUBJID", "AVISITN"], "dataset")
    subjects = _subjects(dataset, [*model, *named, *keep])
    whole = subjects[model].notna().all(axis="columns").to_numpy(dtype=bool)
    findings = _left_out(name, subjects[~whole], model)
    subjects = subjects[whole].reset_index(drop=True)
    where = _places(subjects, visits, at_visit)
    observed = np.append(numbers(at_visit[value]), np.nan)[where]
    kept = _visits_kept(name, subjects, last_visit, places, observed) if last_visit else None
    values = np.empty((draws, 0, len(visits)))
    if len(subjects):  # a mapping is called without rows before any data are read
        values = _drawn(
            name,
            pd.DataFrame(observed, columns=visits["AVISIT"].astype("str").tolist()),
            group=subjects[group],
            reference=reference,
            strategies=_strategies(name, subjects, strategy),
            draws=draws,
            seed=seed,
            factors={column: subjects[column] for column in factors},
            covariates={column: subjects[column] for column in dict.fromkeys([baseline, *covariates])},
            visits_kept=kept,
        )
    subject = subjects[list(dict.fromkeys(["USUBJID", *model, *keep]))]
    made = ImputedDraws(values, observed, subject, visits, dataset, at_visit, where, value, new_var, dtype)
    return made, findings


def _drawn(function: str, outcomes: pd.DataFrame, **model: Any) -> np.ndarray:
    """The values of `impute_by_strategy`; what it refuses stops, with the name of the derivation."""
    try:
        return impute_by_strategy(outcomes, **model).values
    except NotEstimableError as why:
        raise Stopped([NO_IMPUTATION.at(function, str(why))]) from None
    except ValueError as why:  # of an argument: draws below 1, a reference that is no group
        raise refuse(function, str(why)) from None


def _subjects(dataset: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """A row a subject, in the order of USUBJID: the first value of each column."""
    own = [name for name in dict.fromkeys(names) if name != "USUBJID"]
    return dataset.groupby("USUBJID", sort=True)[own].first().reset_index()


def _left_out(function: str, subjects: pd.DataFrame, model: Sequence[str]) -> list[Problem]:
    """A finding for each variable of the model that subjects do not have."""
    found: list[Problem] = []
    for name in model:
        lacking = subjects.loc[subjects[name].isna(), "USUBJID"].tolist()
        if lacking:
            what = f"{name} is missing: the subject has no imputed records"
            found.append(NOT_IMPUTED.at(function, what, values=lacking))
    return found


def _places(subjects: pd.DataFrame, visits: pd.DataFrame, at_visit: pd.DataFrame) -> np.ndarray:
    """(subjects, visits): where each one's record is in `at_visit`, -1 where there is none."""
    grid = _one_draw(subjects[["USUBJID"]], visits)
    return partners("impute_draws", grid, at_visit, ["USUBJID", "AVISITN"], "dataset").reshape(
        len(subjects), len(visits)
    )


def _one_draw(subjects: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Every subject at every visit, subject by subject."""
    rows = subjects.iloc[np.repeat(np.arange(len(subjects)), len(visits))].reset_index(drop=True)
    taken = visits[["AVISIT", "AVISITN"]].iloc[np.tile(np.arange(len(visits)), len(subjects))]
    return with_columns(rows, taken)


def _of_records(
    dataset: pd.DataFrame,
    subjects: pd.DataFrame,
    at_visit: pd.DataFrame,
    where: np.ndarray,
    observed: np.ndarray,
    dtype: str,
) -> dict[str, Any]:
    """DTYPE and id columns of the records of one draw, observed or imputed."""
    ids = id_columns(dataset)
    kept = [*ids, *(name for name in ("DTYPE",) if name in at_visit)]
    gone, records = np.isnan(observed).ravel(), rows_at(at_visit[kept], where.ravel())
    theirs = dataset.loc[dataset["USUBJID"].isin(subjects["USUBJID"]), ["USUBJID", *ids]]
    own = records["DTYPE"].to_numpy(dtype=object) if "DTYPE" in records else np.full(len(records), None)
    out: dict[str, Any] = {"DTYPE": pd.array(np.where(gone, dtype, own), dtype="str")}
    for column in ids:
        every = gathered_ids(theirs[column], theirs["USUBJID"]).reindex(subjects["USUBJID"])
        of_subject = np.repeat(every.to_numpy(dtype=object), where.shape[1])
        out[column] = pd.Series(np.where(gone, of_subject, records[column].to_numpy(dtype=object)))
    return out


def _strategies(function: str, subjects: pd.DataFrame, strategy: str) -> np.ndarray:
    """The strategy of each subject; missing at random where none is given."""
    if not strategy:
        return np.full(len(subjects), MAR, dtype=object)
    chosen = subjects[strategy].fillna(MAR)
    unknown = [str(one) for one in chosen.unique() if one not in STRATEGIES]
    if unknown:
        what = f"{strategy} has a strategy that is not one of {', '.join(STRATEGIES)}"
        problem = BAD_ARGUMENT.at(function, what, values=unknown, hint=did_you_mean(unknown[0], STRATEGIES))
        raise Stopped([problem])
    return chosen.to_numpy(dtype=object)


def _visits_kept(
    function: str, subjects: pd.DataFrame, last_visit: str, places: np.ndarray, observed: np.ndarray
) -> np.ndarray:
    """How many visits each subject keeps: those up to `last_visit`, all where it is missing."""
    if (np.diff(places) <= 0).any():
        raise refuse(function, "visits are not in the order of AVISITN, which last_visit needs")
    last = numbers(subjects[last_visit])
    kept = np.where(np.isnan(last), len(places), np.searchsorted(places, last, side="right"))
    after = ~np.isnan(observed) & (np.arange(len(places)) >= kept[:, np.newaxis])
    if after.any():
        ids = subjects["USUBJID"].to_numpy(dtype=object)[after.any(axis=1)].tolist()
        what = f"a value is after the visit that {last_visit} names"
        raise refuse(function, what, fix="Set such values to missing, or correct the visit.", values=ids)
    return kept
