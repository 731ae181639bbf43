"""The way back from records of a build to raw lines."""

from __future__ import annotations

from pathlib import Path

from il2cdisc.package import RAW, RECEIPTS
from il2cdisc.raw import Dictionary, load_dictionary
from il2cdisc.run.plan import link_columns
from il2cdisc.run.start import start_files
from il2cdisc.study import Study
from il2cdisc.trace.follow import Trace, follow


def trace(
    study: Study, dataset: str, usubjid: str, seq: int | None, *, out: Path | None = None, variable: str = ""
) -> Trace:
    """From records of the last build to raw lines, with raw values where the files are still the same."""
    from il2cdisc.deliver.publish import repair
    from il2cdisc.raw.read import digest_of, read_form
    from il2cdisc.trace.values import RawValues, read_receipts

    target = out or study.outputs
    repair(target)
    dictionary: Dictionary = {}
    if study.start is None:
        dictionary = load_dictionary(study.dictionary, study.shown(study.dictionary))
    path = target / RAW / RECEIPTS
    asked = target.is_dir() and study.start is None
    receipts = read_receipts(path, _shown(study, path)) if asked else []
    values = RawValues(
        receipts, lambda file: digest_of(study.folder / file), lambda form: read_form(study, dictionary, form)
    )
    files = start_files(study) if study.start is not None else []
    received = {path.stem.upper(): study.shown(path) for path in files}
    return follow(
        target, dataset, usubjid, seq, values, variable=variable, links=link_columns(study), received=received
    )


def _shown(study: Study, path: Path) -> str:
    """A path as messages name it: within the study's folder from there."""
    return study.shown(path) if path.is_relative_to(study.folder) else path.as_posix()
