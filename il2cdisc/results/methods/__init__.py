"""Methods of analysis: one small module a method, found by its name in the Analyses sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from il2cdisc.results.methods import ancova, categorical, continuous, listing, occurrence, subjects
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Analysis, Display


def _nothing(display: Display, analysis: Analysis) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Method:
    """A method: what it makes of `Work`, which cells of its row it needs, which options it knows.

    `variables_in` are the options that name variables; `refuse` says what is wrong with the options' values.
    """

    run: Callable[[Work], pd.DataFrame]
    needs: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    variables_in: tuple[str, ...] = ()
    refuse: Callable[[Display, Analysis], list[str]] = _nothing


METHODS: dict[str, Method] = {
    "Subjects": Method(subjects.run),
    "Categorical": Method(
        categorical.run, ("Variables", "Levels"), ("denominator", "missing"), refuse=categorical.refuse
    ),
    "Continuous": Method(continuous.run, ("Variables",), ("omit",)),
    "Occurrence": Method(occurrence.run, ("Variables",), ("missing",)),
    "ANCOVA": Method(
        ancova.run,
        ("Variables",),
        ("reference", "factors", "covariates", "confidence", "weights", "transform"),
        ("factors", "covariates"),
        ancova.refuse,
    ),
    "Listing": Method(listing.run, ("Variables",), ("order", "group"), ("order", "group")),
    "Series": Method(continuous.run, ("Variables", "By", "By Levels"), ("omit",)),
}
"""The registry; the names are those of the Method column's drop-down."""
