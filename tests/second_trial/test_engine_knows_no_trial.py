"""The engine knows no trial: no name of either trial stands in its source, comments and templates included.

What counts as a name is read from each trial's study.toml, data dictionary and workbooks:

* visits, analysis visits, arms, elements, treatments, laboratories, strata, scales and their items, raw
  forms, the ids and the sponsor of the study, and the words of an arm or a treatment that the standards never
  use: sought as whole words in any case;
* raw columns, analysis parameters, short names of scales: as whole words, as written.

What is CDISC's own is no trial's: names of datasets and variables, submission values, codelists. They come
from the tables in `il2cdisc/standards/data`, which alone of the engine are not searched, and, where those
have a codelist without its terms, from the terms with an NCI code in the workbooks. Scales and treatments are
sought all the same. A form whose name is a word of the standards' own language (the English word "coding") is
sought only where it is written as a form: `raw_coding`, `coding.COLUMN`, `"coding"`, `@coding`.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import openpyxl
import pytest

TRIAL = Path(__file__).parent
ROOT = TRIAL.parents[1]
ENGINE = ROOT / "il2cdisc"
TABLES = ENGINE / "standards" / "data"
NAMED_BY = {  # kind of name → variables whose codelists hold such names
    "treatment": ("EXTRT", "ECTRT", "TRT01P"),
    "laboratory": ("LBNAM", "CPNAM"),
    "stratum": ("STRAT1R",),
    "scale": ("QSCAT", "RSCAT"),
    "item": ("QSTESTCD", "RSTESTCD", "QSTEST", "RSTEST"),
}
ANY_CASE = {*NAMED_BY, "visit", "analysis visit", "arm", "element", "word", "study", "form"}
Tokens = dict[str, set[str]]


def table(name: str) -> list[dict[str, str]]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def standard_names() -> frozenset[str]:
    """Names of CDISC: datasets, variables (with their fragments and stems), submission values, codelists."""
    variables = {
        row["variable"].removeprefix("--")
        for name in ("sdtmig_variables", "sdtm_model", "adam_variables")
        for row in table(name)
    }
    stems = {name[: -len(end)] for name in variables for end in ("DTM", "DT", "DY") if name.endswith(end)}
    values = {row["value"] for row in table("terms")} | {row["short_name"] for row in table("codelists")}
    datasets = {row["dataset"] for row in table("sdtmig_datasets")}
    return frozenset(name.casefold() for name in (*variables, *stems, *values, *datasets))


@cache
def standard_words() -> frozenset[str]:
    """Words of the standards' own language: of labels, structures, names of codelists, submission values."""
    texts = [
        text
        for name in (
            "sdtmig_datasets",
            "sdtmig_variables",
            "sdtm_model",
            "adam_variables",
            "codelists",
            "terms",
        )
        for row in table(name)
        for text in row.values()
    ]
    return frozenset(word.casefold() for text in texts for word in re.findall(r"[A-Za-z]+", text))


def sheet(path: Path, name: str) -> list[dict[str, str]]:
    """Rows of a sheet as texts by header; none where the workbook lacks the sheet."""
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        if name not in book.sheetnames:
            return []
        header, *rows = book[name].iter_rows(values_only=True)
        return [
            {str(h): "" if v is None else str(v).strip() for h, v in zip(header, row, strict=True)}
            for row in rows
        ]
    finally:
        book.close()


@cache
def tokens_of(trial: Path) -> Tokens:
    """The names of a trial by kind, what is CDISC's own left out."""
    study = tomllib.loads((trial / "study.toml").read_text(encoding="utf-8"))
    paths = study.get("paths", {})
    dictionary = trial / paths.get("dictionary", "raw/dictionary.csv")
    with dictionary.open(encoding="utf-8", newline="") as stream:
        described = list(csv.DictReader(stream))
    specs = trial / paths.get("specs", "specs")
    sdtm, adam = specs / "sdtm.xlsx", specs / "adam.xlsx"
    arms, elements = sheet(sdtm, "Protocol Arms"), sheet(sdtm, "Protocol Elements")
    parameters = sheet(adam, "Parameters")
    found: Tokens = {
        "study": {study["study"][key] for key in ("id", "protocol", "sponsor")},
        "form": {row["form"] for row in described},
        "column": {row["column"] for row in described},
        "visit": {row["Visit"] for row in sheet(sdtm, "Protocol Visits")},
        "analysis visit": {row["Visit"] for row in sheet(adam, "Windows")},
        "arm": {row[name] for row in arms for name in ("Arm Code", "Arm")},
        "element": {row[name] for row in elements for name in ("Element Code", "Element")},
        "parameter": {row[name] for row in parameters for name in ("Parameter Code", "Parameter")},
    }
    listed = [
        (variable["Variable"], row["Term"], row["Decoded Value"])
        for book in (sdtm, adam)
        for codelists in [sheet(book, "Codelists")]
        for variable in (*sheet(book, "Variables"), *sheet(book, "ValueLevel"))
        for row in codelists
        if row["ID"] == variable["Codelist"]
    ]
    for kind, variables in NAMED_BY.items():
        found[kind] = {text for name, *texts in listed if name in variables for text in texts}
    words = {
        w for kind in ("arm", "treatment") for text in found[kind] for w in re.findall(r"[^\W\d_]{4,}", text)
    }
    # the name of an item begins with its scale and version
    heads = {text.partition("-")[0] for text in found["item"] if "-" in text}
    short = {head for text in heads for head in (text, text.rstrip("0123456789"))}
    found["short name"] = {name for name in short if len(name) > 2}
    found["word"] = {word for word in words if word.casefold() not in standard_words()}
    # theirs even where terminology has a term for it
    own = {"scale", "item", "short name", "treatment", "word", "study"}
    published = {row["Term"].casefold() for row in sheet(sdtm, "Codelists") if row["NCI Term Code"]}
    known = standard_names() | published
    return {
        kind: {name for name in names if name and (kind in own or name.casefold() not in known)}
        for kind, names in found.items()
    }


def pattern(kind: str, name: str) -> re.Pattern[str]:
    """A pattern that finds a name as a whole word."""
    text = re.escape(name)
    written = rf"raw_{text}\b|@{text}\b|[\"'`]{text}[\"'`]|\b{text}\.[A-Z]{{2}}"
    if kind == "form" and name.casefold() in standard_words():
        return re.compile(written)
    whole = rf"(?<!\w){text}(?!\w)"
    return re.compile(rf"{whole}|raw_{text}\b" if kind == "form" else whole, flags(kind))


def flags(kind: str) -> re.RegexFlag:
    return re.IGNORECASE if kind in ANY_CASE else re.NOFLAG


def sources(engine: Path) -> Iterator[Path]:
    """Every file of the engine that people write: the standards' tables and typefaces apart."""
    for path in sorted(engine.rglob("*")):
        hidden = "__pycache__" in path.parts or path.is_relative_to(engine / "standards" / "data")
        if path.is_file() and not hidden and path.suffix != ".ttf":
            yield path


def names_in(engine: Path, tokens: Tokens) -> list[str]:
    """`file:line: kind 'name'` of each name of a trial in the engine."""
    out: list[str] = []
    for path in sources(engine):
        text = path.read_text(encoding="utf-8")
        lower = text.casefold()
        for kind, names in tokens.items():
            for name in sorted(names):
                there = (
                    name.casefold() in lower if flags(kind) else name in text
                )  # most are not: quickly told
                for match in pattern(kind, name).finditer(text) if there else ():
                    line = text.count("\n", 0, match.start()) + 1
                    out.append(f"{path.relative_to(engine.parent)}:{line}: {kind} {match.group()!r}")
    return sorted(out)


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    first, second = tokens_of(ROOT), tokens_of(TRIAL)
    return {kind: first[kind] | second[kind] for kind in first}


def test_names_are_read_from_both_trials(tokens: Tokens) -> None:
    assert all(tokens.values()), [kind for kind, names in tokens.items() if not names]
    for trial in (ROOT, TRIAL):
        own = tokens_of(trial)
        for kind in ("visit", "arm", "treatment", "element", "form", "column", "parameter", "study", "word"):
            assert own[kind], f"{trial.name}: {kind}"
    assert not {"AE", "DM", "SEX", "VISIT", "STUDYID"} & tokens["column"]
    assert not {"ae", "dm", "ex", "lb"} & tokens["form"]


def test_the_engine_names_nothing_of_a_trial(tokens: Tokens) -> None:
    found = names_in(ENGINE, tokens)
    assert not found, "the engine names a trial; say it in words of the standard:\n" + "\n".join(found)


def test_a_planted_name_is_found(tokens: Tokens, tmp_path: Path) -> None:
    source = (ENGINE / "base" / "rounding.py").read_text(encoding="utf-8")
    engine = tmp_path / "il2cdisc"
    (engine / "tlf").mkdir(parents=True)
    (engine / "standards" / "data").mkdir(parents=True)
    (engine / "rounding.py").write_text(source, encoding="utf-8")
    assert names_in(engine, tokens) == []
    for kind, names in tokens.items():
        for name in sorted(names)[:3]:
            text = f"raw_{name}" if kind == "form" else name
            (engine / "rounding.py").write_text(f"{source}# as in {text}\n", encoding="utf-8")
            assert f"{kind} " in " ".join(names_in(engine, tokens)), f"{kind} {name!r} was not found"
            (engine / "rounding.py").write_text(f"{source}# as in x{name}y\n", encoding="utf-8")
            assert not any(f"{kind} " in line for line in names_in(engine, {kind: {name}})), name
    visit = sorted(tokens["visit"])[0]
    (engine / "rounding.py").write_text(source, encoding="utf-8")
    (engine / "tlf" / "page.html.j2").write_text(f"<p>{visit.title()}</p>\n", encoding="utf-8")
    assert names_in(engine, tokens)[0].startswith("il2cdisc/tlf/page.html.j2:1: visit")
    # tables of the standards may hold what they like
    (engine / "tlf" / "page.html.j2").rename(engine / "standards" / "data" / "terms.csv")
    assert names_in(engine, tokens) == []
