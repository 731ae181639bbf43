"""Methods of analysis: one small module a method, found by its name in the Analyses sheet."""

from __future__ import annotations

from il2cdisc.results.method import Method
from il2cdisc.results.methods import ancova, categorical, continuous, listing, occurrence, series, subjects

METHODS: dict[str, Method] = {
    "Subjects": subjects.METHOD,
    "Categorical": categorical.METHOD,
    "Continuous": continuous.METHOD,
    "Occurrence": occurrence.METHOD,
    "ANCOVA": ancova.METHOD,
    "Listing": listing.METHOD,
    "Series": series.METHOD,
}
"""The registry; the names are those of the Method column's drop-down."""
