"""What the study says on every page of every display."""

from __future__ import annotations

from dataclasses import dataclass

from il2cdisc.spec.tlf import Display

SYNTHETIC = "SYNTHETIC DATA"


@dataclass(frozen=True, slots=True)
class HeaderInfo:
    """Sponsor, protocol, status, data cut-off and the fixed time of the run (ISO 8601, UTC) as text."""

    sponsor: str
    protocol: str
    study: str
    status: str
    data_cutoff: str
    run_time: str
    synthetic: bool = True
    program: str = "specs/tlf.xlsx"
    paper: str = "A4"
    """The paper that pages are for: A4 or Letter, landscape."""

    @property
    def run_line(self) -> str:
        """`Data cut-off 2023-04-26 · Run 2023-05-02T09:00:00 UTC · Status DRAFT`."""
        cutoff = f"Data cut-off {self.data_cutoff} · " if self.data_cutoff else ""
        return f"{cutoff}Run {self.run_time.removesuffix('Z')} UTC · Status {self.status}"

    def title(self, display: Display) -> str:
        """The display's title; that of synthetic data begins with the words that say so."""
        return self.marked(display.title)

    def marked(self, text: str) -> str:
        """A title as it is shown: of synthetic data with the words that say so."""
        return f"{SYNTHETIC} - {text}" if self.synthetic else text

    def source_line(self, display: Display) -> str:
        """`Source: ADSL, ADAE`."""
        return f"Source: {', '.join(display.sources)}"

    def program_line(self, display: Display) -> str:
        """`Program: specs/tlf.xlsx, display T-14-1-1`."""
        return f"Program: {self.program}, display {display.id}"
