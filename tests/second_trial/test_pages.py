"""Every page of every display of the second trial: head and foot, as many as are stated, in RTF and PDF."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from pypdf import PdfReader

GROUP = re.compile(r"\\([a-z]+)(-?\d+)? ?|([{}])|\\([^a-z])")

TRIAL = Path(__file__).parent


def groups(code: str, name: str) -> list[str]:
    """The contents of the groups of RTF that begin with a control word."""
    out: list[str] = []
    for found in re.finditer(rf"\{{\\{name}\b", code):
        depth = 0
        for mark in GROUP.finditer(code, found.start()):
            depth += {"{": 1, "}": -1}.get(mark[3] or "", 0)
            if depth == 0:
                out.append(code[found.start() : mark.end()])
                break
    return out


def plain(code: str) -> str:
    """The text of RTF."""
    return re.sub(
        r"\\u(-?\d+)\?|\\[a-z]+-?\d* ?|[{}]", lambda m: chr(int(m[1])) if m[1] else "", code.replace("\n", "")
    )


@pytest.fixture(scope="module")
def displays(second: Path) -> list[str]:
    return sorted(path.stem for path in (second / "tlf").glob("[tlf]-*.html"))


def test_every_page_of_rtf_has_head_and_foot(second: Path, displays: list[str]) -> None:
    assert displays
    for name in displays:
        code = (second / "tlf" / f"{name}.rtf").read_text(encoding="ascii")
        (head,), (foot,) = groups(code, "header"), groups(code, "footer")
        number = f"{'Table' if name[0] == 't' else 'Listing' if name[0] == 'l' else 'Figure'} "
        assert all(
            words in plain(head) for words in ("SYNTHETIC DATA - ", "Protocol ", number, "Page ", " of ")
        )
        assert all(words in plain(foot) for words in ("Source: ", "Program: ", "Run ", "Status "))
        stated = re.search(r"NUMPAGES\}\{\\fldrslt (\d+)\}", head)
        assert stated is not None
        assert int(stated[1]) == code.count("\\page\\par") + 1
        assert code.count("\\trhdr") == (0 if name[0] == "f" else int(stated[1]))


def test_pdf_has_the_same_pages_with_text_fonts_and_bookmarks(second: Path, displays: list[str]) -> None:
    for name in displays:
        code = (second / "tlf" / f"{name}.rtf").read_text(encoding="ascii")
        reader = PdfReader(second / "tlf" / f"{name}.pdf", strict=True)
        total = code.count("\\page\\par") + 1
        assert len(reader.pages) == total, name
        assert reader.outline, name
        for i, page in enumerate(reader.pages, start=1):
            text = page.extract_text()
            for words in (
                f"Page {i} of {total}",
                "SYNTHETIC DATA",
                "Protocol ",
                "Source: ",
                "Run ",
                name.upper(),
            ):
                assert words in text, (name, i, words)
            fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
            inner = [
                font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts
            ]
            assert inner
            assert all("/FontFile2" in font for font in inner), name


def test_the_documents_and_the_index_hold_every_display(second: Path, displays: list[str]) -> None:
    folder = second / "tlf"
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert "SYNTHETIC DATA" in index
    linked = set(re.findall(r'href="([^"#]+)"', index))
    assert linked == {path.name for path in folder.iterdir() if re.match(r"[tlf]-|all-", path.name)}
    assert not re.findall(r'(?:src|href)="(?:https?:|//)', index)  # nothing of the network
    assert {Path(file).stem for file in linked} == {*displays, "all-displays"}
    whole = PdfReader(folder / "all-displays.pdf", strict=True)
    single = [len(PdfReader(folder / f"{name}.pdf").pages) for name in displays]
    code = (folder / "all-displays.rtf").read_text(encoding="ascii")
    contents = len(whole.pages) - sum(single)
    assert contents >= 1
    assert code.count("\\sectd") == len(displays) + 1
    stated = [int(number) for number in re.findall(r"SECTIONPAGES\}\{\\fldrslt (\d+)\}", code)]
    assert (stated[0], sorted(stated[1:])) == (contents, sorted(single))


def test_shells_of_every_display_before_there_are_data(
    displays: list[str], tmp_path: Path, command: Callable[..., CompletedProcess[str]]
) -> None:
    done = command("tlf", "--shells", "--trial", TRIAL, "--out", tmp_path / "shells")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.stem for path in (tmp_path / "shells").glob("[tlf]-*.html")} == set(displays)
    listing = (tmp_path / "shells" / "l-10.html").read_text(encoding="utf-8")
    assert listing.count("<td") >= 3 * 3
    assert "xxxxxxxx" in listing
