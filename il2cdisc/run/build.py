"""The build: the plan, the datasets, and the list of products that are written of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

import il2cdisc.check.product as check
import il2cdisc.compare.product as compare
import il2cdisc.crf.product as crf
import il2cdisc.define.product as define
import il2cdisc.deliver.product as deliver
import il2cdisc.raw.product as raw
import il2cdisc.results.product as results
import il2cdisc.run.twins as twins
import il2cdisc.sdtm.product as sdtm
import il2cdisc.tlf.product as tlf
import il2cdisc.tlf.registries.product as registries
import il2cdisc.trace.product as trace
import il2cdisc.transport.product as transport
from il2cdisc import __version__
from il2cdisc.base.memory import use_system_allocator
from il2cdisc.base.origins import PlannedVariable
from il2cdisc.base.problems import Problems, Stopped
from il2cdisc.base.products import Product
from il2cdisc.base.stored import AnyDataset, common_lengths
from il2cdisc.check.core import CoreAsked
from il2cdisc.check.product import Examined, PriorFindings
from il2cdisc.check.report import NOTICE
from il2cdisc.define.pages import NO_PAGES
from il2cdisc.package import ADAM, SDTM, stem_of
from il2cdisc.raw import Records
from il2cdisc.raw.absent import gone_among
from il2cdisc.raw.accepted import fewer_than
from il2cdisc.run.blocks import BlocksDone, default_block
from il2cdisc.run.make import MadeDatasets, make
from il2cdisc.run.part import part_of, refuse_part
from il2cdisc.run.plan import Plan, engine_lines
from il2cdisc.run.products import Products, Say
from il2cdisc.run.scratch import scratch_folder
from il2cdisc.run.second import SecondProcess
from il2cdisc.run.stages import LastStage
from il2cdisc.run.start import is_received, start_files
from il2cdisc.run.survey import make_plan
from il2cdisc.spec.models import Spec
from il2cdisc.study import Study

SDTM_FILES = replace(
    transport.PRODUCT,
    name="sdtm_files",
    folder=SDTM,
    title="writing transport files of SDTM",
    given={"datasets": "sdtm_written"},
)
ADAM_FILES = replace(
    transport.PRODUCT,
    name="adam_files",
    folder=ADAM,
    title="writing transport files of ADaM",
    given={"datasets": "adam_written"},
)
ACRF = replace(crf.PRODUCT, folder=SDTM, given={"datasets": "sdtm"})
START_FILES = replace(transport.COPIED, given={"sources": "start_files"})
SDTM_DEFINE = replace(
    define.PRODUCT,
    folder=SDTM,
    title="writing define.xml of SDTM",
    given={"workbook": "sdtm_workbook", "datasets": "sdtm"},
)
ADAM_DEFINE = replace(
    define.PRODUCT,
    name="adam_define",
    folder=ADAM,
    title="writing define.xml of ADaM",
    given={"workbook": "adam_workbook", "datasets": "adam"},
)
SDTM_FORMATS = replace(
    define.FORMATS,
    folder=SDTM,
    name="sdtm_formats",
    title="writing SDTM in further formats",
    given={"datasets": "sdtm", "described": SDTM_DEFINE.name},
)
ADAM_FORMATS = replace(
    define.FORMATS,
    folder=ADAM,
    name="adam_formats",
    title="writing ADaM in further formats",
    given={"datasets": "adam", "described": ADAM_DEFINE.name},
)
CHECKED_WITH_TWINS = replace(check.PRODUCT, given={"before": twins.PRODUCT.name})
VERIFIED = Product("verified", transport.verify, title="verifying files with pyreadstat")
SECOND = (
    "il2cdisc.transport.readback", "pyreadstat", "il2cdisc.results.run", "scipy.special",
    "il2cdisc.tlf.render", "il2cdisc.tlf.figure", "typst", "pypdf", "fontTools.ttLib",
)  # fmt: skip
"""Modules that the second process imports while this one reads."""


def products_of(plan: Plan, until: LastStage | None = None, *, qc: bool = False) -> list[Product]:
    """What a build writes, in this order, or the part of it that ends with the stage `until`.

    With `qc` its datasets are compared with their independent twins. A part has no define.xml, ledger and
    queries.
    """
    raw_export, whole = plan.study.start is None, not plan.named
    sdtm_too, adam = not plan.study.starts_at("adam"), bool(plan.adam.datasets)
    displays, formats = bool(plan.displays), bool(plan.study.build.formats)
    files = [] if raw_export else start_files(plan.study)
    made = raw_export or any(is_received(path) for path in files)
    wanted = [
        ("sdtm", not raw_export, replace(START_FILES, folder=SDTM if sdtm_too else ADAM)),
        ("sdtm", sdtm_too and made, SDTM_FILES),
        ("results", displays, results.BEGUN),
        ("adam", adam and (sdtm_too or made), ADAM_FILES),
        ("define", whole and raw_export, ACRF),
        ("define", whole and sdtm_too, SDTM_DEFINE),
        ("define", whole and adam, ADAM_DEFINE),
        ("define", whole and sdtm_too and formats, SDTM_FORMATS),
        ("define", whole and adam and formats, ADAM_FORMATS),
        ("lineage", True, trace.PRODUCT),
        ("lineage", raw_export, raw.PRODUCT),
        ("lineage", whole and raw_export, sdtm.PRODUCT),
        ("results", displays, results.PRODUCT),
        ("displays", displays, tlf.BEGUN),
        ("displays", displays, tlf.LOOKED),
        ("displays", whole and registries.wanted(plan.displays), registries.PRODUCT),
        ("checks", qc, compare.PRODUCT),
        ("checks", qc, twins.PRODUCT),
        ("checks", True, CHECKED_WITH_TWINS if qc else check.PRODUCT),
        ("checks", True, check.REPORTS),
        ("checks", whole and raw_export, check.QUERIES),
        ("sdtm", True, VERIFIED),
        ("displays", displays, tlf.PRODUCT),
        ("sdtm", True, deliver.PRODUCT),
    ]
    every: list[str] = [*LastStage, "displays"]
    stages = every[: every.index(until) + 1] if until else every
    return [product for stage, asked, product in wanted if asked and stage in stages]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a build is asked for: of `names` a part; `until`, the stage to end with; `out`, a folder other
    than the outputs; CDISC CORE; the subjects of a block (None: `default_block`), and a folder for the
    datasets of several; `qc`, the independent twins."""

    names: Sequence[str] = ()
    until: LastStage | None = None
    out: Path | None = None
    core: CoreAsked | None = None
    block_subjects: int | None = None
    scratch: Path | None = None
    qc: bool = False
    done: BlocksDone | None = field(default=None, repr=False)
    """Called after each of several blocks: how many are done, and of how many."""
    step: Callable[[str], None] | None = field(default=None, repr=False)
    """Called at each step of publishing: for tests."""


WHOLE = Asked()


def build(study: Study, say: Say, asked: Asked = WHOLE) -> Examined | Problems:
    """Build a trial's package, or a part of it, and exchange it for the last one; what the checks found.

    A build that ends before the checks gives its findings. Raises `Stopped`; the last outputs are untouched
    then.
    """
    from il2cdisc.deliver.publish import no_step, repair, staging
    from il2cdisc.deliver.target import refuse_target

    use_system_allocator()
    target = asked.out or study.outputs
    if asked.names or asked.until:
        told = asked.names or _until(asked)
        refuse_part(study, told, asked.out, core=asked.core is not None, qc=asked.qc)
    refuse_target(target, {study.shown(path): path for path in study.sources})
    repair(target)
    with SecondProcess(SECOND, waits=bool(asked.names)) as executor:
        early = asked.until in (LastStage.SDTM, LastStage.ADAM)
        plan = make_plan(study, crf=not (asked.names or early))
        for note in plan.notes:
            say(note)
        plan = part_of(plan, asked.names) if asked.names else plan
        if plan.displays:
            executor.begin()
        plan = replace(plan, block_subjects=asked.block_subjects or default_block(study))
        if asked.until is LastStage.SDTM:
            plan = replace(plan, adam_order=[], displays=())
        if any(display.kind == "Figure" for display in plan.displays):
            from il2cdisc.tlf.figure import prepare

            executor.submit(prepare)
        with staging(target, step=asked.step or no_step) as stage:
            products = Products(products_of(plan, asked.until, qc=asked.qc), stage.path, say)
            beside = stage.path.with_name(f"{stage.path.name}-scratch")  # a dead build's is removed with it
            with scratch_folder(asked.scratch, beside) as scratch:
                findings = _write(plan, products, executor, say, asked, target, scratch)
            stage.publish()
    examined = products.result(check.PRODUCT.name)
    return examined if isinstance(examined, Examined) else findings


def _until(asked: Asked) -> list[str]:
    return [f"--until {asked.until}"] if asked.until else []


def _write(
    plan: Plan,
    products: Products,
    executor: SecondProcess,
    say: Say,
    asked: Asked,
    target: Path,
    scratch: Path,
) -> Problems:
    """Make the datasets, and write the products, each as soon as what it needs is there; the findings."""
    findings = Problems(list(plan.findings))
    products.give(_facts(plan, asked, findings, executor, say) | {"scratch": scratch})

    def completed(datasets: Mapping[str, AnyDataset]) -> None:
        written = common_lengths(datasets.values())
        products.give({"sdtm": written, "sdtm_written": written})

    try:
        early = None if plan.named else completed
        made = make(plan, say, findings, scratch=scratch, completed=early, done=asked.done)
    except Stopped as stopped:  # records that are gone may be why
        raise Stopped([*stopped.problems, *gone_among(findings.items)]) from None
    for line in fewer_than(target, made.export):
        say(line)
    for line in _without_file(plan, made):
        say(line)
    products.give(_resources(plan, made, findings))
    products.finished()
    return findings


def _facts(
    plan: Plan, asked: Asked, findings: Problems, executor: SecondProcess, say: Say
) -> dict[str, object]:
    """What products need and no data is in."""
    study = plan.study
    adam = {"ADaMIG": study.standards.adamig} if plan.adam.datasets else {}
    folder, notice = study.mappings / "qc", NOTICE if study.study.synthetic else ""
    return {
        "study": study,
        "twins_asked": compare.TwinsAsked(folder, study.shown(folder), notice),
        "created": study.build.time,
        "sdtm_workbook": plan.sdtm,
        "adam_workbook": plan.adam,
        "workbooks": _workbooks(plan),
        "crf_plan": plan.crf,
        "acrf": NO_PAGES,
        "displays": plan.displays,
        "planned": plan.planned,
        "findings": findings,
        "read_back": [],
        "executor": executor,
        "say": say,
        "core": asked.core,
        "part": plan.named or _until(asked),
        "own_lengths": bool(plan.named),
        "standards": {"SDTMIG": study.standards.sdtmig, **adam, "CT": study.standards.ct},
        "libraries": {"il2cdisc": __version__, "pandas": pd.__version__},
    }


def _workbooks(plan: Plan) -> list[Spec]:
    """The workbooks that files are held against: of a part with the named datasets alone."""
    if not plan.named:
        return plan.specs
    cut = [spec.only(plan.written) for spec in plan.specs]
    return [spec for spec in cut if spec.datasets]


def _resources(plan: Plan, made: MadeDatasets, findings: Problems) -> dict[str, object]:
    """What products need of the data. `made` gives its datasets away, so that nothing else holds them."""
    records = Records(made.export, plan.study, plan.dictionary)
    out: dict[str, object] = {
        "raw_rows": made.export.row_indexes(),
        "variables": _lines(plan, {*made.sdtm, *made.adam}),
        "receipts": made.export.receipts,
        "ledgers": made.ledgers,
        "record_at": records.at,
        "before": PriorFindings(findings, identify=records.identity),
    }
    if plan.study.start is not None:
        out |= _of_start(plan, made)
    elif plan.named:
        out |= {"sdtm": list(made.sdtm.values()), "sdtm_written": _alone(plan, made.sdtm)}
        out |= {"adam": list(made.adam.values()), "adam_written": _alone(plan, made.adam)}
    else:
        adam = common_lengths(made.adam.values())
        out |= {"adam": adam, "adam_written": adam}
    made.sdtm.clear()
    made.adam.clear()
    return out


def _of_start(plan: Plan, made: MadeDatasets) -> dict[str, object]:
    """The datasets that a build started from, as they are; transport files among them are copied."""
    files = [path for path in start_files(plan.study) if not is_received(path)]
    copied = {stem_of(path.name).upper() for path in files}
    every = [*made.sdtm.values(), *made.adam.values()]
    own = [item for item in every if item.name not in copied]
    made_here = {item.name: item for item in (_each_alone(own) if plan.named else common_lengths(own))}
    datasets = [made_here.get(item.name, item) for item in every]
    sdtm, adam = datasets[: len(made.sdtm)], datasets[len(made.sdtm) :]
    written = plan.written or frozenset(item.name for item in datasets)
    return {
        "start_files": [path for path in files if stem_of(path.name).upper() in written],
        "sdtm": sdtm,
        "adam": adam,
        "sdtm_written": [item for item in sdtm if item.name in written & set(made_here)],
        "adam_written": [item for item in adam if item.name in written & set(made_here)],
    }


def _without_file(plan: Plan, made: MadeDatasets) -> list[str]:
    """A line for each named dataset that no record came to."""
    filled = {name for name, item in {**made.sdtm, **made.adam}.items() if item.rows}
    names = [name for name in plan.named if all(display.id != name for display in plan.displays)]
    return [f"{name} has no record, and so no file" for name in names if name not in filled]


def _lines(plan: Plan, made: set[str]) -> list[PlannedVariable]:
    """The variables whose sources lineage holds: of a part those of the datasets that it made."""
    lines = [*plan.variables, *engine_lines(plan)]
    return [line for line in lines if line.dataset in made] if plan.named else lines


def _alone(plan: Plan, made: Mapping[str, AnyDataset]) -> list[AnyDataset]:
    """The named datasets."""
    return _each_alone(item for name, item in made.items() if name in plan.written)


def _each_alone(datasets: Iterable[AnyDataset]) -> list[AnyDataset]:
    """Datasets of a part, each with lengths of its own: its file is the same whatever else is named."""
    return [dataset for item in datasets for dataset in common_lengths([item])]
