"""Chance: named random streams, exact shares and totals dealt out to items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Random = np.random.Generator


def stream(seed: int, theme: str) -> Random:
    """Return the random stream of one theme, so that a change in one theme leaves the others as they were."""
    return np.random.default_rng([seed, crc32(theme.encode())])


def exact(random: Random, size: int, shares: Mapping[str, float]) -> NDArray[np.object_]:
    """Return `size` labels in random order, each label as often as its share says (largest remainders)."""
    total = sum(shares.values())
    ideal = np.array([size * share / total for share in shares.values()])
    counts = np.floor(ideal + 1e-9).astype(int)
    for extra in np.argsort(-(ideal - counts), kind="stable")[: size - counts.sum()]:
        counts[extra] += 1
    labels = np.repeat(np.array(list(shares), dtype=object), counts)
    return labels[random.permutation(size)]


def pick(
    random: Random, labels: Sequence[str], size: int, p: Sequence[float] | None = None
) -> NDArray[np.object_]:
    """Return `size` labels drawn with replacement."""
    return np.array(labels, dtype=object)[random.choice(len(labels), size, p=p)]


def normal(
    random: Random, mean: float | NDArray[np.float64], sd: float, low: float, high: float, size: int
) -> NDArray[np.float64]:
    """Return normal draws held between two limits."""
    return np.clip(random.normal(mean, sd, size), low, high)


def deal(
    random: Random, totals: NDArray[np.int64], highest: Sequence[int], weights: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Deal each total out to items, a point at a time.

    `totals` has shape (n,), `highest` is the top code of each of the k items, `weights` has shape (n, k): how
    likely a point falls on an item, times the room left in it. Returns codes of shape (n, k) that sum to the
    totals exactly; a total above the sum of `highest` is refused.
    """
    tops = np.array(highest)
    if len(totals) and totals.max() > tops.sum():
        raise ValueError(f"a total of {totals.max()} can't be dealt to items with a maximum of {tops.sum()}")
    items = np.zeros((len(totals), len(tops)), dtype=np.int64)
    for point in range(int(totals.max()) if len(totals) else 0):
        open_rows = np.flatnonzero(totals > point)
        room = weights[open_rows] * (tops - items[open_rows])
        # the inverse of the cumulated weights, for all rows at once
        cumulated = room.cumsum(axis=1)
        drawn = random.random(len(open_rows)) * cumulated[:, -1]
        chosen = (cumulated > drawn[:, None]).argmax(axis=1)
        items[open_rows, chosen] += 1
    return items
