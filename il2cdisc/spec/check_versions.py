"""Standards and study attributes: what `study.toml` names is available, and the workbooks say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import Codelist, Spec
from il2cdisc.spec.workbook import Place
from il2cdisc.standards import ADAMIG_VERSION, DEFINE_VERSION, SDTMIG_VERSION, TERMINOLOGY_VERSION
from il2cdisc.standards.release import imported
from il2cdisc.study import Study
from il2cdisc.study.checks import NO_STANDARD
from il2cdisc.study.load import STAND_IN

GUIDES = {"SDTM": ("SDTM-IG", "SDTMIG"), "ADaM": ("ADaM-IG", "ADaMIG")}
"""Standard → how the sheets Define and Datasets name its implementation guide."""
ATTRIBUTES = (
    "StudyName",
    "StudyDescription",
    "ProtocolName",
    "StandardName",
    "StandardVersion",
    "Language",
)
LANGUAGE = "en"
_RELEASE = re.compile(r"(?:CDISC )?[\w-]+ CT (\d{4}-\d\d-\d\d)")


def check_standards(study: Study) -> Iterator[Problem]:
    """Versions of [standards] that il2cdisc has, or that were imported."""
    available = {
        "sdtmig": [SDTMIG_VERSION],
        "adamig": [ADAMIG_VERSION],
        "ct": releases(study),
        "define": [DEFINE_VERSION],
    }
    for name, versions in available.items():
        given = getattr(study.standards, name)
        if given not in versions:
            what = f"The version is not available; there is {', '.join(versions)}."
            yield NO_STANDARD.at(study.at("standards", name), what, values=[given])


def releases(study: Study) -> list[str]:
    """Releases of terminology that there are: the one that comes with il2cdisc, and those imported."""
    return sorted({TERMINOLOGY_VERSION, *(version for _, version in imported(study.terminology))})


def check_against_study(spec: Spec, study: Study) -> Iterator[Problem]:
    """The sheets Define, Datasets and Codelists against the ids and versions of `study.toml`."""
    yield from _attributes(spec, study)
    wanted = f"{GUIDES[spec.standard][1]} {_guide_version(spec, study)}"
    for dataset in spec.datasets.values():
        if dataset.standard and dataset.standard != wanted:
            what = f"the standard of {dataset.name} is not {wanted}"
            yield kinds.OTHER_STANDARD.at(dataset.at("Standard"), what, values=[dataset.standard])
    yield from _terminology(spec, study)


def _terminology(spec: Spec, study: Study) -> Iterator[Problem]:
    """The release that codelists name, a problem for each text."""
    wrong: dict[str, list[Codelist]] = {}
    known = study.standards.ct in releases(study)
    for item in spec.codelists.values():
        found = _RELEASE.fullmatch(item.terminology)
        if item.terminology and (found is None or (known and found[1] != study.standards.ct)):
            wrong.setdefault(item.terminology, []).append(item)
    for text, items in wrong.items():
        what = f"the terminology of codelists is not the release {study.standards.ct}"
        records = [item.at("Terminology") for item in items]
        yield kinds.OTHER_STANDARD.at(records[0], what, values=[text], records=records)


def _attributes(spec: Spec, study: Study) -> Iterator[Problem]:
    wanted = {
        "StudyName": (study.id, kinds.OTHER_STUDY),
        "ProtocolName": (study.study.protocol, kinds.OTHER_STUDY),
        "StudyDescription": (study.study.title, kinds.OTHER_TITLE),
        "StandardName": (GUIDES[spec.standard][0], kinds.OTHER_STANDARD),
        "StandardVersion": (_guide_version(spec, study), kinds.OTHER_STANDARD),
        "Language": (LANGUAGE, kinds.OTHER_STANDARD),
    }
    for name, given in spec.define.items():
        place = spec.define_places.get(name, Place(spec.shown, "Define"))
        if name not in wanted:
            what, hint = f"attribute {name} is not used", did_you_mean(name, ATTRIBUTES)
            yield kinds.NO_EFFECT.at(place.at("Attribute"), what, hint=hint)
        elif wanted[name][0] not in (given, STAND_IN):  # a missing key is reported at study.toml
            what = f"{name} is not '{wanted[name][0]}'"
            yield wanted[name][1].at(place.at("Value"), what, values=[given])


def _guide_version(spec: Spec, study: Study) -> str:
    """The version of the implementation guide; where `study.toml` names none that there is, the only one."""
    given, there = (
        (study.standards.sdtmig, SDTMIG_VERSION)
        if spec.standard == "SDTM"
        else (study.standards.adamig, ADAMIG_VERSION)
    )
    return given if given == there else there
