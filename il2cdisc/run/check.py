"""The checks of a finished build, from its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import il2cdisc.check.product as products
from il2cdisc.base.problems import Problems, Stopped
from il2cdisc.check.core import CoreAsked
from il2cdisc.check.problems import NO_OUTPUTS
from il2cdisc.check.product import Examined, PriorFindings
from il2cdisc.package import ADAM, CHECKS, FINDINGS, SDTM
from il2cdisc.run.part import refuse_check
from il2cdisc.run.plan import ADAM_WORKBOOK, SDTM_WORKBOOK, missing
from il2cdisc.run.products import Products
from il2cdisc.spec.load import load_spec
from il2cdisc.spec.models import Spec
from il2cdisc.study import Study

Say = Callable[[str], None]


def check(study: Study, say: Say, *, out: Path | None = None, core: CoreAsked | None = None) -> Examined:
    """Hold the outputs of the last build against the workbooks again.

    Where CDISC CORE was asked the reports in `checks/` are written anew, and entered into the manifest.
    Raises `Stopped` where there are no outputs, or only a part of a build.
    """
    from il2cdisc.check.report import read_json
    from il2cdisc.deliver.manifest import renew, verify
    from il2cdisc.deliver.publish import repair

    target = out or study.outputs
    repair(target)
    shown = study.shown(target) if out is None else str(target)
    if not target.is_dir():
        raise Stopped([NO_OUTPUTS.at(shown, "there are no outputs")])
    refuse_check(target, shown)
    problems = Problems(verify(target, shown=shown))
    earlier = target / CHECKS / FINDINGS
    before = PriorFindings(problems, read_json(earlier) if earlier.exists() else [])
    wanted = [products.PRODUCT, *([products.REPORTS] if core is not None else [])]
    written = Products(wanted, target, say)
    workbooks = _workbooks(study, target, say)
    written.give({"workbooks": workbooks, "before": before, "study": study, "core": core, "say": say})
    written.give({"own_lengths": False, "scratch": None})  # a part is refused
    written.finished()
    reports = written.result(products.REPORTS.name)
    if isinstance(reports, list):
        renew(target, [path.relative_to(target).as_posix() for path in reports])
    examined = written.result(products.PRODUCT.name)
    assert isinstance(examined, Examined)
    return examined


def _workbooks(study: Study, target: Path, say: Say) -> list[Spec]:
    """The workbooks; without one that the trial does not have where there are no datasets of it, either."""
    notes = missing(study)
    for note in notes.values():
        say(note)
    folders = {SDTM_WORKBOOK: target / SDTM, ADAM_WORKBOOK: target / ADAM}
    specs: list[Spec] = []
    for name, folder in folders.items():
        if name not in notes or folder.is_dir():
            book = study.specs / name
            specs.append(load_spec(book, study.shown(book), shared=specs[0] if specs else None))
    return specs
