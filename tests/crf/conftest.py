"""A copy of the second trial whose sponsor has a case report form of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from il2cdisc.crf.find import open_pages
from il2cdisc.crf.forms import CrfForm
from il2cdisc.crf.propose import propose, sheet_bytes
from il2cdisc.raw import Dictionary, load_dictionary
from tests.crf.sponsor_form import FORMS, SECOND, copied, printed, with_form

FormPages = list[tuple[str, list[str]]]


@pytest.fixture(scope="session")
def dictionary() -> Dictionary:
    """The data dictionary of the second trial."""
    return load_dictionary(SECOND / "raw" / "columns.csv")


@pytest.fixture(scope="session")
def sponsor_pages(dictionary: Dictionary) -> FormPages:
    """What the sponsor's form has on its pages: the labels of the dictionary, a form a page."""
    pages = [("Case report form", ["Read the manual first."])]
    return pages + [(title, [column.label for column in dictionary[form]]) for form, title in FORMS.items()]


@pytest.fixture(scope="session")
def blank(sponsor_pages: FormPages) -> bytes:
    """The sponsor's form."""
    return printed(sponsor_pages)


@pytest.fixture(scope="session")
def placement(blank: bytes, dictionary: Dictionary) -> bytes:
    """The placement sheet that is proposed for it."""
    forms = [CrfForm(form, title, dictionary[form]) for form, title in FORMS.items()]
    return sheet_bytes(propose(forms, open_pages(blank, "blank.pdf")))


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """A copy of the second trial without a form of the sponsor's."""
    return copied(tmp_path / "trial")


@pytest.fixture
def with_crf(trial: Path) -> Callable[[bytes], Path]:
    """The copy with a PDF as the sponsor's form, and the name of a placement that is not there yet."""

    return partial(with_form, trial)


@pytest.fixture
def proposed(with_crf: Callable[[bytes], Path], blank: bytes, placement: bytes) -> Path:
    """The copy with the sponsor's form, and its fields placed as proposed."""
    trial = with_crf(blank)
    (trial / "crf" / "placement.xlsx").write_bytes(placement)
    return trial


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, blank: bytes, placement: bytes, command: Any) -> Path:
    """Such a copy, built up to define.xml; not to be changed."""
    trial = with_form(copied(tmp_path_factory.mktemp("made") / "trial"), blank)
    (trial / "crf" / "placement.xlsx").write_bytes(placement)
    done = command("build", "--trial", trial, "--until", "define", "--out", trial / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    return trial
