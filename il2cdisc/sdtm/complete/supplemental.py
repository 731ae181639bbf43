"""SUPP--: qualifiers that have no variable, and the rest of text that is over 200 bytes (SDTMIG 3.4 §8.4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import byte_length, byte_lengths, repeated
from il2cdisc.base.problems import Address, Problems
from il2cdisc.sdtm.complete.mapped import number_text
from il2cdisc.sdtm.complete.places import NOWHERE, Places
from il2cdisc.sdtm.complete.problems import UNKNOWN_QUALIFIER
from il2cdisc.spec.models import Spec

MOST = 200
COLUMNS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL")


def id_variable(frame: pd.DataFrame, name: str) -> str | None:
    """The variable that tells a record within its subject: --SEQ, VISITNUM without it, or none (as in DM)."""
    return next((c for c in (f"{name}SEQ", "VISITNUM") if c in frame), None)


def id_values(frame: pd.DataFrame, variable: str | None) -> pd.Series:
    """IDVARVAL: the values of the identifying variable as text; missing without one."""
    if not variable:
        return pd.Series(repeated(None, len(frame)), index=frame.index)
    return number_text(frame[variable])


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


def supplemental(
    frame: pd.DataFrame,
    extra: pd.DataFrame,
    name: str,
    spec: Spec,
    labels: dict[str, str],
    problems: Problems,
    places: Places = NOWHERE,
) -> pd.DataFrame:
    """Records of SUPP-- with a column `parent`: the position of the parent record in `frame`."""
    known = spec.qualifiers(f"SUPP{name}")
    identifying = id_variable(frame, name)
    texts: list[
        Any
    ] = []  # of each qualifier: its values, the places of their parents, what is the same on all
    parents: list[NDArray[np.int64]] = []
    told: list[tuple[str, str, str]] = []
    for qname in map(str, extra.columns):
        values = extra[qname]
        there = byte_lengths(values) > 0
        if not there.any():
            continue
        row = known.get(qname)
        if row is None and qname not in labels:
            place = Address(file=spec.shown, sheet="ValueLevel")
            what = f"SUPP{name} has the qualifier {qname}, which the workbook lacks"
            source = places.of(pd.Series(there, index=frame.index), qname)
            problems.add(UNKNOWN_QUALIFIER.at(place, what, source=source))
        texts.append(values[there])
        parents.append(there.nonzero()[0])
        origin = row.origin.value if row and row.origin else "Collected"
        told.append((qname, row.label if row else labels.get(qname, qname), origin))
    if not told:
        return pd.DataFrame(columns=[*COLUMNS, "parent"])
    parent = np.concatenate(parents)
    qualifier = np.repeat(np.arange(len(told)), [len(places) for places in parents])
    names, of_labels, origins = (
        pd.array(same, dtype="str").take(qualifier) for same in zip(*told, strict=True)
    )
    return pd.DataFrame(
        {
            "USUBJID": frame["USUBJID"].array.take(parent),
            "IDVARVAL": id_values(frame, identifying).array.take(parent),
            "QVAL": pd.concat(texts).array,
            "parent": parent,
            "RDOMAIN": repeated(name, len(parent)),
            "IDVAR": repeated(identifying, len(parent)),
            "QNAM": names,
            "QLABEL": of_labels,
            "QORIG": origins,
            "QEVAL": repeated(None, len(parent)),
        }
    )


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
