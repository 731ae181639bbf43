"""A copy of the second trial whose sponsor has a case report form of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from il2cdisc.crf.find import open_pages
from il2cdisc.crf.forms import CrfForm
from il2cdisc.crf.propose import propose, sheet_bytes
from il2cdisc.raw import Dictionary, load_dictionary
from tests.crf.sponsor_form import FORMS, PARTS, SECOND, printed

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
    folder = tmp_path / "trial"
    folder.mkdir()
    for name in PARTS:
        copy = shutil.copytree if (SECOND / name).is_dir() else shutil.copy
        copy(SECOND / name, folder / name)
    return folder


@pytest.fixture
def with_crf(trial: Path) -> Callable[[bytes], Path]:
    """The copy with a PDF as the sponsor's form, and the name of a placement that is not there yet."""

    def write(content: bytes) -> Path:
        (trial / "crf").mkdir(exist_ok=True)
        (trial / "crf" / "blank.pdf").write_bytes(content)
        text = (trial / "study.toml").read_text("utf-8")
        own = '[crf]\nfile = "crf/blank.pdf"\nplacement = "crf/placement.xlsx"\n'
        titles = "\n".join(f'{form} = "{title}"' for form, title in FORMS.items())
        text = text.replace("[crf]\n", own) + f"\n[crf.titles]\n{titles}\n"
        (trial / "study.toml").write_text(text, "utf-8", newline="\n")
        return trial

    return write


@pytest.fixture
def proposed(with_crf: Callable[[bytes], Path], blank: bytes, placement: bytes) -> Path:
    """The copy with the sponsor's form, and its fields placed as proposed."""
    trial = with_crf(blank)
    (trial / "crf" / "placement.xlsx").write_bytes(placement)
    return trial
