"""Cells of the RTF files against numbers computed once more from the transport files of ADaM.

Neither this file nor what it imports uses the engine: a table is read back from its RTF, its numbers are
computed with numpy and scipy, and the texts are compared.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from tests.build.recomputed import (
    ACTIVE,
    ARMS,
    OTHER,
    VISITS,
    Read,
    Table,
    count_text,
    newcombe,
    shown,
    summary,
)
from tests.build.rtf_tables import RtfTable


def test_nothing_here_is_the_engine_s() -> None:
    files = ("test_displayed_values.py", "test_displayed_efficacy.py", "recomputed.py", "rtf_tables.py")
    for name in files:
        source = (Path(__file__).parent / name).read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import|from) il2cdisc", source, flags=re.MULTILINE)


def test_every_header_counts_the_subjects_of_adsl(
    built: Path, data: Read, table: Table, names: list[str]
) -> None:
    adsl = data("adsl")
    flags = {
        "safety set": ("SAFFL", "TRT01A"),
        "full analysis set": ("FASFL", "TRT01P"),
        "randomised": ("RANDFL", "TRT01P"),
    }
    seen = 0
    for stem in names:
        text = (built / "tlf" / f"{stem}.rtf").read_text("ascii").casefold()
        found = [
            value for name, value in flags.items() if re.search(rf"(?:all )?{name}(?: subjects)?, by", text)
        ]
        if not found:
            assert stem == "t-14-1-2" or stem.startswith("t-16-1-9-"), stem  # no columns of arms
            continue
        flag, treatment = found[0]
        inside = adsl.loc[adsl[flag] == "Y", treatment]
        counts = {**inside.value_counts().to_dict(), "Total": len(inside)}
        sizes = table(stem).sizes
        assert sizes == {name: counts[name] for name in sizes}, stem
        assert set(ARMS) <= set(sizes)
        seen += 1
    assert seen > 60


def test_percentages_follow_from_n_and_the_size_of_the_column(table: Table, names: list[str]) -> None:
    """`n (p)`, `n (p) [e]` of the column's N, `n/N (p)` of its own: in every table."""
    seen = 0
    for stem in [name for name in names if name.startswith(("t-14-1-", "t-14-2-3", "t-14-3-"))]:
        found = table(stem)
        for row in found.rows:
            for text, size in zip(row.cells, found.sizes.values(), strict=True):
                match = re.fullmatch(r"(\d+)(?:/\s?(\d+))? \((\d+\.\d)\)(?: \[(\d+)\])?", text)
                if match is None or row.path[-1].startswith(("Mean", "Rate")):
                    continue
                n, own, percent, events = match.groups()
                assert percent == shown(100 * int(n) / int(own or size), 1), (stem, row)
                assert events is None or int(events) >= int(n)
                seen += 1
    assert seen > 1000


def test_percentages_of_a_rating_are_of_the_subjects_rated_at_the_visit(table: Table) -> None:
    counts: dict[tuple[str, int], list[tuple[int, str]]] = {}
    for row in table("t-14-2-5-12").rows:
        for column, text in enumerate(row.cells):
            n, _, percent = text.partition(" ")
            counts.setdefault((row.path[0], column), []).append((int(n), percent.strip("()") or "0"))
    assert len(counts) == len(ARMS) * len(VISITS)
    for rated in counts.values():
        size = sum(n for n, _ in rated)
        assert [percent for _, percent in rated] == [shown(100 * n / size, 1) if n else "0" for n, _ in rated]


def test_the_same_count_in_every_table(table: Table, data: Read) -> None:
    """Subjects with an event: by system and term, of frequent terms, by severity, with differences."""
    by_system, frequent, severity = table("t-14-3-1-2"), table("t-14-3-1-3"), table("t-14-3-1-4")
    difference = table("t-14-3-1-9")
    for row in frequent.rows[1:]:
        term = row.path[-1]
        assert term == "Not coded" or row.cells == by_system.cells(term)
    for row in difference.rows:
        if not row.path[-1].startswith("Difference") and row.path[-1] != "Not coded":
            assert row.cells == by_system.cells(row.path[-1])[:2]
    for row in by_system.rows[1:]:
        if row.path[-1] != "Not coded":
            assert [text.partition(" [")[0] for text in row.cells] == list(severity.cells(*row.path))
    overview = table("t-14-3-1-1").cells("Any event")
    assert overview == by_system.rows[0].cells[:2] == frequent.rows[0].cells[:2]
    assert table("t-14-1-3").cells("Safety set")[0].split(" ")[0] == str(table("t-14-3-1-2").sizes[ACTIVE])
    reactions = table("t-14-3-1-7").cells("Subjects with at least one reaction")
    assert table("t-14-3-1-1").cells("Injection site reaction") == reactions[:2]
    serious = (data("adae")["AESER"] == "Y").sum()
    assert (table("t-14-3-2-2").rows[0].cells[0] == "0") == (serious == 0)


def test_demographics(table: Table, data: Read) -> None:
    adsl = data("adsl")
    randomised = adsl.loc[adsl["RANDFL"] == "Y"]
    columns = [randomised.loc[randomised["TRT01P"] == name] for name in ARMS] + [randomised]
    found = table("t-14-1-7")
    expected: dict[tuple[str, str], tuple[str, ...]] = {}
    for label, name, decimals in (
        ("Age (years)", "AGE", 0),
        ("HDRS-21 total score at baseline", "HAMDBL", 0),
        ("Regulatory T cells at baseline, % of CD4+ cells", "TREGBL", 1),
    ):
        parts = [summary(rows[name], decimals) for rows in columns]
        expected |= {(label, line): tuple(part[line] for part in parts) for line in parts[0]}
    for label, name, levels in (
        ("Age group (years), n (%)", "AGEGR1", {"<40": "<40", "40-64": "40-64", ">=65": "≥65"}),
        ("Sex, n (%)", "SEX", {"F": "Female", "M": "Male"}),
        ("Race, n (%)", "RACE", {"WHITE": "White", "ASIAN": "Asian", "OTHER": "Other"}),
        (
            "Diagnosis, as randomised, n (%)",
            "STRAT1R",
            {"MDD": "Major depressive disorder", "BD": "Bipolar disorder"},
        ),
    ):
        for level, shown_as in levels.items():
            counts = [(int((rows[name] == level).sum()), len(rows)) for rows in columns]
            expected[label, shown_as] = tuple(count_text(n, size) for n, size in counts)
    assert {path: found.cells(*path) for path in expected} == expected
    others = [row for row in found.rows if row.path not in expected]
    assert all(set(row.cells) == {"0"} for row in others)


def events_text(rows: pd.DataFrame, size: int) -> str:
    """`n (p) [e]` of a column."""
    n = rows["USUBJID"].nunique()
    return f"{count_text(n, size)} [{len(rows)}]" if n else "0"


def test_overview_of_adverse_events(table: Table, data: Read) -> None:
    adae, found = data("adae"), table("t-14-3-1-1")
    given = adae.loc[(adae["SAFFL"] == "Y") & (adae["TRTEMFL"] == "Y")]
    sizes = list(found.sizes.values())
    kinds = {
        "Any event": given["USUBJID"].notna(),
        "Related event": given["AREL"] == "RELATED",
        "Serious event": given["AESER"] == "Y",
        "Severe event": given["ASEV"] == "SEVERE",
        "Moderate or severe event": given["ASEV"].isin(["MODERATE", "SEVERE"]),
        "Injection site reaction": given["CQ01NAM"].notna(),
        "Event leading to discontinuation of study drug": given["AEACN"] == "DRUG WITHDRAWN",
        "Event leading to interruption of study drug": given["AEACN"] == "DRUG INTERRUPTED",
        "Event that was treated": given["AECONTRT"] == "Y",
        "Fatal event": given["AEOUT"] == "FATAL",
    }
    for label, inside in kinds.items():
        parts = [given.loc[inside & (given["TRTA"] == arm)] for arm in ARMS]
        assert found.cells(label) == tuple(events_text(p, n) for p, n in zip(parts, sizes, strict=True))
        counts = [part["USUBJID"].nunique() for part in parts]
        text = "{} ({}, {})".format(
            *(shown(100 * v, 1) for v in newcombe(counts[0], sizes[0], counts[1], sizes[1]))
        )
        own = next(i for i, row in enumerate(found.rows) if row.path[-1] == label)
        assert found.rows[own + 1].cells == (text, ""), label


def test_adverse_events_by_body_system_and_term(table: Table, data: Read) -> None:
    """Every row, and their order: by subjects of all columns together, then by name."""
    adae, found = data("adae"), table("t-14-3-1-2")
    given = adae.loc[(adae["SAFFL"] == "Y") & (adae["TRTEMFL"] == "Y")]
    given = given.assign(soc=given["AEBODSYS"].fillna("Not coded"), term=given["AEDECOD"].fillna("Not coded"))
    sizes = list(found.sizes.values())

    def cells(rows: pd.DataFrame) -> tuple[str, ...]:
        parts = [rows.loc[rows["TRTA"] == arm] for arm in ARMS] + [rows]
        return tuple(events_text(part, size) for part, size in zip(parts, sizes, strict=True))

    def ordered(rows: pd.DataFrame, name: str) -> list[str]:
        counts = rows.groupby(name)["USUBJID"].nunique()
        return sorted(counts.index, key=lambda term: (-counts[term], term.casefold()))

    expected = [(("Subjects with at least one event",), cells(given))]
    for soc in ordered(given, "soc"):
        own = given.loc[given["soc"] == soc]
        expected.append(((soc,), cells(own)))
        expected += [((soc, term), cells(own.loc[own["term"] == term])) for term in ordered(own, "term")]
    assert [(row.path, row.cells) for row in found.rows] == expected


def shifts(rows: pd.DataFrame, found: RtfTable, label: str) -> None:
    """Compare a shift table of one test: rows have one record a subject."""
    names = {"LOW": "Low", "NORMAL": "Normal", "HIGH": "High"}
    sizes = list(found.sizes.values())
    for start, start_label in names.items():
        for end, end_label in names.items():
            counts = [
                int(((rows["BNRIND"] == start) & (rows["ANRIND"] == end) & (rows["TRTA"] == arm)).sum())
                for arm in ARMS
            ]
            texts = tuple(count_text(n, size) for n, size in zip(counts, sizes, strict=True))
            assert found.cells(label, start_label, end_label) == texts, (label, start, end)


def test_shifts_of_laboratory_values(table: Table, data: Read) -> None:
    """To Day 29, and to the highest, lowest and last value after the day of the first dose."""
    adlb = data("adlb")
    adlb = adlb.loc[adlb["SAFFL"] == "Y"]
    visit = adlb.loc[(adlb["AVISIT"] == "Day 29") & (adlb["ANL01FL"] == "Y")]
    tests = {
        "ALT": "Alanine aminotransferase",
        "AST": "Aspartate aminotransferase",
        "EOS": "Eosinophils",
        "CRP": "C-reactive protein",
        "CREAT": "Creatinine",
    }
    for code, label in tests.items():
        shifts(visit.loc[visit["PARAMCD"] == code], table("t-14-3-4-2"), label)
    after = adlb.loc[adlb["ADY"] > 1]
    for number, name, largest in ((1, "AVAL", True), (2, "AVAL", False), (3, "ADT", True)):
        found = table(f"t-14-3-4-2-{number}")
        for label, rows in after.groupby("PARAM"):
            places = rows.dropna(subset=[name]).groupby("USUBJID")[name]
            chosen = rows.loc[places.idxmax() if largest else places.idxmin()]
            shifts(chosen, found, str(label))


def test_limits_of_laboratory_values(table: Table, data: Read) -> None:
    adlb, found = data("adlb"), table("t-14-3-4-3-1")
    rows = adlb.loc[(adlb["SAFFL"] == "Y") & (adlb["ADY"] > 1)]
    value, alt = rows["AVAL"], "Level 1: > 3 × upper limit of normal"
    levels = {
        ("Potassium, low (mmol/L)", "Level 1: < 3.6"): ("K", value < 3.6),
        ("Alanine aminotransferase, high", alt): ("ALT", value > 3 * rows["ANRHI"]),
        ("Creatinine, increase from baseline", "Level 1: ≥ 1.5 × baseline"): (
            "CREAT",
            value >= 1.5 * rows["BASE"],
        ),
    }
    for path, (code, beyond) in levels.items():
        own = rows.loc[rows["PARAMCD"] == code]
        texts = []
        for arm in (ACTIVE, OTHER, None):
            part = own if arm is None else own.loc[own["TRTA"] == arm]
            n, size = part.loc[beyond[part.index], "USUBJID"].nunique(), part["USUBJID"].nunique()
            texts.append(f"{n}/{size} ({shown(100 * n / size, 1)})")
        assert found.cells(*path) == tuple(texts)


INTERVAL = re.compile(r"(-?[\d.]+)(?: \(([-\d.]+), ([-\d.]+)\))")


def test_intervals_contain_their_estimates(table: Table, names: list[str]) -> None:
    seen = 0
    for stem in names:
        for row in table(stem).rows:
            for text in row.cells:
                if (match := INTERVAL.fullmatch(text)) and "Q1" not in row.path[-1]:
                    value, lower, upper = map(float, match.groups())
                    assert lower <= value <= upper, (stem, row)
                    seen += 1
    assert seen > 150


def test_p_and_interval_agree_where_both_invert_one_test(table: Table, names: list[str]) -> None:
    """A difference of LS means or a ratio: p below 0.05 exactly where 0 (of a ratio 1) is outside."""
    seen = 0
    for stem in [name for name in names if name.startswith("t-14-2-")]:
        rows = table(stem).rows
        for place, row in enumerate(rows):
            tested = [other for other in rows[place : place + 6] if other.path[-1] == "p-value"]
            if row.path[-1] not in ("95% CI of the difference", "Ratio against placebo (95% CI)"):
                continue
            if stem == "t-14-2-3":
                continue  # Newcombe's limits and Fisher's test are not of one test
            null = 1.0 if row.path[-1].startswith("Ratio") else 0.0
            lower, upper = (float(text) for text in re.findall(r"-?\d+\.\d+", row.cells[0])[-2:])
            p = float(tested[0].cells[0].lstrip("<"))
            if null not in (lower, upper):
                assert (p < 0.05) == (not lower <= null <= upper), (stem, row, p)
                seen += 1
    assert seen > 60
