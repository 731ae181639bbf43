"""Shells of the displays of a trial: as they will be, before there are data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from il2cdisc.run.plan import Plan
from il2cdisc.run.survey import make_plan
from il2cdisc.study import Study

if TYPE_CHECKING:
    from il2cdisc.results.frame import Results

FOLDER = "shells"
STATUS = "SHELL"


def write_shells(study: Study, out: Path | None = None) -> tuple[Path, int]:
    """Render the shell of every display in every format; the folder, `shells` unless given, and how many.

    Reads no data. The folder is exchanged for the last one whole. Raises `Stopped` with everything that is
    wrong with the trial's workbooks and mappings.
    """
    from il2cdisc.deliver.manifest import write_manifest
    from il2cdisc.deliver.publish import repair, staging
    from il2cdisc.deliver.target import refuse_target
    from il2cdisc.tlf.product import header_of
    from il2cdisc.tlf.render import render_all

    target = out or study.folder / FOLDER
    refuse_target(target, {study.shown(path): path for path in study.sources})
    repair(target)
    plan = make_plan(study)
    header = replace(header_of(study), status=STATUS)
    results = shell_results(plan)
    files = render_all(plan.displays, results.frame, header, results.listed)
    with staging(target) as stage:
        for name, content in files.items():
            (stage.path / name).write_bytes(content)
        write_manifest(
            stage.path,
            study=study.id,
            time=study.build.time.isoformat(),
            treatment=study.treatment_mode,
            synthetic=study.study.synthetic,
            standards={},
            part=["tlf --shells"],
        )
        stage.publish()
    return target, len(plan.displays)


def shell_results(plan: Plan) -> Results:
    """The results of the shells of a plan."""
    from il2cdisc.adam import empty_frame
    from il2cdisc.results.shells import shells

    every = {**plan.sdtm.datasets, **plan.adam.datasets}
    frames = {name: empty_frame(item)[list(item.names)] for name, item in every.items() if not item.no_data}

    def label(dataset: str, variable: str) -> str:
        found = every[dataset].by_name.get(variable)
        return found.label if found else ""

    return shells(plan.displays, frames, label)
