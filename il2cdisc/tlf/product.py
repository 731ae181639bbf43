"""Product: displays, drawn from the results."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from pathlib import Path

from il2cdisc.base.products import Product
from il2cdisc.results.frame import Results
from il2cdisc.spec.tlf import Display
from il2cdisc.study import Study

Files = dict[str, bytes]


def begin(
    folder: Path, displays: Sequence[Display], results: Results, study: Study, executor: Executor
) -> Future[Files]:
    """Ask for the files of the displays: they are drawn while other products are written."""
    from il2cdisc.tlf.header import HeaderInfo
    from il2cdisc.tlf.render import render_all

    cut = study.build.data_cut.isoformat() if study.build.data_cut else ""
    header = HeaderInfo(
        study.study.sponsor, study.study.protocol, study.id, "DRAFT", cut,
        study.build.time.isoformat(), study.study.synthetic, study.shown(study.specs / "tlf.xlsx"),
    )  # fmt: skip
    return executor.submit(render_all, displays, results.frame, header)


def write(folder: Path, asked_displays: Future[Files]) -> None:
    """The files of the displays, and the page that lists them."""
    for name, content in asked_displays.result().items():
        (folder / name).write_bytes(content)


BEGUN = Product("asked_displays", begin)
PRODUCT = Product("displays", write, "tlf")
