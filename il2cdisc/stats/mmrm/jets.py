"""Numbers that carry their first and second derivatives, so that a structure is written once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Jet:
    """An array of shape S with its gradient, S + (q,), and Hessian, S + (q, q), in q variables.

    Sums, products and functions follow the rules of Leibniz and Faà di Bruno to second order: exact
    derivatives, no differences. Arrays broadcast as numpy's.
    """

    value: Floats
    first: Floats
    second: Floats

    def __add__(self, other: Jet | float) -> Jet:
        if not isinstance(other, Jet):
            return Jet(self.value + other, self.first, self.second)
        return Jet(self.value + other.value, self.first + other.first, self.second + other.second)

    def __neg__(self) -> Jet:
        return Jet(-self.value, -self.first, -self.second)

    def __sub__(self, other: Jet | float) -> Jet:
        return self + (-other)

    def __mul__(self, other: Jet | Floats | float) -> Jet:
        if not isinstance(other, Jet):
            factor = np.asarray(other, dtype="float64")
            return Jet(
                self.value * factor, self.first * factor[..., None], self.second * factor[..., None, None]
            )
        a, b = self.value[..., None], other.value[..., None]
        mixed = self.first[..., :, None] * other.first[..., None, :]
        return Jet(
            self.value * other.value,
            self.first * b + other.first * a,
            self.second * b[..., None] + other.second * a[..., None] + mixed + np.swapaxes(mixed, -1, -2),
        )

    def __getitem__(self, key: Any) -> Jet:
        """Elements of the array, as numpy's; `key` speaks of S only."""
        return Jet(np.asarray(self.value[key]), np.asarray(self.first[key]), np.asarray(self.second[key]))

    def through(self, value: Floats, slope: Floats, bend: Floats) -> Jet:
        """f of this jet, from f, f' and f'' at its value."""
        outer = self.first[..., :, None] * self.first[..., None, :]
        return Jet(
            value,
            self.first * slope[..., None],
            self.second * slope[..., None, None] + outer * bend[..., None, None],
        )

    def exp(self) -> Jet:
        """e to the jet."""
        e = np.exp(self.value)
        return self.through(e, e, e)

    def sqrt(self) -> Jet:
        """The square root."""
        root = np.sqrt(self.value)
        return self.through(root, 0.5 / root, -0.25 / root**3)

    def tanh(self) -> Jet:
        """The hyperbolic tangent: the way from the line to (-1, 1)."""
        t = np.tanh(self.value)
        slope = 1 - t**2
        return self.through(t, slope, -2 * t * slope)

    def power(self, exponents: Floats) -> Jet:
        """The jet, a single number, to each of the whole `exponents` (0 or more): their shape."""
        k = np.asarray(exponents, dtype="float64")
        x = float(self.value)
        return Jet(
            np.broadcast_to(self.value, k.shape),
            np.broadcast_to(self.first, (*k.shape, *self.first.shape)),
            np.broadcast_to(self.second, (*k.shape, *self.second.shape)),
        ).through(
            x**k,
            np.where(k >= 1, k * x ** np.maximum(k - 1, 0), 0.0),
            np.where(k >= 2, k * (k - 1) * x ** np.maximum(k - 2, 0), 0.0),
        )


def variables(values: Floats) -> Jet:
    """The q variables themselves: shape (q,), gradient the unit matrix."""
    q = len(values)
    identity: Floats = np.eye(q)
    return Jet(np.asarray(values, dtype="float64"), identity, np.zeros((q, q, q)))


def constant(value: float, like: Jet) -> Jet:
    """A number that does not depend on the variables of `like`."""
    q = int(like.first.shape[-1])
    return Jet(np.array(value, dtype="float64"), np.zeros((q,)), np.zeros((q, q)))


def stack(jets: Sequence[Jet]) -> Jet:
    """Single numbers to one array of shape (len(jets),)."""
    return Jet(
        np.array([jet.value for jet in jets]),
        np.array([jet.first for jet in jets]),
        np.array([jet.second for jet in jets]),
    )


def join(*jets: Jet) -> Jet:
    """One-dimensional arrays one after another."""
    return Jet(
        np.concatenate([jet.value for jet in jets]),
        np.concatenate([jet.first for jet in jets]),
        np.concatenate([jet.second for jet in jets]),
    )
