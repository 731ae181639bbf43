"""The build: raw exports → SDTM → ADaM → checks, results, displays. Reads like a table of contents."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from il2cdisc import __version__
from il2cdisc.base.datasets import Dataset, common_lengths
from il2cdisc.base.problems import Address, Problem, Problems, Stopped
from il2cdisc.raw import RawExport, Records, header_of, link, load_dictionary, notice, read_export
from il2cdisc.raw.absent import absent_records, gone_among
from il2cdisc.raw.accepted import fewer_than
from il2cdisc.raw.blinding import withhold
from il2cdisc.raw.values import with_outcomes, without_reported
from il2cdisc.run.part import part_of, refuse_check, refuse_part
from il2cdisc.run.plan import ADAM, Plan, engine_lines, link_columns, missing, run_sdtm
from il2cdisc.run.second import Aside
from il2cdisc.run.survey import make_plan
from il2cdisc.spec.load import load_spec
from il2cdisc.spec.supplements import with_supplements
from il2cdisc.standards.release import load_terminology
from il2cdisc.study import Study, load_study

if TYPE_CHECKING:
    from il2cdisc.check.core import CoreAsked
    from il2cdisc.results.run import Results
    from il2cdisc.sdtm.complete.mapped import MappedDataset
    from il2cdisc.spec.models import Spec

Say = Callable[[str], None]

BESIDE = (
    "il2cdisc.transport.readback", "pyreadstat", "il2cdisc.results.run", "scipy.special",
    "il2cdisc.tlf.render", "il2cdisc.tlf.figure",
)  # fmt: skip
"""What the second process needs."""


@dataclass
class Made:
    """What a build has made in memory."""

    export: RawExport
    sdtm: dict[str, Dataset]
    adam: dict[str, Dataset]
    columns: pd.DataFrame
    rows: pd.DataFrame


@dataclass
class Written:
    """Datasets as they are in their transport files, and what pyreadstat finds in each, later."""

    datasets: list[Dataset]
    read_back: list[Future[list[Problem]]]


def make(
    plan: Plan,
    say: Say,
    findings: Problems,
    *,
    meanwhile: Callable[[Mapping[str, Dataset]], None] | None = None,
) -> Made:
    """Read, link, map, complete, derive: everything that a package holds, in memory.

    `meanwhile` takes SDTM before ADaM is derived from it: what can be done with it in the second process.
    """
    from il2cdisc.sdtm.complete import complete
    from il2cdisc.sdtm.ledger import column_ledger, row_ledger

    study = plan.study
    say("reading the raw export")
    export = read_export(study, plan.dictionary, only=plan.forms)
    say(f"linking {sum(len(f.frame) for f in export.forms.values()):,} raw records to subjects")
    export = notice(
        link(export, study), study.with_forms(plan.forms), plan.dictionary, dated=plan.collected_dates
    )
    if not plan.named:
        findings.extend(absent_records(export, study, plan.dictionary, plan.sdtm, plan.accepted))

    say("mapping to SDTM")
    frames: dict[str, Any] = {f"raw_{n}": f for n, f in export.frames().items()}
    frames |= study.parameters | {"protocol": plan.sdtm.protocol}
    told = Problems()
    became: dict[Address, str] = {}
    mappings, made = run_sdtm(
        study, plan.sdtm, plan.sdtm_functions, plan.sdtm_order, frames, told, export, plan.dictionary, became
    )
    columns = rows = pd.DataFrame()
    if plan.named:  # a part: the ledger is not asked, relations only where RELREC is
        made = made if plan.links else {name: replace(item, links=()) for name, item in made.items()}
    else:
        columns = column_ledger(
            {form: [c.name for c in given] for form, given in plan.dictionary.items()},
            plan.variables, plan.dropped, link_columns(study), study.deferred, told,
            partial(header_of, study),
        )  # fmt: skip
        rows = row_ledger(
            _sizes(export, study), {name: m.frame for name, m in made.items()}, mappings, study.deferred,
            export.address, told, withheld=_withheld(study),
        )  # fmt: skip
    findings.extend(with_outcomes(without_reported(export.problems, told.items), became))
    if study.blinded:
        made = _blinded(made, plan.sdtm, export, told, findings)
    told.stop_if_any()
    del frames, mappings  # memory: with thousands of subjects these are gigabytes

    say("completing SDTM from the workbook")
    days = study.analysis.treatment_emergent_days if study.analysis else None
    sdtm = complete(
        made,
        plan.sdtm,
        study_id=study.id,
        emergent_days=days,
        problems=told,
        address=export.address,
        text=study.text,
    )
    told.stop_if_any()
    del made

    if meanwhile is not None:
        meanwhile(sdtm)
    if plan.adam_order:
        say("deriving ADaM")
    adam = _derive(plan, sdtm, told)
    told.stop_if_any()
    findings.extend(told.findings)
    return Made(export, sdtm, adam, columns, rows)


def _sizes(export: RawExport, study: Study) -> dict[str, int]:
    """Records of each form as received, those of restricted forms, too."""
    received = dict.fromkeys(study.withheld & set(export.forms), 0)
    for receipt in export.receipts:
        if receipt.form in received:
            received[receipt.form] += receipt.rows
    return {form: len(item.frame) for form, item in export.forms.items()} | received


def _withheld(study: Study) -> dict[str, str]:
    """Forms whose records a blinded build withholds, or has no use for without those; with the reason."""
    led = {other for form in study.withheld for other in study.chain(form)[1:]}
    restricted = dict.fromkeys(study.withheld, "restricted: the build is blinded")
    return dict.fromkeys(led, "leads to restricted records: the build is blinded") | restricted


def _blinded(
    made: dict[str, MappedDataset], spec: Spec, export: RawExport, told: Problems, findings: Problems
) -> dict[str, MappedDataset]:
    """Without the records of restricted tests, and without what problems show of them."""
    from il2cdisc.sdtm.restricted import without_restricted_tests

    kept, cells = without_restricted_tests(made, spec)
    places = {(export.address(form, row), column) for form, row, column in cells}
    hidden = {(place.file, place.sheet, place.line, column) for place, column in places}

    def is_hidden(place: Address) -> bool:
        line = (place.file, place.sheet, place.line)
        return (*line, "") in hidden or (*line, place.column) in hidden

    for problems in (told, findings):
        withhold(problems, is_hidden)
    return kept


def write(
    plan: Plan,
    made: Made,
    folder: Path,
    say: Say,
    findings: Problems,
    aside: Aside,
    sdtm: Written,
    core: CoreAsked | None = None,
) -> tuple[Any, Any]:
    """Write the package into `folder`; returns the report of its checks, and what CORE said, if asked.

    The files of SDTM are there. Files are read back and displays drawn in the second process, while this
    one goes on.
    """
    from il2cdisc.check.core import ask_core, write_lists
    from il2cdisc.check.dispositions import read_dispositions
    from il2cdisc.check.queries import make_queries
    from il2cdisc.check.report import Facts, write_query_file, write_reports
    from il2cdisc.check.run import check_folder
    from il2cdisc.trace.store import Lineage, write_lineage

    study = plan.study
    asked = [*(["adam"] if plan.adam.datasets else []), *(["tlf", "results"] if plan.displays else [])]
    for name in (*asked, "checks", "raw", "lineage"):
        (folder / name).mkdir()

    analysed = _analyse(plan, made.adam, aside)  # early: computed while this process goes on
    if made.adam:
        say("writing transport files of ADaM")
    adam = common_lengths(made.adam.values())
    read_back = [*sdtm.read_back, *_write_transport(adam, folder / "adam", study, findings, aside)]

    say("define.xml")
    _write_define(plan, sdtm.datasets, folder / "sdtm")

    say("lineage, receipts and ledger")
    places = {name: form.row_index() for name, form in made.export.forms.items()}
    write_lineage(folder / "lineage", [*sdtm.datasets, *adam], places, [*plan.variables, *engine_lines(plan)])
    _write_receipts(folder / "raw", made.export)
    _write_text(folder / "raw" / "ledger_columns.csv", made.columns.to_csv(index=False, lineterminator="\n"))
    _write_text(folder / "raw" / "ledger_rows.csv", made.rows.to_csv(index=False, lineterminator="\n"))

    drawn = _draw(plan, analysed, folder / "results", say, findings, aside)

    say("checking the files against the workbooks")
    made.sdtm.clear()  # memory: from here on the files speak
    made.adam.clear()
    sdtm.datasets.clear()
    del adam
    lineage = Lineage(folder / "lineage")
    dispositions = read_dispositions(study.dispositions, shown=study.shown(study.dispositions))
    outcome, laid = ask_core(core, folder / "sdtm", study.standards, say, lineage.origin)
    records = Records(made.export, study, plan.dictionary)
    report = check_folder(
        folder, plan.specs, problems=findings.items, dispositions=dispositions,
        origin=lineage.origin, identify=records.identity, repeated=lineage.repeated,
        shown=study.shown(study.outputs), core=laid,
        terminology=load_terminology(study.terminology, study.standards.ct), data_cut=study.build.data_cut,
    )  # fmt: skip
    facts = Facts(study.id, study.build.time, study.study.synthetic)
    write_reports(report, folder / "checks", facts, dispositions=dispositions)
    write_query_file(make_queries(report.findings, records.at), folder / "checks" / "queries.xlsx", facts)
    write_lists(outcome, folder / "checks")

    say("gathering what pyreadstat read, and the displays")
    Problems([problem for done in read_back for problem in done.result()]).stop_if_any()
    for name, content in drawn.result().items() if drawn else ():
        (folder / "tlf" / name).write_bytes(content)
    return report, outcome


def write_part(
    plan: Plan, made: Made, folder: Path, say: Say, findings: Problems, aside: Aside
) -> tuple[Any, None]:
    """Write the named datasets and displays into `folder`, with the way back to the raw lines.

    Each dataset has lengths of its own: its file is the same whatever else is named. The rules see the
    named datasets alone.
    """
    from il2cdisc.check.dispositions import read_dispositions
    from il2cdisc.check.report import Facts, write_reports
    from il2cdisc.check.run import check_folder
    from il2cdisc.trace.store import Lineage, write_lineage

    study = plan.study
    for name in ("sdtm", "adam", "checks", "raw", "lineage", *(["tlf", "results"] if plan.displays else [])):
        (folder / name).mkdir()

    analysed = _analyse(plan, made.adam, aside)
    say("writing transport files and reading them back")
    read_back: list[Future[list[Problem]]] = []
    for name, given in (("sdtm", made.sdtm), ("adam", made.adam)):
        chosen = [item for key, item in given.items() if key in plan.written]
        alone = [dataset for item in chosen for dataset in common_lengths([item])]
        read_back += _write_transport(alone, folder / name, study, findings, aside)

    files = {path.stem.upper() for path in folder.glob("*/*.xpt")}
    for name in plan.named:
        if name not in files and not any(display.id == name for display in plan.displays):
            say(f"{name} has no record, and so no file")

    say("lineage and receipts")
    places = {name: form.row_index() for name, form in made.export.forms.items()}
    every = {**made.sdtm, **made.adam}
    lines = [v for v in [*plan.variables, *engine_lines(plan)] if v.dataset in every]
    write_lineage(folder / "lineage", every.values(), places, lines)
    _write_receipts(folder / "raw", made.export)
    drawn = _draw(plan, analysed, folder / "results", say, findings, aside)

    say("checking the files against the workbooks")
    specs = [spec.only(plan.written) for spec in plan.specs]
    lineage = Lineage(folder / "lineage")
    identify = Records(made.export, study, plan.dictionary).identity
    report = check_folder(
        folder, [spec for spec in specs if spec.datasets], problems=findings.items, origin=lineage.origin,
        identify=identify, repeated=lineage.repeated, shown=study.shown(study.outputs),
        terminology=load_terminology(study.terminology, study.standards.ct), data_cut=study.build.data_cut,
    )  # fmt: skip
    facts = Facts(study.id, study.build.time, study.study.synthetic)
    dispositions = read_dispositions(study.dispositions, shown=study.shown(study.dispositions))
    write_reports(report, folder / "checks", facts, dispositions=dispositions)
    Problems([problem for done in read_back for problem in done.result()]).stop_if_any()
    for name, content in drawn.result().items() if drawn else ():
        (folder / "tlf" / name).write_bytes(content)
    return report, None


def build(
    folder: Path,
    say: Say,
    names: Sequence[str] = (),
    *,
    out: Path | None = None,
    step: Callable[[str], None] | None = None,
    core: CoreAsked | None = None,
) -> tuple[Any, Any]:
    """Build a trial's package, or of `names` a part, and exchange it for the last one.

    Returns the report of the checks, and what CDISC CORE said (None where it was not asked).

    Raises `Stopped`; the last outputs are untouched then.
    """
    from il2cdisc.deliver.manifest import write_manifest
    from il2cdisc.deliver.publish import no_step, repair, staging
    from il2cdisc.deliver.target import refuse_target

    say("reading study.toml, workbooks and mappings")
    study = load_study(folder)
    target = out or study.outputs
    if names:
        refuse_part(study, names, out, core=core is not None)
    refuse_target(target, {study.shown(path): path for path in study.sources})
    repair(target)
    with Aside(BESIDE) as aside:
        plan = make_plan(folder)
        for note in plan.notes:
            say(note)
        plan = part_of(plan, names) if names else plan
        if any(display.kind == "Figure" for display in plan.displays):
            from il2cdisc.tlf.figure import prepare

            aside.do(prepare)
        findings = Problems(list(plan.findings))
        with staging(target, step=step or no_step) as stage:
            sdtm = Written([], [])

            def write_sdtm(datasets: Mapping[str, Dataset]) -> None:
                say("writing transport files of SDTM")
                (stage.path / "sdtm").mkdir()
                sdtm.datasets += common_lengths(datasets.values())
                sdtm.read_back += _write_transport(
                    sdtm.datasets, stage.path / "sdtm", plan.study, findings, aside
                )

            try:
                made = make(plan, say, findings, meanwhile=None if names else write_sdtm)
            except Stopped as stopped:  # records that are gone may be why
                raise Stopped([*stopped.problems, *gone_among(findings.items)]) from None
            for line in fewer_than(target, made.export):
                say(line)
            if names:
                report, outcome = write_part(plan, made, stage.path, say, findings, aside)
            else:
                report, outcome = write(plan, made, stage.path, say, findings, aside, sdtm, core)
            write_manifest(
                stage.path,
                study=plan.study.id,
                time=plan.study.build.time.isoformat(),
                treatment=plan.study.treatment_mode,
                synthetic=plan.study.study.synthetic,
                standards={
                    "SDTMIG": plan.study.standards.sdtmig,
                    **({"ADaMIG": plan.study.standards.adamig} if plan.adam.datasets else {}),
                    "CT": plan.study.standards.ct,
                },
                libraries={"il2cdisc": __version__, "pandas": pd.__version__},
                part=plan.named,
            )
            stage.publish()
    return report, outcome


def check(
    folder: Path, say: Say, *, out: Path | None = None, core: CoreAsked | None = None
) -> tuple[Any, Any, Any]:
    """Check the outputs of the last build again, from its files.

    Returns the report, the dispositions, and what CDISC CORE said (None where it was not asked). Where
    CORE was asked the reports in `checks/` are written anew, and entered into the manifest.
    """
    from il2cdisc.check.core import ask_core, write_lists
    from il2cdisc.check.dispositions import read_dispositions
    from il2cdisc.check.problems import NO_OUTPUTS
    from il2cdisc.check.report import Facts, read_json, write_reports
    from il2cdisc.check.run import check_folder
    from il2cdisc.deliver.manifest import renew, verify
    from il2cdisc.deliver.publish import repair
    from il2cdisc.trace.store import Lineage

    study = load_study(folder)
    target = out or study.outputs
    repair(target)
    shown = study.shown(target) if out is None else str(target)
    if not target.is_dir():
        raise Stopped([NO_OUTPUTS.at(shown, "there are no outputs")])
    refuse_check(target, shown)
    problems = verify(target, shown=shown)
    notes = missing(study)
    for note in notes.values():
        say(note)
    absent = ADAM in notes and not (target / "adam").is_dir()
    books = [study.specs / name for name in ("sdtm.xlsx", *([] if absent else [ADAM]))]
    specs = [load_spec(book, study.shown(book)) for book in books]
    dispositions = read_dispositions(study.dispositions, shown=study.shown(study.dispositions))
    told = target / "checks" / "findings.json"
    lineage = Lineage(target / "lineage")
    outcome, laid = ask_core(core, target / "sdtm", study.standards, say, lineage.origin)
    report = check_folder(
        target, specs, problems=problems, findings=read_json(told) if told.exists() else [],
        dispositions=dispositions, origin=lineage.origin, repeated=lineage.repeated,
        shown=study.shown(study.outputs), core=laid,
        terminology=load_terminology(study.terminology, study.standards.ct), data_cut=study.build.data_cut,
    )  # fmt: skip
    if outcome is not None:
        facts = Facts(study.id, study.build.time, study.study.synthetic)
        written = write_reports(report, target / "checks", facts, dispositions=dispositions)
        written += write_lists(outcome, target / "checks")
        renew(target, [path.relative_to(target).as_posix() for path in written])
    return report, dispositions, outcome


def trace(
    folder: Path, dataset: str, usubjid: str, seq: int | None, *, out: Path | None = None, variable: str = ""
) -> Any:
    """The way back from records of the last build to raw lines, with values where the files are the same."""
    from il2cdisc.deliver.publish import repair
    from il2cdisc.raw.read import digest_of, read_form
    from il2cdisc.trace.follow import trace as follow
    from il2cdisc.trace.values import RawValues, read_receipts

    study = load_study(folder)
    target = out or study.outputs
    repair(target)
    dictionary = load_dictionary(study.dictionary, study.shown(study.dictionary))
    told = target / "raw" / "receipts.json"
    receipts = read_receipts(told, _shown(study, told)) if target.is_dir() else []
    values = RawValues(
        receipts, lambda file: digest_of(study.folder / file), lambda form: read_form(study, dictionary, form)
    )
    return follow(target, dataset, usubjid, seq, values, variable=variable, links=link_columns(study))


def _shown(study: Study, path: Path) -> str:
    """A path as messages name it: within the study's folder from there."""
    return study.shown(path) if path.is_relative_to(study.folder) else path.as_posix()


def _derive(plan: Plan, sdtm: Mapping[str, Dataset], problems: Problems) -> dict[str, Dataset]:
    """ADaM datasets in the order in which they need each other."""
    from il2cdisc.adam import derive, empty_frame, finish, needs, with_ids
    from il2cdisc.adam.finish import without_parameters

    asked = {name for function in plan.adam_functions.values() for name in needs(function)}
    # a dataset that no record came to, SUPP-- above all, is empty and not absent
    frames = {
        name.lower(): with_ids(name, sdtm[name].frame) if name in sdtm else empty_frame(described)
        for name, described in plan.sdtm.datasets.items()
        if name.lower() in asked
    }
    out: dict[str, Dataset] = {}
    for name in plan.adam_order:
        # nothing holds the derived frame, wider than the dataset, while the next is made
        derived = derive(plan.adam_functions[name], frames, plan.adam, plan.study.analysis, plan.study.trial)
        if plan.study.blinded:
            derived = without_parameters(derived, plan.adam)
        dataset = finish(derived, plan.adam, problems)
        del derived
        out[dataset.name] = dataset
        if name in asked:
            frames[name] = with_ids(dataset.name, dataset.frame)
    return out


def _write_transport(
    datasets: Sequence[Dataset], folder: Path, study: Study, findings: Problems, aside: Aside
) -> list[Future[list[Problem]]]:
    """Transport files, read again at once by our own reader; what pyreadstat finds in each comes later."""
    from il2cdisc.transport.readback import compare_readers, compare_with_dataset
    from il2cdisc.transport.xpt import write_xpt

    stops = Problems()
    later: list[Future[list[Problem]]] = []
    for dataset in datasets:
        if dataset.frame.empty:
            continue
        path = folder / f"{dataset.name.lower()}.xpt"
        try:
            with path.open("wb") as stream:
                findings.extend(write_xpt(dataset, stream, created=study.build.time))
        except Stopped as stopped:
            stops.extend(stopped.problems)
            continue
        later.append(aside.do(compare_readers, path))
        stops.extend(compare_with_dataset(path, dataset))
    stops.stop_if_any()
    return later


def _analyse(plan: Plan, adam: Mapping[str, Dataset], aside: Aside) -> Future[Results] | None:
    """The results of the displays, later, from the second process; None where there is no display."""
    from il2cdisc.results.run import needed, run

    if not plan.displays:
        return None
    return aside.do(run, plan.displays, needed(plan.displays, {d.name: d.frame for d in adam.values()}))


def _draw(
    plan: Plan, analysed: Future[Results] | None, folder: Path, say: Say, findings: Problems, aside: Aside
) -> Future[dict[str, bytes]] | None:
    """Results, written to `folder`; the files of the displays come later, from the second process."""
    from il2cdisc.results.write import csv_bytes
    from il2cdisc.tlf.header import HeaderInfo
    from il2cdisc.tlf.render import render_all
    from il2cdisc.transport.parquet import write_parquet

    if analysed is None:
        return None
    say("analyses and displays")
    study = plan.study
    results = analysed.result()
    findings.extend(results.problems)
    with (folder / "results.parquet").open("wb") as stream:
        write_parquet(results.frame, stream)
    (folder / "results.csv").write_bytes(csv_bytes(results.frame))
    cut = study.build.data_cut.isoformat() if study.build.data_cut else ""
    header = HeaderInfo(
        study.study.sponsor, study.study.protocol, study.id, "DRAFT", cut,
        study.build.time.isoformat(), study.study.synthetic, study.shown(study.specs / "tlf.xlsx"),
    )  # fmt: skip
    return aside.do(render_all, plan.displays, results.frame, header)


def _write_define(plan: Plan, datasets: Sequence[Dataset], folder: Path) -> None:
    """`define.xml` beside the transport files; the checks of the files read it back."""
    from il2cdisc.define import DefineFacts, define_bytes, make_define

    study = plan.study
    facts = DefineFacts(
        created=study.build.time,
        terminology=study.standards.ct,
        originator=study.study.sponsor,
        system_version=__version__,
    )
    supplements = {item.name: item.frame for item in datasets if item.name.startswith("SUPP")}
    spec = with_supplements(plan.sdtm, supplements)
    (folder / "define.xml").write_bytes(define_bytes(make_define(spec, datasets, facts)))


def _write_receipts(folder: Path, export: RawExport) -> None:
    receipts = [receipt.as_dict() for receipt in export.receipts]
    _write_text(folder / "receipts.json", json.dumps(receipts, indent=1, ensure_ascii=False) + "\n")


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
