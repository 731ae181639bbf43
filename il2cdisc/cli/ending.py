"""How a command ends: problems instead of tracebacks, and exit code 2."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from il2cdisc.base.problems import Address, Kind, Problem, Severity, Stopped
from il2cdisc.base.room import is_room
from il2cdisc.cli.app import STOPPED
from il2cdisc.cli.printing import print_problems

if TYPE_CHECKING:
    from il2cdisc.deliver.standing import PreviousOutputs

UNREACHABLE = Kind(
    "CLI001",
    "File or folder that cannot be used",
    Severity.STOP,
    "Check its permissions and the space on the disk.",
)
OWN_ERROR = Kind(
    "CLI002",
    "Error of il2cdisc itself",
    Severity.STOP,
    "Run again with IL2CDISC_DEBUG=1 in the environment and report the output.",
)
NO_MEMORY = Kind(
    "CLI003",
    "Not enough memory",
    Severity.STOP,
    "Close other programs, raise the limit (ulimit -v), make smaller blocks (--block-subjects), "
    "or build a part (il2cdisc build NAME --out FOLDER).",
)


@dataclass
class Ending:
    """What a command says when it stops: of a build, what is in the folder of outputs."""

    standing: PreviousOutputs | None = None

    def stop(self, problems: list[Problem]) -> typer.Exit:
        """Print the problems and the last line; the exception that ends the command."""
        print_problems(problems)
        count = len(set(problems))
        text = f"stopped: {count} problem{'' if count == 1 else 's'}"
        if self.standing is not None:
            with suppress(OSError):
                text += f"; {self.standing.clause()}"
        typer.echo(text, err=True)
        return typer.Exit(STOPPED)


@contextmanager
def ending() -> Iterator[Ending]:
    """Whatever stops the command ends as problems, one line each."""
    end = Ending()
    try:
        yield end
    except Stopped as stopped:
        raise end.stop(list(stopped.problems)) from None
    except (typer.Exit, typer.Abort):
        raise
    except OSError as error:
        place = Address(file=str(error.filename or ""))
        fix = "Correct the name." if isinstance(error, FileNotFoundError) else ""
        raise end.stop([UNREACHABLE.at(place, error.strerror or str(error), fix=fix)]) from None
    except MemoryError:
        raise end.stop([NO_MEMORY.at("", "The system has no more memory for this process.")]) from None
    except Exception as error:
        if is_room(error):
            raise end.stop([NO_MEMORY.at("", f"{' '.join(str(error).split())[:300]}.")]) from None
        if os.environ.get("IL2CDISC_DEBUG"):
            raise
        text = " ".join(str(error).split())[:300]
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = Address(file=Path(last.filename).name, line=last.lineno or 0)
        raise end.stop([OWN_ERROR.at(place, f"{type(error).__name__}: {text}")]) from None
