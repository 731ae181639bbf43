"""Which covariance structures were tried, and how each ended, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attempt:
    """One structure that was tried: whether it converged, and the verdict in words.

    `deviance` is -2 (restricted) log likelihood where the search ended, None where there was none to begin.
    """

    structure: str
    converged: bool
    reason: str
    deviance: float | None
    parameters: int
    steps: int = 0


def verdict(attempts: Sequence[Attempt]) -> str:
    """The attempts in a sentence."""
    failed = [f"{attempt.structure}: {attempt.reason}" for attempt in attempts if not attempt.converged]
    if attempts[-1].converged:
        return f"{attempts[-1].structure} {attempts[-1].reason}." + (
            f" Before it, {'; '.join(failed)}." if failed else ""
        )
    return f"No covariance structure converged. {'; '.join(failed)}."
