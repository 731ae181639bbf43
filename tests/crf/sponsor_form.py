"""A sponsor's case report form for the second trial: its PDF, its placement sheet, what a page says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import typst
from pypdf import PdfReader

from il2cdisc.crf.placement import HEADERS, SHEET
from tests.conftest import without_displays

SECOND = Path(__file__).parents[1] / "second_trial"
PARTS = ("study.toml", "accepted.toml", "raw", "specs", "mappings")
FORMS = {
    "enrol": "Enrolment",
    "dispensed": "Tablets",
    "milestones": "Milestones",
    "attendance": "Attendance",
    "events": "Adverse events",
}
TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#let across = data.turned in (90, 270)
#set page(paper: "a5", margin: 30pt, flipped: across)
#set text(font: "Libertinus Serif", size: 9pt)
#for (index, (title, lines)) in data.pages.enumerate() {
  if index > 0 { pagebreak() }
  if data.picture { rect(width: 90%, height: 80%, fill: luma(90%)) } else {
    rotate(-data.turned * 1deg, reflow: true, block(width: 340pt, height: 340pt, {
      heading(title)
      for line in lines { block(above: 9pt, [#line #h(6pt) #box(width: 60pt, height: 8pt, stroke: 0.4pt)]) }
    }))
  }
}
"""


def copied(folder: Path) -> Path:
    """A copy of the second trial, SDTM alone: a case report form is annotated with nothing else."""
    folder.mkdir()
    for name in PARTS:
        copy = shutil.copytree if (SECOND / name).is_dir() else shutil.copy
        copy(SECOND / name, folder / name)
    (folder / "specs" / "adam.xlsx").unlink()
    shutil.rmtree(folder / "mappings" / "adam")
    return without_displays(folder)


def with_form(trial: Path, content: bytes) -> Path:
    """A copy with a PDF as the sponsor's form, and the name of a placement that is not there yet."""
    (trial / "crf").mkdir(exist_ok=True)
    (trial / "crf" / "blank.pdf").write_bytes(content)
    text = (trial / "study.toml").read_text("utf-8")
    own = '[crf]\nfile = "crf/blank.pdf"\nplacement = "crf/placement.xlsx"\n'
    titles = "\n".join(f'{form} = "{title}"' for form, title in FORMS.items())
    text = text.replace("[crf]\n", own) + f"\n[crf.titles]\n{titles}\n"
    (trial / "study.toml").write_text(text, "utf-8", newline="\n")
    return trial


def printed(pages: Sequence[tuple[str, Sequence[str]]], *, picture: bool = False, turned: int = 0) -> bytes:
    """A PDF of pages, each a title and lines.

    `picture`: pages without any text; `turned`: what is drawn is turned to the left by so many degrees.
    """
    data = json.dumps({"pages": pages, "picture": picture, "turned": turned})
    made = typst.compile(TEMPLATE.encode(), format="pdf", sys_inputs={"data": data})
    assert isinstance(made, bytes)
    return made


def placed(file: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """A placement sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet.append(list(HEADERS))
    for row in rows:
        sheet.append([row.get(header) for header in HEADERS])
    book.save(file)


def rows_of(file: Path) -> list[dict[str, object]]:
    """The rows of a placement sheet."""
    header, *rows = openpyxl.load_workbook(file)[SHEET].iter_rows(values_only=True)
    return [{str(name): value for name, value in zip(header, row, strict=True)} for row in rows]


def page_texts(file: Path) -> list[str]:
    """The text of each page, blanks between words alone."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(file).pages]
