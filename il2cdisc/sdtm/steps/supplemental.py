"""SUPP--: qualifiers that have no variable, and the rest of text that is over 200 bytes (SDTMIG 3.4 §8.4)."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.datasets import byte_lengths
from il2cdisc.base.problems import Address, Problems
from il2cdisc.sdtm.steps.mapped import number_text
from il2cdisc.sdtm.steps.places import NOWHERE, Places
from il2cdisc.sdtm.steps.problems import UNKNOWN_QUALIFIER
from il2cdisc.spec.models import Spec

MOST = 200
COLUMNS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL")


def id_variable(frame: pd.DataFrame, name: str) -> str:
    """The variable that tells a record within its subject: --SEQ, VISITNUM without it, or none (as in DM)."""
    return next((c for c in (f"{name}SEQ", "VISITNUM") if c in frame), "")


def id_values(frame: pd.DataFrame, variable: str) -> pd.Series:
    """IDVARVAL: the values of the identifying variable as text; missing without one."""
    if not variable:
        return pd.Series(None, index=frame.index, dtype="str")
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
    for column in [c for c in frame.columns if str(frame[c].dtype) == "str" and not str(c).startswith("@")]:
        long = byte_lengths(frame[column]) > MOST
        if column == "field" or not long.any():
            continue
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
        long = byte_lengths(extra[name]) > MOST
        if not long.any():
            continue
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
    parts: list[pd.DataFrame] = []
    identifying = id_variable(frame, name)
    identified = id_values(frame, identifying)
    for qname in extra.columns:
        values = extra[qname]
        there = values.notna().to_numpy() & (values.astype("str") != "").to_numpy()
        if not there.any():
            continue
        row = known.get(str(qname))
        if row is None and qname not in labels:
            place = Address(file=spec.shown, sheet="ValueLevel")
            what = f"SUPP{name} has the qualifier {qname}, which the workbook lacks"
            source = places.of(pd.Series(there, index=frame.index), str(qname))
            problems.add(UNKNOWN_QUALIFIER.at(place, what, source=source))
        chosen = frame.loc[there]
        part = pd.DataFrame(
            {
                "USUBJID": chosen["USUBJID"].to_numpy(),
                "IDVARVAL": identified[there].to_numpy(),
                "QVAL": values[there].to_numpy(),
                "parent": there.nonzero()[0],
            }
        )
        label = row.label if row else labels.get(str(qname), str(qname))
        origin = row.origin.value if row and row.origin else "Collected"
        parts.append(
            part.assign(
                RDOMAIN=name,
                IDVAR=identifying or None,
                QNAM=str(qname),
                QLABEL=label,
                QORIG=origin,
                QEVAL=None,
            )
        )
    if not parts:
        return pd.DataFrame(columns=[*COLUMNS, "parent"])
    out = pd.concat(parts, ignore_index=True)
    # keys of SUPP-- are text: 10 comes before 2
    return out.sort_values(["USUBJID", "IDVARVAL", "QNAM"], kind="stable", ignore_index=True)


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
