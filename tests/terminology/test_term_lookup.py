"""`il2cdisc term`: values, codes, synonyms, codelists, misspelt words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from il2cdisc.cli import app
from il2cdisc.standards.lookup import find_terms, similar_terms
from il2cdisc.standards.release import Release, ReleaseCodelist, ReleaseTerm, Terminology

SHIPPED = Terminology()
TESTS = ReleaseCodelist(
    "C65047", "LBTESTCD", "Laboratory Test Code", True,
    (ReleaseTerm("C64433", "ALT", ("Alanine Aminotransferase", "SGPT")),),
)  # fmt: skip
IMPORTED = Terminology([Release("SDTM", "2026-03-27", {"C65047": TESTS})])


def term(*words: object) -> Any:
    return CliRunner().invoke(app, ["term", *map(str, words)])


def test_a_value_has_its_code_and_all_its_codelists(tmp_path: Path) -> None:
    done = term("ORAL", "--trial", tmp_path)
    assert done.exit_code == 0, done.output
    assert "ORAL  C38288  in ROUTE (C66729, Route of Administration Response, extensible)" in done.stdout


def test_case_and_codes_are_found_and_exact_values_come_first() -> None:
    assert {(f.term.value, f.by) for f in find_terms(SHIPPED, "C38288") if f.term} == {("ORAL", "code")}
    assert {f.term.value for f in find_terms(SHIPPED, "oral") if f.term} >= {"ORAL"}
    assert find_terms(SHIPPED, "NY")[0].by == "codelist"


def test_synonyms_come_from_an_imported_release() -> None:
    assert not [f for f in find_terms(SHIPPED, "sgpt") if f.term]
    found = find_terms(IMPORTED, "sgpt")
    assert [(f.term.value, f.by) for f in found if f.term] == [("ALT", "synonym")]


def test_a_misspelt_word_has_a_hint(tmp_path: Path) -> None:
    done = term("SUBCUTANEUS", "--trial", tmp_path)
    assert done.exit_code == 2
    assert "CLI011" in done.stderr
    assert "did you mean: SUBCUTANEOUS" in done.stderr
    assert similar_terms(SHIPPED, "QQQQQQQQ") == []


def test_a_long_codelist_is_cut_with_a_word(tmp_path: Path) -> None:
    short = term("ROUTE", "--trial", tmp_path).stdout
    whole = term("ROUTE", "--trial", tmp_path, "--all").stdout
    assert "more (--all shows them)" in short
    assert len(whole.splitlines()) > len(short.splitlines())


def test_a_codelist_whose_terms_are_not_here_is_shown_as_known(tmp_path: Path) -> None:
    for word in ("LBTESTCD", "C65047", "lbtestcd", "Laboratory Test Code"):
        done = term(word, "--trial", tmp_path)
        assert done.exit_code == 0, done.output
        assert "LBTESTCD (C65047, Laboratory Test Code, extensible): " in done.stdout
        assert "do not come with il2cdisc. Import the SDTM release with il2cdisc ct import" in done.stdout
    assert not [f for f in find_terms(IMPORTED, "LBTESTCD") if f.term]


def test_a_term_that_may_be_in_the_published_release_is_not_denied(tmp_path: Path) -> None:
    done = term("C64848", "--trial", tmp_path)
    assert done.exit_code == 2
    assert "is not a term of" not in done.stderr
    assert "'C64848' is not among the terms that are here" in done.stderr
    assert "in a folder with a study.toml" in done.stderr.replace("\n", " ")


def test_the_example_of_the_help_works_without_imported_terms(tmp_path: Path) -> None:
    words = ["spec", "new", "--domains", "EX", "--terms", "FRM=TABLET,CAPSULE", "--trial", str(tmp_path)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
