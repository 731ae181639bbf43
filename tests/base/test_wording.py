"""How the product speaks: titles, remedies, help and progress lines, and the words that nothing uses."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import typer.main
from typer.testing import CliRunner

import il2cdisc
from il2cdisc.base.problems import Kind
from il2cdisc.base.products import Product
from il2cdisc.cli import app
from il2cdisc.run.kinds import all_kinds

ENGINE = Path(il2cdisc.__file__).parent
FILES = sorted(ENGINE.rglob("*.py"))
KINDS = list(all_kinds().values())
WORDS = re.compile(
    r"\b(stands?|lies|lacks?|otherwise|tells?|told|mends?|turned round|laid|beside|"
    r"is no (calendar|ISO|number|date)|is none|links? nowhere|nobody)\b"
)
"""Words of a private dialect, and what to write instead: is; is missing; does not have; differently; reports;
corrects; reversed; placed; next to; is not a; is not found; has no subject."""


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """The nodes of a file's source, read once for all rules."""
    return tuple(ast.walk(ast.parse(path.read_text())))


def name_of(node: ast.AST) -> str:
    """A name as it is, an attribute with the dot before it; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def sentence(text: str) -> bool:
    """A capital letter in front (or a name such as define.xml), a full stop at the end."""
    first = text.split()[0]
    return (text[0].isupper() or "." in first or "_" in first) and text.endswith(".")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_title_is_a_noun_phrase_and_a_remedy_an_imperative_sentence(kind: Kind) -> None:
    title, fix = kind.title, kind.fix
    assert title[0].isupper() or title.startswith("define.xml"), title
    assert not title.endswith((".", "!", "?")), title
    assert not re.match(r"(A|An|The|This|There|Something|Somebody)\b", title), title
    assert not re.search(r"\b(can't|don't|isn't|was|were|goes|asks|gives|says)\b", title), title
    assert not WORDS.search(title), title
    if fix:
        assert sentence(fix), fix
        assert not WORDS.search(fix), fix


def test_each_title_is_used_once() -> None:
    titles = [kind.title for kind in KINDS]
    allowed = {title for title in titles if titles.count(title) > 1}
    rooms = {title: {kind.code[:3] for kind in KINDS if kind.title == title} for title in allowed}
    double = [title for title in sorted(allowed) if len(rooms[title]) < titles.count(title)]
    assert not double


def commands(group: Any, path: str = "il2cdisc") -> Iterator[tuple[str, str]]:
    """Every command and option with its help."""
    yield path, group.help or ""
    for parameter in group.params:
        if isinstance(parameter, click.Option) or getattr(parameter, "help", None):
            yield f"{path} {parameter.name}", getattr(parameter, "help", "") or ""
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, f"{path} {name}")


@pytest.mark.parametrize(("where", "text"), list(commands(typer.main.get_command(app))))
def test_help_is_sentences(where: str, text: str) -> None:
    if "completion" in where:
        return  # typer's own
    assert text, f"{where} has no help"
    assert sentence(text.strip()), f"{where}: {text}"
    assert not WORDS.search(text), f"{where}: {text}"


def all_commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every group and command with the words that call it."""
    yield path, group
    for name, command in getattr(group, "commands", {}).items():
        yield from all_commands(command, (*path, name))


def test_a_name_in_brackets_is_shown_by_help() -> None:
    shown = 0
    for words, command in all_commands(typer.main.get_command(app)):
        texts = [command.help or "", *(getattr(one, "help", "") or "" for one in command.params)]
        names = re.findall(r"\[[a-z_.]+\]", " ".join(texts))
        if names:
            said = CliRunner().invoke(app, [*words, "--help"]).output
            assert [name for name in names if name not in said] == [], words
            shown += len(names)
    assert shown


def progress_lines() -> Iterator[tuple[str, str]]:
    """Titles of products, and the texts that are passed to `say`."""
    for item in pkgutil.walk_packages(il2cdisc.__path__, "il2cdisc."):
        if item.name.endswith(("product", "run.build")):
            for value in vars(importlib.import_module(item.name)).values():
                if isinstance(value, Product) and value.title:
                    yield item.name, value.title
    for path in FILES:
        for node in nodes_of(path):
            if isinstance(node, ast.Call) and name_of(node.func) in ("say", "progress"):
                for text in strings(node):
                    yield path.name, text


def strings(node: ast.AST) -> Iterator[str]:
    """The texts of a node, those of an f-string as one, with {} for its values."""
    for item in ast.walk(node):
        if isinstance(item, ast.JoinedStr):
            yield "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in item.values)
        elif isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield item.value


def test_progress_lines_are_plain() -> None:
    lines = list(progress_lines())
    assert len(lines) > 12
    for where, text in lines:
        assert not text.endswith("."), (where, text)
        assert not WORDS.search(text), (where, text)


SPEAKING = (".at", ".echo", "Unusable", "ValueError")
"""What is called with a text for people."""


def texts_for_people() -> Iterator[tuple[str, str]]:
    """Texts of calls of `.at(...)`, of what is assigned to `what` and `fix`, and of what is printed."""
    for path in FILES:
        if "core/runner" in path.as_posix():
            continue  # runs in another Python
        place = path.relative_to(ENGINE).as_posix()
        for node in nodes_of(path):
            found: list[ast.AST] = []
            if isinstance(node, ast.Call) and name_of(node.func).endswith(SPEAKING):
                found = [*node.args, *(keyword.value for keyword in node.keywords)]
            elif isinstance(node, ast.Assign | ast.Yield) and node.value is not None:
                named = isinstance(node, ast.Yield) or name_of(node.targets[0]) in ("what", "fix", "said")
                found = [node.value] if named else []
            for item in found:
                for text in strings(item):
                    yield place, text


def test_no_text_for_people_has_words_of_a_dialect() -> None:
    bad = sorted({f"{place}: {text}" for place, text in texts_for_people() if WORDS.search(text)})
    assert not bad, "\n".join(bad)


def remedies() -> Iterator[tuple[str, str]]:
    """What is passed as `fix`, or assigned to a variable of that name."""
    for path in FILES:
        for node in nodes_of(path):
            found: list[ast.AST] = []
            if isinstance(node, ast.Call):
                found = [keyword.value for keyword in node.keywords if keyword.arg == "fix"]
            elif isinstance(node, ast.Assign) and name_of(node.targets[0]) == "fix":
                found = [node.value]
            for item in found:
                if isinstance(item, ast.Constant | ast.JoinedStr):
                    yield path.name, next(strings(item))


def test_a_remedy_of_one_place_is_a_sentence_too() -> None:
    given = [(place, text) for place, text in remedies() if text]
    assert len(given) > 20
    assert [(place, text) for place, text in given if not sentence(text)] == []


def test_the_rules_find_what_they_are_for() -> None:
    assert WORDS.search("the last build in outputs stands")
    assert WORDS.search("'x' is no number")
    assert WORDS.search("AE is given AEFOO, which the workbook lacks")
    assert not WORDS.search("AEFOO is not in the specification of AE")
    assert not sentence("ask the site")
    assert not sentence("Ask the site")
    assert sentence("Ask the site.")


def test_a_class_name_is_used_once() -> None:
    names = [node.name for path in FILES for node in nodes_of(path) if isinstance(node, ast.ClassDef)]
    assert sorted({name for name in names if names.count(name) > 1}) == []
