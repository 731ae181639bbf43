"""What commands print: problems on standard error, progress on standard output."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable

import typer

from il2cdisc.base.problems import Problem

SHOWN = 20
"""Problems of one code that a terminal shows."""


def print_problems(problems: Iterable[Problem]) -> None:
    """Each problem once, sorted by place; the first 20 of a code."""
    if is_marked() and not is_plain():
        typer.echo(CLEARED, nl=False)
    seen: dict[str, int] = {}
    for problem in sorted(dict.fromkeys(problems), key=Problem.sort_key):
        seen[problem.code] = seen.get(problem.code, 0) + 1
        if seen[problem.code] <= SHOWN:
            typer.echo(str(problem), err=True)
    for code, count in seen.items():
        if count > SHOWN:
            typer.echo(f"{code}: and {count - SHOWN} more", err=True)


CLEARED = "\r\x1b[K"
"""Takes away the line that counts the blocks."""


class BlocksShown:
    """On a terminal one line that counts the blocks that are done, and says how long the others take."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = clock()

    def __call__(self, done: int, blocks: int) -> None:
        """`done` is 0 when the first block begins."""
        if done == 0:
            self._started = self._clock()
        if 0 < done < blocks and is_marked() and not is_plain():
            typer.echo(CLEARED + self.text(done, blocks), nl=False)

    def text(self, done: int, blocks: int) -> str:
        """`block 3 of 12 done, about 40 s left`."""
        left = (self._clock() - self._started) / done * (blocks - done)
        time_left = f"{left:.0f} s" if left < 120 else f"{left / 60:.0f} min"
        return f"block {done} of {blocks} done, about {time_left} left"


def is_marked() -> bool:
    """Whether lines go to a terminal, and to somebody who sits there."""
    return sys.stdout.isatty() and not os.environ.get("CI")


def is_plain() -> bool:
    """Whether a terminal gets no colours, and no line that is written over."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def progress(text: str) -> None:
    """One line for each stage: plain in a pipe and in CI, marked on a terminal, in colour unless NO_COLOR."""
    if is_marked():
        mark = "› " if is_plain() else CLEARED + typer.style("› ", fg=typer.colors.CYAN)
        typer.echo(mark, nl=False)
    typer.echo(text)
