"""The study as frozen models: one class a table of `study.toml`."""

from __future__ import annotations

import string
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NaiveDatetime,
    PlainValidator,
    field_validator,
    model_validator,
)

from il2cdisc.base.emergence import PARTICIPATION, EmergentUntil
from il2cdisc.base.problems import Address, at_line
from il2cdisc.study.trial import PARAMETER, TrialFacts

FILE = "study.toml"
Mode = Literal["dummy", "real"]


def _one_line(value: str) -> str:
    strange = sorted({letter for letter in value if not letter.isprintable()})
    if strange:
        shown = ", ".join(f"U+{ord(letter):04X}" for letter in strange)
        raise ValueError(f"holds characters that can't be printed ({shown})")
    return value


Text = Annotated[str, Field(min_length=1, pattern=r"\S"), AfterValidator(_one_line)]
Printable = Annotated[str, AfterValidator(_one_line)]
MOST_DAYS = 3650
FormName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _StudyTable(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class StudyIds(_StudyTable):
    """[study]: who we are and how subjects are called."""

    id: Text
    title: Text
    protocol: Text
    sponsor: Text
    usubjid: Text = "{STUDYID}-{SUBJID}"
    """Pattern: {STUDYID}, {SUBJID} (the subject key), or any column of the subjects form."""
    subjects: FormName = ""
    """The form with one record per subject; none where the trial starts from finished datasets."""
    subject_key: Text = ""
    """Its column that holds the subject number."""
    synthetic: bool

    @property
    def usubjid_fields(self) -> tuple[str, ...]:
        """Names between braces in the pattern, in order."""
        return tuple(name for _, name, _, _ in string.Formatter().parse(self.usubjid) if name is not None)

    @field_validator("usubjid")
    @classmethod
    def _pattern(cls, value: str) -> str:
        try:
            parts = list(string.Formatter().parse(value))
        except ValueError as error:
            raise ValueError(f"is not a pattern ({error})") from error
        if "SUBJID" not in [name for _, name, _, _ in parts]:
            raise ValueError("has no {SUBJID}: subjects would share one USUBJID")
        if any(name == "" or spec or conversion for _, name, spec, conversion in parts if name is not None):
            raise ValueError("holds a placeholder that is not a plain name in braces")
        return value


class Standards(_StudyTable):
    """[standards]: versions, as written in define.xml."""

    sdtmig: Text = "3.4"
    adamig: Text = "1.3"
    ct: str = "2026-03-27"
    define: Text = "2.1"

    @field_validator("ct")
    @classmethod
    def _a_date(cls, value: str) -> str:
        try:
            if date.fromisoformat(value).isoformat() == value:
                return value
        except ValueError:
            pass
        raise ValueError("is not the date of a release, such as 2026-03-27")


class BuildFacts(_StudyTable):
    """[build]: the only clock that outputs know; `data_cut` is the last day whose data count.

    `database_lock` is the day from which the real treatment list may be read. `formats` are those in which
    the datasets are written besides transport files: parquet, json, ndjson, dsjc.
    """

    time: Annotated[NaiveDatetime, Field(strict=False)]
    data_cut: Annotated[date | None, Field(strict=False)] = None
    database_lock: Annotated[date | None, Field(strict=False)] = None
    formats: Annotated[tuple[Text, ...], Field(strict=False)] = ()


class Paths(_StudyTable):
    """[paths]: relative to the study folder, with forward slashes."""

    raw: Text = "raw"
    specs: Text = "specs"
    mappings: Text = "mappings"
    outputs: Text = "outputs"
    dictionary: Text = "raw/dictionary.csv"
    terminology: Text = "terminology"
    """Imported releases of controlled terminology; need not be there."""


class Unblinding(_StudyTable):
    """[treatment.unblinding]: who allowed the real list to be read, when and why."""

    by: Text
    on: Annotated[date, Field(strict=False)]
    reason: Text


class Treatment(_StudyTable):
    """[treatment]: which of two lists with the same columns is read as `form`."""

    mode: Mode
    form: FormName
    real: Text
    dummy: Text
    dummy_sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    """SHA-256 of the dummy list, recorded when it was made from a seed: no other is read as one."""
    unblinding: Unblinding | None = None

    @property
    def file(self) -> str:
        """The list that the mode names, relative to the raw folder."""
        return self.real if self.mode == "real" else self.dummy


class SubjectLink(_StudyTable):
    """How a form finds its subjects: by its own `column`, or `through` another form.

    `by` is the column of this form that holds the key, `on` the column of the other form (same name if
    not given). The other form may itself go through a third.
    """

    column: Printable = ""
    through: Printable = ""
    by: Printable = ""
    on: Printable = ""

    @property
    def other_column(self) -> str:
        return self.on or self.by


def _as_link(value: object) -> object:
    if not isinstance(value, str | dict | SubjectLink):
        raise ValueError('is not a column name or { through = "form", by = "COLUMN" }')
    return {"column": value} if isinstance(value, str) else value


class FormSource(_StudyTable):
    """[forms.<name>]: where a form comes from, and what holds for every format.

    What else the table has are options of the format: they are kept as they are given, and its reader
    validates them.
    """

    file: Printable = ""
    """Relative to the raw folder; further parts `<stem>_2`, `<stem>_3`, ... are found in the same folder.
    The treatment form has none: [treatment] names its two lists."""
    format: Printable = ""
    """How the file is read; empty: as its ending says."""
    decimal: Literal[".", ","] = "."
    """How numbers are written in this form; for the mapping verbs, reading leaves text as it is."""
    trim: bool = False
    """Whether blanks at the end of values and keys are removed, as SAS pads them."""
    key: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """Columns that identify the records of the form; a record that repeats one is reported."""
    visit: Printable = ""
    """Column of the visit, where it is not the one that [schedule] names."""
    restricted: bool | Annotated[tuple[Text, ...], Field(strict=False, min_length=1)] = False
    """Whether the form, or some of its columns, would give the treatment away: nothing of them comes out of
    a blinded build."""
    explained_by: Mapping[Text, Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]] = {}
    """Column → its values that say why results of the same record are missing."""
    subject: Annotated[SubjectLink | None, BeforeValidator(_as_link)] = None
    options: Mapping[str, object] = {}
    """Options of the format."""

    @model_validator(mode="before")
    @classmethod
    def _with_options_apart(cls, table: object) -> object:
        if not isinstance(table, dict):
            return table
        common = {name: table[name] for name in table if name in cls.model_fields and name != "options"}
        return {**common, "options": {name: table[name] for name in table if name not in common}}


class Agreement(_StudyTable):
    """[[agreements]]: two columns, `form.COLUMN`, that must say the same of a subject.

    `pairs` maps a value of `column` to the value of `agrees_with` that it goes with.
    """

    column: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.\S+$")]
    agrees_with: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.\S+$")]
    pairs: Annotated[Mapping[str, str], Field(min_length=1)]


class AnalysisFacts(_StudyTable):
    """[analysis]: conventions that the engine needs."""

    treatment_emergent_until: EmergentUntil = 30
    """Up to when an event counts as treatment-emergent: days after the last dose, or "participation"."""

    @field_validator("treatment_emergent_until", mode="before")
    @classmethod
    def _days_or_participation(cls, value: object) -> object:
        days = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_DAYS
        if days or value == PARTICIPATION:
            return value
        raise ValueError(
            f'is neither a number of days after the last dose, 0 to {MOST_DAYS}, nor "{PARTICIPATION}"'
        )


Language = Literal["de", "en", "es", "fr", "it", "nl", "pl", "pt"]
Character = Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[^\x00-\x7f]$")]
Ascii = Annotated[str, Field(pattern=r"^[ -~]*$")]


class TextFacts(_StudyTable):
    """[text]: how text outside ASCII is spelled where a file holds ASCII alone."""

    language: Language | None = None
    """Language of the free text, whose letters have spellings; None: signs and Greek letters alone."""
    spellings: Mapping[Character, Ascii] = {}
    """Spellings of further characters, or other ones than the table has."""


class ScheduleFacts(_StudyTable):
    """[schedule]: the form that knows the visits, and what the sheet Protocol Schedule counts from."""

    visits: FormName
    """The form with a record for each visit."""
    visit: Text
    """Its column of the visit; other forms have one of that name, or name theirs: `visit` of a form."""
    date: Text
    """Its column of the date."""
    written: str = ""
    """How dates are written, such as dd/mm/yyyy; empty for ISO 8601."""
    took_place: str = ""
    """Condition of the records whose visit took place: `OCCURRED EQ Y`; empty: of all."""
    end: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Columns, `form.COLUMN`, that hold the last day of participation."""


class DisplayFacts(_StudyTable):
    """[displays]: how tables, listings and figures are written."""

    paper: Literal["A4", "Letter"] = "A4"
    """The paper of RTF and PDF, landscape."""
    status: Literal["DRAFT", "FINAL"] = "DRAFT"
    """What every page says of itself."""


class CrfFacts(_StudyTable):
    """[crf]: the annotated case report form; without `file` it is drawn from the data dictionary."""

    file: Printable = ""
    """The sponsor's blank form, a PDF in the study folder."""
    placement: Printable = ""
    """The workbook that says where each field is on its pages."""
    transferred: Annotated[tuple[FormName, ...], Field(strict=False)] = ()
    """Forms whose data are transferred, such as a laboratory's: they are on no page."""
    item_codes: Annotated[tuple[FormName, ...], Field(strict=False)] = ()
    """Forms of licensed scales: their items are drawn with codes alone, whatever the dictionary says."""
    titles: Mapping[FormName, Text] = {}
    """Form → its title; one without a title is called by its name."""


class Start(_StudyTable):
    """[start]: finished datasets that a build takes as they are, in the place of the raw export."""

    sdtm: Printable = ""
    """Folder with SDTM datasets (.xpt or .parquet) in the study folder; ADaM is derived from them."""
    adam: Printable = ""
    """Folder with ADaM datasets; analyses and displays are made of them."""

    @property
    def folder(self) -> str:
        """The folder that is named."""
        return self.sdtm or self.adam


def _as_facts(value: object) -> TrialFacts:
    if not isinstance(value, dict | TrialFacts):
        raise ValueError("is not a table")
    return TrialFacts(value)


class Study(_StudyTable):
    """The whole of `study.toml`, with the folder that it was read from."""

    study: StudyIds
    standards: Standards = Standards()
    build: BuildFacts
    paths: Paths = Paths()
    treatment: Treatment | None = None
    """Missing in an open trial: no list is hidden from anyone."""
    forms: Mapping[FormName, FormSource] = {}
    start: Start | None = None
    """Missing: the trial starts from its raw export."""
    deferred: Mapping[str, Text] = {}
    """Form → why its domain comes later."""
    agreements: Annotated[tuple[Agreement, ...], Field(strict=False)] = ()
    analysis: AnalysisFacts = AnalysisFacts()
    displays: DisplayFacts = DisplayFacts()
    text: TextFacts = TextFacts()
    crf: CrfFacts = CrfFacts()
    schedule: ScheduleFacts | None = None
    """Missing: forms that are not there are not looked for."""
    trial: Annotated[TrialFacts | None, PlainValidator(_as_facts)] = None
    """What the mappings take from the file; None without such a table."""
    folder: Path
    lines: Mapping[tuple[str, ...], int] = Field(default={}, repr=False)
    """Line of each key in the file, as far as it is known."""

    @property
    def id(self) -> str:
        return self.study.id

    def at(self, *key: str) -> Address:
        """Where a key stands in `study.toml`: its line, or that of the nearest table around it."""
        ends = range(len(key), 0, -1)
        line = next((self.lines[key[:end]] for end in ends if key[:end] in self.lines), 1)
        return at_line(FILE, line, ".".join(key))

    @property
    def parameters(self) -> dict[str, TrialFacts]:
        """What mapping modules of SDTM may ask for by name: `trial`, where there is such a table."""
        return {PARAMETER: self.trial} if self.trial is not None else {}

    @property
    def treatment_mode(self) -> str:
        """`dummy` or `real`, by the list that is read; `open` in a trial without one."""
        return self.treatment.mode if self.treatment is not None else "open"

    @property
    def blinded(self) -> bool:
        """Whether the dummy list is read: then restricted data come out nowhere."""
        return self.treatment is not None and self.treatment.mode == "dummy"

    def starts_at(self, standard: str) -> bool:
        """Whether the datasets of a standard (`sdtm`, `adam`) are not made: the build starts after them."""
        return self.start is not None and (standard == "sdtm" or bool(self.start.adam))

    @property
    def withheld(self) -> frozenset[str]:
        """Forms of which a blinded build shows no record; none where the build is not blinded."""
        whole = (name for name, source in self.forms.items() if source.restricted is True)
        return frozenset(whole) if self.blinded else frozenset()

    @property
    def treatment_lists(self) -> tuple[Path, ...]:
        """The real and the dummy list; none in an open trial."""
        if self.treatment is None:
            return ()
        return self.raw / self.treatment.real, self.raw / self.treatment.dummy

    @property
    def raw(self) -> Path:
        return self.folder / self.paths.raw

    @property
    def specs(self) -> Path:
        return self.folder / self.paths.specs

    @property
    def mappings(self) -> Path:
        return self.folder / self.paths.mappings

    @property
    def outputs(self) -> Path:
        return self.folder / self.paths.outputs

    @property
    def dictionary(self) -> Path:
        return self.folder / self.paths.dictionary

    @property
    def dispositions(self) -> Path:
        return self.specs / "dispositions.xlsx"

    @property
    def queries(self) -> Path:
        """The query log, which need not be there."""
        return self.folder / "queries.xlsx"

    @property
    def terminology(self) -> Path:
        return self.folder / self.paths.terminology

    @property
    def sources(self) -> tuple[Path, ...]:
        """Folders and files that a build reads, and never writes."""
        start = (self.folder / self.start.folder,) if self.start is not None else ()
        crf = (self.folder / name for name in (self.crf.file, self.crf.placement) if name)
        own = (self.raw, self.specs, self.mappings, self.dictionary, self.terminology, self.queries)
        return (*own, *start, *crf)

    def shown(self, path: Path) -> str:
        """A path as messages name it: relative to the study folder, with forward slashes."""
        return path.relative_to(self.folder).as_posix()

    def file_of(self, form: str) -> Path:
        """The first file of a form; for the treatment form the list that the mode names."""
        if self.treatment is not None and form == self.treatment.form:
            return self.raw / self.treatment.file
        return self.raw / self.forms[form].file

    def with_forms(self, names: Collection[str] | None) -> Study:
        """The study with some of its forms, and the agreements between them; None: with all."""
        if names is None:
            return self
        kept = {name: source for name, source in self.forms.items() if name in names}
        pairs = tuple(
            item
            for item in self.agreements
            if {item.column.partition(".")[0], item.agrees_with.partition(".")[0]} <= set(kept)
        )
        return self.model_copy(update={"forms": kept, "agreements": pairs})

    def chain(self, form: str) -> tuple[str, ...]:
        """The forms from `form` to the one that holds a subject column; empty without a subject."""
        names: list[str] = []
        link = self.forms[form].subject
        while link is not None:
            names.append(form)
            if not link.through:
                return tuple(names)
            form = link.through
            link = self.forms[form].subject
        return ()
