"""Options that several methods know: their values, and what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from il2cdisc.base.numbers import number_of
from il2cdisc.base.problems import did_you_mean
from il2cdisc.spec.tlf import Display, DisplayAnalysis

CONFIDENCE = 0.95
"""The confidence level of intervals where the option `confidence` is not given."""
WEIGHTS = ("equal", "observed")


@dataclass(frozen=True, slots=True)
class BadCell:
    """What is wrong with a cell of an analysis, the nearest value that would be right, and its header."""

    what: str
    hint: str = ""
    header: str = "Options"


def single_treatments(display: Display) -> list[str]:
    """The treatments of the columns that hold one each, in the order of the columns."""
    return [column.values[0] for column in display.columns if len(column.values) == 1]


def choice(analysis: DisplayAnalysis, option: str, allowed: Sequence[str]) -> str:
    """The value of an option; the first of those allowed where it is not given."""
    return analysis.options.get(option, allowed[0])


def number(analysis: DisplayAnalysis, option: str, default: float = math.nan) -> float:
    """The value of an option that is a number; `default` where it is not given."""
    return number_of(analysis.options[option]) if option in analysis.options else default


def numbers_listed(analysis: DisplayAnalysis, option: str) -> list[float]:
    """The numbers of an option that lists several, separated by blanks."""
    return [number_of(word) for word in analysis.option_list(option)]


def confidence(analysis: DisplayAnalysis) -> float:
    """The confidence level of the intervals, a share."""
    return number(analysis, "confidence", CONFIDENCE)


def refuse_comparison(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """Refusals of a comparison with a reference: too few columns, a reference that is none of them."""
    levels = single_treatments(display)
    out: list[BadCell] = []
    if len(levels) < 2:
        out.append(BadCell("a comparison needs two columns of one treatment each"))
    given = analysis.options.get("reference", levels[0] if levels else "")
    if given not in levels:
        what = f"the reference {given!r} is not a treatment of a column; those are {', '.join(levels)}"
        out.append(BadCell(what, did_you_mean(given, levels)))
    return out


def refuse_confidence(analysis: DisplayAnalysis) -> list[BadCell]:
    """A refusal of a confidence level that is not a share."""
    return refuse_number(analysis, "confidence", above=0, below=1)


def refuse_choice(analysis: DisplayAnalysis, option: str, allowed: Sequence[str]) -> list[BadCell]:
    """A refusal of an option that is not one of the values allowed."""
    given = analysis.options.get(option)
    if given is None or given in allowed:
        return []
    what = f"the option {option} is {given!r}; it is one of {', '.join(allowed)}"
    return [BadCell(what, did_you_mean(given, allowed))]


def refuse_words(analysis: DisplayAnalysis, option: str, known: Sequence[str], of: str) -> list[BadCell]:
    """Refusals of each word of an option that is not among `known`; `of` says what those are."""
    return [
        BadCell(f"the option {option} names {word!r}; {of} are {', '.join(known)}", did_you_mean(word, known))
        for word in analysis.option_list(option)
        if word not in known
    ]


def refuse_number(
    analysis: DisplayAnalysis, option: str, *, above: float, below: float = math.inf, whole: bool = False
) -> list[BadCell]:
    """A refusal of an option that is given and is not a number between the limits."""
    if option not in analysis.options:
        return []
    value = number(analysis, option)
    if above < value < below and not (whole and value % 1):
        return []
    noun = "whole number" if whole else "number"
    limits = f"above {above:g}" if math.isinf(below) else f"between {above:g} and {below:g}"
    return [BadCell(f"the option {option} is {analysis.options[option]!r}; it is a {noun} {limits}")]


def refuse_numbers(analysis: DisplayAnalysis, option: str) -> list[BadCell]:
    """A refusal of an option that lists anything but different numbers, separated by blanks."""
    words, values = analysis.option_list(option), numbers_listed(analysis, option)
    wrong = [word for word, value in zip(words, values, strict=True) if not math.isfinite(value)]
    if wrong:
        return [BadCell(f"the option {option} lists {wrong[0]!r}, which is not a number")]
    if len(set(values)) < len(values):
        return [BadCell(f"the option {option} lists a number twice")]
    return []


def refuse_absent(analysis: DisplayAnalysis, **needed: str) -> list[BadCell]:
    """A refusal of each option that the method needs and that is not given; each with what it is."""
    return [
        BadCell(f"{analysis.method} needs the option {option}: {what}")
        for option, what in needed.items()
        if not analysis.options.get(option)
    ]


def refuse_several(analysis: DisplayAnalysis, *options: str) -> list[BadCell]:
    """A refusal of each option that names several variables and takes one."""
    return [
        BadCell(f"the option {option} names one variable; {analysis.options[option]!r} are several")
        for option in options
        if len(analysis.option_list(option)) > 1
    ]


def refuse_repeated(names: Sequence[str]) -> list[BadCell]:
    """A refusal of each variable that a model would have twice."""
    twice = dict.fromkeys(name for name in names if name and list(names).count(name) > 1)
    return [BadCell(f"the model has {name} twice") for name in twice]
