"""One covariance matrix for each group of subjects: the same structure, parameters of its own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from il2cdisc.stats.mmrm.structures import Structure

Floats = NDArray[np.float64]


class GroupBlocks(Structure):
    """A structure for each of `groups` groups (SAS: REPEATED with GROUP=).

    A subject has the visits of its group alone, so that visit k of group g is place g m + k of g × m places;
    the matrix over all places has the groups' matrices on its diagonal, and 0 elsewhere. Parameters are those
    of the first group, then those of the second, and so on.
    """

    def __init__(self, structure: Structure, groups: int) -> None:
        self.name, self.ordered = structure.name, structure.ordered
        self._structure, self._groups = structure, groups

    def _places(self, m: int) -> Iterator[slice]:
        """The places of each group."""
        own = m // self._groups
        return (slice(g * own, (g + 1) * own) for g in range(self._groups))

    def _split(self, parameters: Floats, m: int) -> list[tuple[Floats, int]]:
        """The parameters of each group, and the number of its visits."""
        own = m // self._groups
        return [(part, own) for part in parameters.reshape(self._groups, -1)]

    def count(self, m: int) -> int:
        return self._groups * self._structure.count(m // self._groups)

    def start(self, covariance: Floats) -> Floats:
        places = self._places(len(covariance))
        return np.concatenate([self._structure.start(covariance[own, own]) for own in places])

    def natural(self, working: Floats, m: int) -> Floats:
        parts = [self._structure.natural(part, own) for part, own in self._split(working, m)]
        return np.concatenate(parts)

    def pull_back(self, working: Floats, m: int, gradient: Floats) -> tuple[Floats, Floats]:
        slopes = gradient.reshape(self._groups, -1)
        parts = [
            self._structure.pull_back(part, own, slope)
            for (part, own), slope in zip(self._split(working, m), slopes, strict=True)
        ]
        return _on_diagonal([part[0] for part in parts]), _on_diagonal([part[1] for part in parts])

    def matrix(self, natural: Floats, m: int) -> Floats:
        return _on_diagonal([self._structure.matrix(part, own) for part, own in self._split(natural, m)])

    def derivatives(self, natural: Floats, m: int) -> tuple[Floats, Floats | None]:
        q = len(natural)
        first, second = np.zeros((m, m, q)), np.zeros((m, m, q, q))
        bent = False
        for number, (own, (part, visits)) in enumerate(
            zip(self._places(m), self._split(natural, m), strict=True)
        ):
            mine = slice(number * len(part), (number + 1) * len(part))
            one, two = self._structure.derivatives(part, visits)
            first[own, own, mine] = one
            if two is not None:
                second[own, own, mine, mine] = two
                bent = True
        return first, second if bent else None


def _on_diagonal(blocks: list[Floats]) -> Floats:
    """A matrix with `blocks` on its diagonal, 0 elsewhere."""
    size = sum(len(block) for block in blocks)
    out = np.zeros((size, size))
    at = 0
    for block in blocks:
        end = at + len(block)
        out[at:end, at:end] = block
        at = end
    return out
