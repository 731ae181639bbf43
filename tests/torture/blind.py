"""Forty mutants written from the plan and the data dictionary without sight of the engine.

Each damages a copy of the shipped trial (`raw/`, `specs/`, `study.toml`) and breaks something that the inputs
themselves state.
`apply` raises if its target is not there; it returns what a report must name: `file:line COLUMN`,
`file:record COLUMN` (.sav) or `file!sheet!cell`; less where the inputs allow less.
"""

from dataclasses import dataclass
from typing import Literal

from blind_edit import (
    Apply,
    Csv,
    cell,
    comments_in_latin_1,
    cut_inside_a_record,
    edc,
    fast_total_is_right,
    immunology,
    is_day,
    item_above_its_range,
    labels_swapped,
    last_injections_gone,
    later,
    naive_share_raised,
    number_repeated,
    setting,
    sheet_cell,
    sheet_renamed,
    spss,
    title_grows,
    tube_without_results,
    tubes_with_commas,
    unit_of_haemoglobin,
    workbook,
)

SDTM, ADAM, TLF, LAB = "specs/sdtm.xlsx", "specs/adam.xlsx", "specs/tlf.xlsx", "raw/lab/lab.xlsx"


@dataclass(frozen=True)
class BlindMutant:
    name: str
    why: str  # the statement that it breaks
    apply: Apply  # damages the copy in place, and returns what the report must name
    outcome: Literal["stop", "finding"]
    about: tuple[str, ...]  # words, any of which (in any case) the message should contain


def stop(name: str, why: str, apply: Apply, about: str) -> BlindMutant:
    return BlindMutant(name, why, apply, "stop", tuple(about.split("|")))


def finding(name: str, why: str, apply: Apply, about: str) -> BlindMutant:
    return BlindMutant(name, why, apply, "finding", tuple(about.split("|")))


MUTANTS: tuple[BlindMutant, ...] = (
    # Unknown codes that steer a form
    finding(
        "event-flag-in-small-letters",
        "The dictionary has the codes S and N for ae.AEYN; the line of the event is filled.",
        cell(edc("ae"), "AEYN", "s", lambda r: r["AEYN"] == "S" and r["AETERM"] != ""),
        "AEYN|'s'",
    ),
    finding(
        "phase-that-no-study-has",
        "The dictionary has three codes for ds.DSPHASE, and TERAPIA is none of them.",
        cell(edc("ds"), "DSPHASE", "TERAPIA", lambda r: r["DSPHASE"] == "TRATTAMENTO"),
        "DSPHASE|TERAPIA",
    ),
    stop(
        "sex-without-a-term",
        "An unmapped term on a codelist that is not extensible stops the build (plan); nothing translates D.",
        cell(edc("dm"), "SEX", "D", lambda r: r["SEX"] == "F" and r["RANDNO"] != ""),
        "SEX|'D'",
    ),
    # Values outside the range of the dictionary
    finding(
        "volume-tenfold",
        "The dictionary gives ex.EXVOL a range from 0 to 0.5 mL.",
        cell(edc("ex"), "EXVOL", "5.0", lambda r: r["EXYN"] == "S" and r["EXVOL"] == "0.5"),
        "EXVOL|5.0|range",
    ),
    finding(
        "scale-item-above-its-range",
        "HAMD204 goes from 0 to 2 (plan, dictionary and value labels); the total is raised with it.",
        spss("raw/scales/hdrs.sav", item_above_its_range),
        "HD04|HAMD204",
    ),
    # Dates
    finding(
        "consent-without-a-day",
        "The plan says that the date of consent must be complete.",
        cell(
            edc("ic"),
            "ICDAT",
            lambda r: "UNK" + r["ICDAT"][2:],
            lambda r: r["ICYN"] == "S" and is_day(r["ICDAT"]),
        ),
        "ICDAT|partial|complete",
    ),
    finding(
        "event-ends-before-it-starts",
        "An end date (ae.AEENDAT) cannot lie before the start date (ae.AESTDAT).",
        cell(
            edc("ae"),
            "AEENDAT",
            lambda r: later(r["AESTDAT"], -2),
            lambda r: r["AEONGO"] == "N" and is_day(r["AESTDAT"]) and is_day(r["AEENDAT"]),
            whole_line=True,
        ),
        "AEENDAT|AESTDAT|AEENDTC|before",
    ),
    finding(
        "last-contact-after-the-data-cut",
        "study.toml cuts the data at 26 April 2023; no contact can be later.",
        cell(edc("ds"), "DSLCDAT", "12/05/2023", lambda r: r["DSPHASE"] == "STUDIO" and is_day(r["DSLCDAT"])),
        "DSLCDAT|cut|12/05/2023",
    ),
    finding(
        "month-before-day",
        "Dates of the export are dd/mm/yyyy, and there is no month above 12.",
        cell(
            edc("vs"),
            "VSDAT",
            lambda r: f"{r['VSDAT'][3:5]}/{r['VSDAT'][:2]}/{r['VSDAT'][6:]}",
            lambda r: r["VISIT"] == "Giorno 22" and is_day(r["VSDAT"]) and int(r["VSDAT"][:2]) > 12,
        ),
        "VSDAT|date",
    ),
    finding(
        "randomised-on-another-day",
        "rand.RANDDAT and ds.DSDAT of the screening are the same date, that of randomisation.",
        cell(
            Csv("raw/restricted/rand.csv"),
            "RANDDAT",
            lambda r: later(r["RANDDAT"], 3),
            lambda r: is_day(r["RANDDAT"]),
        ),
        "RANDDAT|randomis",
    ),
    # Keys, links and visits
    stop(
        "medication-of-nobody",
        "Demography has no subject 01-999 (plan: a subject key that links nowhere stops the build).",
        cell(edc("cm"), "SUBJID", "01-999", lambda r: r["CMYN"] == "S"),
        "SUBJID|01-999",
    ),
    stop(
        "result-of-no-tube",
        "The list of tubes has no barcode C999999 (plan: a barcode that links nowhere stops the build).",
        cell(immunology("cyto"), "BARCODE", "C999999", lambda r: r["ANALYTE"] == "IL6"),
        "BARCODE|C999999",
    ),
    finding(
        "medication-number-repeated",
        "study.toml tells the records of cm apart by SUBJID and CMNO.",
        number_repeated,
        "CMNO|key|duplicate|repeat|twice",
    ),
    finding(
        "reaction-of-no-event",
        "injsite.INJAENO is a number of ae.AENO (dictionary); the subject has no event 97.",
        cell(edc("injsite"), "INJAENO", "97", lambda r: r["INJAENO"] != ""),
        "INJAENO|97",
    ),
    finding(
        "rating-filed-under-another-visit",
        "The schedule has no CGI on Day 2, and the date of the form is that of Day 15 by the form of visits.",
        cell(
            edc("cgi"),
            "VISIT",
            "Giorno 2",
            lambda r: r["VISIT"] == "Giorno 15" and r["CGIYN"] == "S",
            whole_line=True,
        ),
        "VISIT|CGIDAT|Giorno 2|DAY 2",
    ),
    # Files that are short
    stop(
        "cut-inside-a-record",
        "A file that is cut inside a record stops the build (plan).",
        cut_inside_a_record,
        "cut|field|column|record",
    ),
    finding(
        "injections-short-by-whole-lines",
        "Drug accountability and visits show three more injections of the last subject than the form.",
        last_injections_gone,
        "KITNO|missing|no record",
    ),
    finding(
        "tube-without-results",
        "The list of tubes says that the tube was drawn; the laboratory has no line of it.",
        tube_without_results,
        "flow|BARCODE|result",
    ),
    # Numbers in another country's notation
    finding(
        "decimal-comma-where-points-are",
        "study.toml gives no decimal comma for vs; TEMPC is a decimal number by the dictionary.",
        cell(
            edc("vs"),
            "TEMPC",
            lambda r: r["TEMPC"].replace(".", ","),
            lambda r: r["VSYN"] == "S" and "." in r["TEMPC"],
        ),
        "TEMPC|number|comma",
    ),
    finding(
        "thousands-with-a-point",
        "Leukocytes are whole numbers from 2500 to 15000 (dictionary); 7.370 is neither.",
        sheet_cell(
            LAB,
            "LBHEM",
            "WBC",
            "7.370",
            lambda r: isinstance(r["WBC"], int) and r["WBC"] != 999,
            header_line=7,
        ),
        "WBC|7.370|7.37",
    ),
    # Units
    finding(
        "creatinine-back-in-the-old-unit",
        "Creatinine is in umol/L after January 2022, and in mg/dL its range ends at 1.4 (dictionary).",
        sheet_cell(
            LAB,
            "LBCHEM",
            "CREATU",
            "mg/dL",
            lambda r: r["CREATU"] == "umol/L" and r["GGT"] != "n.d." and str(r["LBDAT"]).endswith("/2023"),
            header_line=7,
        ),
        "CREAT",
    ),
    finding(
        "unit-line-says-another-unit",
        "Haemoglobin is in g/dL (dictionary); the unit above its header says g/L.",
        workbook(LAB, unit_of_haemoglobin),
        "HGB|unit|g/L",
    ),
    # Encodings, delimiters, headers, layout
    stop(
        "comments-in-latin-1",
        "The forms are UTF-8: the bytes of the file are none, so it is unreadable.",
        comments_in_latin_1,
        "utf-8|utf8|encoding|decode",
    ),
    stop(
        "tubes-with-commas",
        "study.toml says that samples is separated by semicolons; with commas its columns are missing.",
        tubes_with_commas,
        "column|delimiter|BARCODE",
    ),
    stop(
        "title-one-line-longer",
        "study.toml says that the header of LBTHY is line 7; the line holds the units now.",
        workbook(LAB, title_grows),
        "header|column|SUBJID",
    ),
    finding(
        "yes-and-no-swapped-in-labels",
        "madrs.MAYN means 0=No and 1=Yes (dictionary); the file's own value labels say the contrary.",
        spss("raw/scales/madrs.sav", labels_swapped),
        "MAYN|label",
    ),
    # Workbooks
    stop(
        "sheet-renamed",
        "The variables refer to codelists, and the workbook has no sheet Codelists.",
        workbook(SDTM, sheet_renamed),
        "Codelists",
    ),
    stop(
        "codelist-misspelt",
        "DM.SEX refers to a codelist that the sheet Codelists does not define.",
        sheet_cell(
            SDTM, "Variables", "Codelist", "SEXX", lambda r: (r["Dataset"], r["Variable"]) == ("DM", "SEX")
        ),
        "SEXX|codelist",
    ),
    stop(
        "data-type-unknown",
        "Define-XML and every other line of the sheet know no data type 'number'.",
        sheet_cell(
            ADAM,
            "Variables",
            "Data Type",
            "number",
            lambda r: (r["Dataset"], r["Variable"]) == ("ADSL", "AGE"),
        ),
        "Data Type|'number'",
    ),
    stop(
        "length-below-zero",
        "A length is a positive number of bytes.",
        sheet_cell(
            SDTM, "Variables", "Length", -20, lambda r: (r["Dataset"], r["Variable"]) == ("AE", "AETERM")
        ),
        "Length|-20",
    ),
    stop(
        "population-by-an-undefined-flag",
        "The display takes its population from ADSL, for which no RANDFLG is specified.",
        sheet_cell(
            TLF,
            "Displays",
            "Population Where",
            "RANDFLG EQ Y",
            lambda r: r["Population Where"] == "RANDFL EQ Y",
        ),
        "RANDFLG",
    ),
    # Settings
    stop(
        "setting-misspelt",
        "The section [analysis] knows treatment_emergent_until.",
        setting("treatment_emergent_until =", "treatment_emergent_untill ="),
        "treatment_emergent_untill",
    ),
    stop(
        "clock-on-a-day-that-is-none",
        "The time of the build is a date of the calendar; there is no 32 May.",
        setting('"2023-05-02T09:00:00"', '"2023-05-32T09:00:00"'),
        "2023-05-32|time",
    ),
    stop(
        "dictionary-not-where-the-settings-say",
        "study.toml names a data dictionary that is not there.",
        setting('"raw/dictionary.csv"', '"raw/dictionnary.csv"', "dictionnary.csv"),
        "dictionnary|dictionary",
    ),
    stop(
        "standard-of-another-version",
        "The workbook and its trial summary follow SDTMIG 3.4; study.toml says 3.3.",
        setting('sdtmig = "3.4"', 'sdtmig = "3.3"'),
        "3.3|sdtmig",
    ),
    stop(
        "unblinded-before-the-lock",
        "The real list needs a record not earlier than the lock (plan), and the data are cut on 26 April.",
        setting('on = "2023-04-28"', 'on = "2023-04-20"'),
        "unblind|2023-04-20",
    ),
    # Arithmetic
    finding(
        "total-beside-its-items",
        "FASTTOT is the total of the 24 items (dictionary, sheet Totals).",
        cell(
            edc("fast"), "FASTTOT", lambda r: str(int(r["FASTTOT"]) + 3), fast_total_is_right, whole_line=True
        ),
        "FASTTOT|total",
    ),
    finding(
        "age-beside-the-year-of-birth",
        "AGE was computed at consent from the birth date: by the year of birth only two values are possible.",
        cell(
            edc("dm"),
            "AGE",
            lambda r: str(int(r["AGE"]) + 7),
            lambda r: r["RANDNO"] != "" and int(r["AGE"]) < 50,
            whole_line=True,
        ),
        "AGE|BRTHYR",
    ),
    finding(
        "qtcf-beside-its-definition",
        "QTcF is QT divided by the cube root of 60 / heart rate; both stand on the same line.",
        cell(
            edc("eg"),
            "EGQTCF",
            lambda r: str(int(r["EGQTCF"]) + 35),
            lambda r: (
                all(r[c].isdigit() for c in ("EGHR", "EGQT", "EGQTCF"))
                and r["EGHR"] != "999"
                and int(r["EGQTCF"]) < 430
            ),
            whole_line=True,
        ),
        "QTCF",
    ),
    finding(
        "shares-above-the-whole",
        "Naive, central, effector and terminal cells are 100 % of CD4 (plan).",
        naive_share_raised,
        "N4_PCT|TLHNTH|naive|100",
    ),
)
