"""`study.toml` → `Study`: the trial in one page, as a frozen model."""

from il2cdisc.study.load import load_study, read_study
from il2cdisc.study.model import AnalysisFacts, FormSource, Study, SubjectLink, TextFacts, Treatment
from il2cdisc.study.trial import TrialFacts

__all__ = [
    "AnalysisFacts",
    "FormSource",
    "Study",
    "SubjectLink",
    "TextFacts",
    "Treatment",
    "TrialFacts",
    "load_study",
    "read_study",
]
