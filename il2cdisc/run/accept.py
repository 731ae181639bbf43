"""Accepts a raw export: what each subject and visit has is written down, beside study.toml."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from il2cdisc.base.problems import Problem, Stopped
from il2cdisc.raw import RawExport, link, load_dictionary, read_export
from il2cdisc.raw.accepted import Accepted, accept, compare, read_accepted, write_accepted
from il2cdisc.study import Study

Say = Callable[[str], None]


def accept_export(study: Study, say: Say) -> list[Problem]:
    """Write `accepted.toml` of the raw export as it is now; returns what was accepted before and is gone.

    Raises `Stopped` where the export can't be read or linked; the last `accepted.toml` is untouched then.
    The raw files are never written.
    """
    dictionary = load_dictionary(study.dictionary, study.shown(study.dictionary))
    say("reading the raw export")
    export = link(read_export(study, dictionary), study)
    now = accept(export, study)
    gone = _gone(study, export)
    path = write_accepted(now, study)
    for line in _lines(now):
        say(line)
    say(f"accepted: {study.shown(path)}")
    return gone


def _gone(study: Study, export: RawExport) -> list[Problem]:
    """What the last acceptance has more; nothing where its file can't be used: it is about to be replaced."""
    try:
        before = read_accepted(study)
    except Stopped:
        return []
    return compare(before, export, study) if before else []


def _lines(accepted: Accepted) -> Iterator[str]:
    rows = sum(form.rows for form in accepted.forms.values())
    keys = sum(form.keys for form in accepted.forms.values())
    yield f"{len(accepted.forms)} forms, {rows:,} records, {keys:,} combinations of form, subject and visit"
