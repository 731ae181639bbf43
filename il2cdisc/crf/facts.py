"""What the study says on every page of the CRF."""

from __future__ import annotations

from dataclasses import dataclass

from il2cdisc.study import Study
from il2cdisc.study.checks import SYNTHETIC

TITLE = "Annotated Case Report Form"


@dataclass(frozen=True, slots=True)
class CrfHeader:
    """Sponsor, protocol, title of the study, time of the build (ISO 8601); of synthetic data a notice."""

    sponsor: str
    protocol: str
    study: str
    run_time: str
    notice: str = ""

    @property
    def title(self) -> str:
        """The title of the document; that of synthetic data begins with the words that say so."""
        return f"{self.notice} - {TITLE}" if self.notice else TITLE


def crf_header(study: Study) -> CrfHeader:
    """What `study.toml` says."""
    ids, notice = study.study, SYNTHETIC if study.study.synthetic else ""
    return CrfHeader(ids.sponsor, ids.protocol, ids.title, study.build.time.isoformat(), notice)
