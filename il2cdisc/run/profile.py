"""The profile of one subject of the last build, as a file in one of the formats of displays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from il2cdisc.base.problems import Kind, Severity, Stopped, did_you_mean
from il2cdisc.package import ADAM, SDTM, Package
from il2cdisc.spec.tlf import Display
from il2cdisc.study import Study

UNKNOWN_SUBJECT = Kind(
    "TLF031", "Unknown subject", Severity.STOP, "Give the USUBJID of a subject of the last build."
)
NO_DATASETS = Kind(
    "TLF032", "No datasets for a profile", Severity.STOP, "Build the trial first (il2cdisc build)."
)
UNKNOWN_FORMAT = Kind(
    "TLF033", "Unknown format of a profile", Severity.STOP, "Give the file one of these endings."
)
NUMBER = "16.4"
"""The section of the report for data by subject (ICH E3)."""


def profile(study: Study, usubjid: str, file: Path, *, out: Path | None = None) -> Path:
    """Write the profile of a subject; the ending of `file` says in which format.

    Raises `Stopped` for an unknown subject or ending, or where there is no build.
    """
    from il2cdisc.tlf.pages import page_of
    from il2cdisc.tlf.product import header_of
    from il2cdisc.tlf.profile import SubjectRecords, profile_table
    from il2cdisc.tlf.writer import Layout
    from il2cdisc.tlf.writers import writers_of

    writers = {f".{writer.suffix}": writer for writer in writers_of("Listing") if not writer.data}
    writer = writers.get(file.suffix.lower())
    if writer is None:
        what = f"{file.name} does not end in {', '.join(sorted(writers))}"
        raise Stopped([UNKNOWN_FORMAT.at(file.as_posix(), what)])
    target = out or study.outputs
    package = Package(target)
    if not package.names:
        shown = study.shown(target) if target.is_relative_to(study.folder) else target.as_posix()
        raise Stopped([NO_DATASETS.at(shown, "the folder holds no dataset")])
    _refuse_unknown(package, usubjid, target)
    data: dict[str, SubjectRecords] = {}
    for name in package.names:
        found = package.file(name)
        if "USUBJID" in found.frame:
            own = found.frame.loc[found.frame["USUBJID"] == usubjid].reset_index(drop=True)
            data[name] = SubjectRecords(own, {item.name: item.label for item in found.variables})
    header = header_of(study)
    display = _display(usubjid)
    table = profile_table(usubjid, data, _displays(study))
    page = page_of(display, header, table.notes)
    page = replace(page, closing=((f"Source: {SDTM}, {ADAM}", header.run_line), (f"Subject {usubjid}", "")))
    _replace(file, writer.write(Layout(display, header, page, table)))
    return file


def _refuse_unknown(package: Package, usubjid: str, target: Path) -> None:
    name = next(name for name in ("DM", "ADSL", package.names[0]) if name in package.names)
    known = package.file(name).frame["USUBJID"].dropna().unique().tolist()
    if usubjid not in known:
        what = f"no record of {name} is of {usubjid!r}"
        raise Stopped([UNKNOWN_SUBJECT.at(target.name, what, hint=did_you_mean(usubjid, known))])


def _displays(study: Study) -> Sequence[Display]:
    """The displays of the trial, none without their workbook."""
    from il2cdisc.run.plan import TLF_WORKBOOK
    from il2cdisc.spec.tlf_load import load_displays

    path = study.specs / TLF_WORKBOOK
    return load_displays(path, study.shown(path)) if path.is_file() else ()


def _display(usubjid: str) -> Display:
    return Display(
        id="PROFILE",
        kind="Listing",
        number=NUMBER,
        title=f"Profile of subject {usubjid}",
        population="Records of the subject in the last build",
        population_dataset="DM",
        treatment="ARM",
        footnotes=(
            "L, H: below or above the reference range.",
            "Results: one record per analysis visit, of the parameters that figures show, else all displays.",
        ),
    )


def _replace(file: Path, content: bytes) -> None:
    """Write beside the file and put it in its place, so that it is never half there."""
    new = file.with_name(f".{file.name}.new")
    new.write_bytes(content)
    new.replace(file)
