"""Text over 200 bytes: its rest goes on in variables or qualifiers (SDTMIG 3.4 section 4.5.3)."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from il2cdisc.base.datasets import byte_length, byte_lengths
from il2cdisc.sdtm.complete.steps import StudyStep
from il2cdisc.sdtm.complete.tabulation import Domain, Tabulation
from il2cdisc.spec.supplements import MOST


def _run(study: Tabulation) -> Tabulation:
    return replace(study, domains={name: _split(domain) for name, domain in study.domains.items()})


STEP = StudyStep("long_text", _run)


def _split(domain: Domain) -> Domain:
    labels = {variable.name: variable.label for variable in domain.wanted.variables}
    frame, qualifiers, new = split_long_text(domain.frame, domain.qualifiers, labels)
    return replace(domain, frame=frame, qualifiers=qualifiers, labels={**domain.labels, **new})


def split_long_text(
    frame: pd.DataFrame, extra: pd.DataFrame, labels: dict[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Text over 200 bytes: the first part stays, the rest becomes qualifiers; labels of new QNAMs too.

    `labels`: of the dataset's variables. Where one has the name of a rest (COVAL1), it takes it. A name that
    is taken is passed over, so nothing that a mapping made is lost.
    """
    new: dict[str, str] = {}
    made = {*map(str, frame.columns), *map(str, extra.columns)}
    for column in [c for c in frame.columns if c != "field" and not str(c).startswith("@")]:
        text = frame[column]
        if not isinstance(text.dtype, pd.StringDtype) or byte_length(text) <= MOST:
            continue
        long = byte_lengths(text) > MOST
        pieces = frame.loc[long, column].map(pieces_of)
        heads = pd.Series([p[0] for p in pieces], index=pieces.index, dtype="str").reindex(frame.index)
        frame = frame.assign(**{column: frame[column].mask(long, heads)})
        for number in range(1, int(pieces.map(len).max())):
            name = _free_name(column, number, made)
            part = [p[number] if len(p) > number else None for p in pieces]
            column_of = pd.Series(part, index=pieces.index, dtype="str").reindex(frame.index)
            if name in labels:
                frame = frame.assign(**{name: column_of.astype("str")})
            else:
                extra = extra.assign(**{name: column_of.astype("str")})
                new[name] = labels.get(column, column)
    return frame, _split_qualifiers(extra, made), new


def _split_qualifiers(extra: pd.DataFrame, made: set[str]) -> pd.DataFrame:
    """Qualifiers over 200 bytes go on in QNAMs with a number at their end."""
    out = extra
    for name in extra.columns:
        if byte_length(extra[name]) <= MOST:
            continue
        long = byte_lengths(extra[name]) > MOST
        pieces = extra.loc[long, name].map(pieces_of)
        for number in range(int(pieces.map(len).max())):
            part = [p[number] if len(p) > number else None for p in pieces]
            column = pd.Series(part, index=pieces.index, dtype="str").reindex(extra.index).astype("str")
            if number == 0:
                out = out.assign(**{name: extra[name].mask(long, column)})
            else:
                out = out.assign(**{_free_name(str(name), number, made): column})
    return out


def _free_name(name: str, number: int, made: set[str]) -> str:
    """The name of a rest: AETERM1, or with the next number that is free; it is added to `made`."""
    while (found := name[: 8 - len(str(number))] + str(number)) in made:
        number += 1
    made.add(found)
    return found


def pieces_of(text: str) -> list[str]:
    """Text in pieces of at most 200 bytes, cut between words where there are some.

    Blanks at a cut are left out: joined by one blank, the pieces give the text again.
    """
    out: list[str] = []
    rest = text
    while len(rest.encode()) > MOST:
        cut = len(rest.encode()[:MOST].decode(errors="ignore"))
        space = rest.rfind(" ", 1, cut + 1)
        cut = space if space > 0 else cut
        out.append(rest[:cut].rstrip(" "))
        rest = rest[cut:].lstrip(" ")
    return [*out, rest] if rest else out
