"""Product: displays, drawn from the results."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from il2cdisc.base.problems import Problems
from il2cdisc.base.products import Product
from il2cdisc.base.shared_tasks import SharedTasks
from il2cdisc.results.frame import Results
from il2cdisc.spec.tlf import Display
from il2cdisc.study import Study

if TYPE_CHECKING:
    from il2cdisc.tlf.header import HeaderInfo
    from il2cdisc.tlf.render import Rendered


def begin(
    folder: Path, displays: Sequence[Display], results: Results, study: Study, executor: Executor
) -> SharedTasks[Rendered]:
    """Ask for the files of the displays: they are drawn while other products are written."""
    from il2cdisc.tlf.render import tasks

    return SharedTasks(executor, tasks(displays, results.frame, header_of(study), results.listed))


def look(
    folder: Path, displays: Sequence[Display], results: Results, study: Study, findings: Problems
) -> None:
    """A finding for each display that was checked, and has changed since."""
    from il2cdisc.tlf.looked import changed

    findings.extend(changed(displays, results.frame, header_of(study), results.listed))


def header_of(study: Study) -> HeaderInfo:
    """What the study says on every page."""
    from il2cdisc.tlf.header import HeaderInfo

    cut = study.build.data_cut.isoformat() if study.build.data_cut else ""
    return HeaderInfo(
        study.study.sponsor, study.study.protocol, study.id, study.displays.status, cut,
        study.build.time.isoformat(), study.study.synthetic, study.shown(study.specs / "tlf.xlsx"),
        study.displays.paper,
    )  # fmt: skip


def write(
    folder: Path, asked_displays: SharedTasks[Rendered], displays: Sequence[Display], study: Study
) -> None:
    """The files of the displays, and the page that lists them."""
    from il2cdisc.tlf.render import assembled

    for name, content in assembled(displays, asked_displays.results(), header_of(study)).items():
        (folder / name).write_bytes(content)


BEGUN = Product("asked_displays", begin)
LOOKED = Product("looked", look)
PRODUCT = Product("displays", write, "tlf")
