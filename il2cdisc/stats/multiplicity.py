"""Adjusted p-values of several tests: family-wise error and false discovery rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import Floats


def bonferroni(p_values: ArrayLike) -> Floats:
    """Each p times the number of tests, at most 1. A missing p stays missing and counts as no test."""
    return _adjusted(p_values, "bonferroni")


def holm(p_values: ArrayLike) -> Floats:
    """Step-down (Holm, Scandinavian Journal of Statistics 1979;6:65-70): valid under any dependence."""
    p = _checked(p_values)
    out = np.full(p.shape, np.nan)
    order = np.argsort(p, kind="stable")[: int((~np.isnan(p)).sum())]  # missing last
    steps = p[order] * np.arange(len(order), 0, -1)
    out[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return out


def hochberg(p_values: ArrayLike) -> Floats:
    """Step-up (Hochberg, Biometrika 1988;75:800-802): valid where Simes's inequality holds."""
    return _adjusted(p_values, "simes-hochberg")


def hommel(p_values: ArrayLike) -> Floats:
    """Closed Simes tests (Hommel, Biometrika 1988;75:383-386): at least as powerful as Hochberg's."""
    return _adjusted(p_values, "hommel")


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """False discovery rate, step-up (Benjamini and Hochberg, JRSS B 1995;57:289-300)."""
    return _adjusted(p_values, "fdr_bh")


def fixed_sequence(p_values: ArrayLike) -> Floats:
    """Tests in their order, each at the full level as long as all before it were significant.

    Adjusted p is the largest so far (Maurer, Hothorn and Lehmacher 1995). A missing p stops the sequence:
    it and all after it are missing.
    """
    p = _checked(p_values)
    return np.where(np.logical_or.accumulate(np.isnan(p)), np.nan, np.maximum.accumulate(np.nan_to_num(p)))


def serial_gatekeeping(p_values: ArrayLike, families: Sequence[int]) -> Floats:
    """Families tested one after another by Holm; a family is entered when all before it were rejected.

    `families` numbers the family of each p, tested in rising order. Adjusted p is the larger of Holm's in the
    family and the largest adjusted p of the families before (Westfall and Krishen, Journal of Statistical
    Planning and Inference 2001;99:25-40). A missing p in a family closes those after it.
    """
    p = _checked(p_values)
    family = np.asarray(families)
    if family.shape != p.shape:
        raise ValueError(f"there are {p.size} p-values and {family.size} families")
    out = np.full(p.shape, np.nan)
    before = 0.0
    for number in sorted(set(family.tolist())):
        here = family == number
        out[here] = np.maximum(holm(p[here]), before)
        if np.isnan(out[here]).any():
            break
        before = float(out[here].max())
    return out


def graphical(
    p_values: Mapping[str, float],
    weights: Mapping[str, float],
    transitions: Mapping[str, Mapping[str, float]],
) -> dict[str, float]:
    """Adjusted p-values of the graphical Bonferroni procedure, by hypothesis.

    `weights` are the shares of alpha at the start (sum at most 1); `transitions[a][b]` is the share of a's
    alpha that goes to b once a is rejected (from each at most 1). Bonferroni-Holm, fixed sequence, fallback
    and gatekeeping are graphs (Bretz, Maurer, Brannath and Posch, Statistics in Medicine 2009;28:586-604,
    algorithm 2). Raises `ValueError` for weights that can't be, or a missing p.
    """
    names = list(p_values)
    p = _checked([p_values[name] for name in names])
    w = np.array([weights.get(name, 0.0) for name in names])
    g = np.array([[transitions.get(a, {}).get(b, 0.0) for b in names] for a in names])
    if np.isnan(p).any():
        raise ValueError("the graphical procedure needs every p-value")
    unknown = (set(weights) | set(transitions) | {b for row in transitions.values() for b in row}) - set(
        names
    )
    if unknown:
        raise ValueError(f"no p-value is given for {sorted(unknown)}")
    if (w < 0).any() or w.sum() > 1 + 1e-12 or (g < 0).any() or (g.sum(axis=1) > 1 + 1e-12).any():
        raise ValueError("weights, and transitions from one hypothesis, are at least 0 and sum to at most 1")
    if np.diag(g).any():
        raise ValueError("a hypothesis can't pass alpha to itself")
    out: dict[str, float] = {}
    left, largest = list(range(len(names))), 0.0
    while left:
        ratio = [p[i] / w[i] if w[i] > 0 else np.inf for i in left]
        j = left[int(np.argmin(ratio))]
        largest = max(largest, min(float(min(ratio)), 1.0))
        out[names[j]] = largest
        left.remove(j)
        w, g = _without(w, g, j, left)
    return {name: out[name] for name in names}


def _without(w: Floats, g: Floats, j: int, left: Sequence[int]) -> tuple[Floats, Floats]:
    """The graph after hypothesis j has been rejected."""
    new_w, new_g = w.copy(), np.zeros_like(g)
    for a in left:
        new_w[a] = w[a] + w[j] * g[j, a]
        loop = g[a, j] * g[j, a]
        if loop < 1:
            for b in left:
                if a != b:
                    new_g[a, b] = (g[a, b] + g[a, j] * g[j, b]) / (1 - loop)
    new_w[j] = 0.0
    return new_w, new_g


def _adjusted(p_values: ArrayLike, method: str) -> Floats:
    import statsmodels.stats.multitest as multitest  # pyright: ignore[reportMissingTypeStubs]

    p = _checked(p_values)
    out = np.full(p.shape, np.nan)
    given = ~np.isnan(p)
    if given.any():
        out[given] = cast("Any", multitest).multipletests(p[given], method=method)[1]
    return out


def _checked(p_values: ArrayLike) -> Floats:
    p = np.asarray(p_values, dtype="float64")
    if p.ndim != 1:
        raise ValueError(f"one column of p-values is needed, the shape is {p.shape}")
    wrong = p[~np.isnan(p) & ~((p >= 0) & (p <= 1))]
    if len(wrong):
        raise ValueError(f"{wrong[0]} is not a p-value")
    return p
