"""The displays of a trial, held against the variables and codelists of its workbooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from il2cdisc.base.problems import Address, Problem
from il2cdisc.results.lint import lint
from il2cdisc.results.lint_values import lint_values
from il2cdisc.results.selected import is_tabulation
from il2cdisc.run.plan import NO_SDTM, TLF_WORKBOOK
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import Spec
from il2cdisc.spec.tlf import Display
from il2cdisc.standards import sdtm_dataset
from il2cdisc.study import Study


def display_problems(
    study: Study, displays: Sequence[Display] | None, sdtm: Spec | None, adam: Spec | None
) -> Iterator[Problem]:
    """Every problem of displays; None stands for a workbook that can't be read.

    Without the workbook of SDTM the displays of analysis datasets alone are looked at, and a problem says
    which were not.
    """
    from il2cdisc.adam import empty_frame

    place = Address(file=study.shown(study.specs / TLF_WORKBOOK))
    if displays is None or adam is None:
        yield kinds.NOT_CHECKED.at(place, "not checked: the displays, as a workbook can't be read")
        return
    if not displays or not adam.datasets:
        return
    if sdtm is None:
        left = [item.id for item in displays if any(map(is_tabulation, item.sources))]
        displays, sdtm = [item for item in displays if item.id not in left], NO_SDTM
        if left:
            what = f"not checked: {', '.join(left)}, as the workbook of SDTM can't be read"
            yield kinds.NOT_CHECKED.at(place, what)
    every = {**(sdtm.datasets if not study.starts_at("adam") else {}), **adam.datasets}
    held = {name: item for name, item in every.items() if not item.no_data}
    frames = {name: empty_frame(item)[list(item.names)] for name, item in held.items()}
    yield from lint(displays, frames)
    yield from lint_values(displays, sdtm, adam)


def of_adam(displays: Sequence[Display], adam: Spec) -> tuple[tuple[Display, ...], tuple[str, ...]]:
    """The displays of a build that starts from ADaM, and a note of those that show SDTM, which it has not."""
    of_sdtm = {
        display.id: sorted(read)
        for display in displays
        if (
            read := {
                item.dataset
                for item in display.analyses
                if item.dataset not in adam.datasets and sdtm_dataset(item.dataset) is not None
            }
        )
    }
    notes = tuple(
        f"{name} is not made: it shows {' and '.join(read)}, and the build starts from ADaM"
        for name, read in of_sdtm.items()
    )
    return tuple(display for display in displays if display.id not in of_sdtm), notes
