"""A fitted model as its method hands it on: what an appendix on the model shows."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

COEFFICIENTS = ("estimate", "se", "df", "statistic", "p_value")
"""Columns of the table of coefficients, in its order; `statistic` is t."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FittedModel:
    """A model and its fit.

    `facts` are sentences by name, in their order: the call, the records, how the fit was made and how it
    ended. `coefficients` has a row for each parameter, indexed by its name, with the columns `COEFFICIENTS`,
    NaN where there is none, and `reason`. `covariance` are the residual variances and covariances by the
    names of both places. `records` has a row for each record of the fit: USUBJID, `place` (of the variance;
    empty for one variance), `observed`, `predicted` and `sd`, the standard deviation of its residual under
    the model.
    """

    facts: dict[str, str]
    coefficients: pd.DataFrame
    covariance: dict[tuple[str, str], float]
    records: pd.DataFrame
