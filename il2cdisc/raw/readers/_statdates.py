"""Dates and times of SPSS, SAS and Stata files: stored numbers → ISO 8601 text, by the format of the column.

SPSS counts seconds from 14 October 1582; SAS days or seconds, Stata days, milliseconds or months from 1
January 1960. All three begin with the Gregorian calendar (15 October 1582). Sources: IBM SPSS Statistics
Command Syntax Reference (Date and Time), SAS Formats and Informats, Stata manual [D] Datetime.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from enum import StrEnum

FIRST_DAY = datetime.date(1582, 10, 15)
_SPSS_EPOCH = datetime.date(1582, 10, 14).toordinal()
_EPOCH = datetime.date(1960, 1, 1).toordinal()
_DAY = 86_400


class Shows(StrEnum):
    """What a format shows of the moment that a number stands for."""

    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    MONTH = "month"
    YEAR = "year"
    OTHER = "other"
    """A quarter, a week, a part of a date, a business calendar: no ISO 8601 text says the same."""


@dataclass(frozen=True, slots=True)
class DateFormat:
    """How a column counts: numbers of `seconds` each from a day (its ordinal), and what its format shows."""

    shows: Shows
    seconds: float = _DAY
    epoch: int = _EPOCH


@dataclass(slots=True)
class Converted:
    """`texts`: number → ISO 8601 text. `wrong`: numbers that are not a date; `shown`: what the texts hold."""

    texts: dict[float, str] = field(default_factory=dict[float, str])
    wrong: list[float] = field(default_factory=list[float])


def spss_format(text: str) -> DateFormat | None:
    """The date format of an SPSS column by its name (`MOYR8`); None for another format."""
    shows = _SPSS.get(_without_width(text))
    return DateFormat(shows, 1, _SPSS_EPOCH) if shows else None


def sas_format(text: str) -> DateFormat | None:
    """The date format of a SAS column by its name (`DATE9.`); None for another format."""
    name = _without_width(text)
    found = (item for item in _SAS if item[0].fullmatch(name))
    return next((DateFormat(shows, seconds) for _, shows, seconds in found), None)


def stata_format(text: str) -> DateFormat | None:
    """The date format of a Stata column by its name (`%tm`); None for another format."""
    found = re.match(r"%-?(t[a-zA-Z]|d)", text)
    return _STATA.get(found[1], DateFormat(Shows.OTHER)) if found else None


def _without_width(text: str) -> str:
    return re.sub(r"\d+\.?\d*\Z|\.\d*\Z", "", text.upper())


_SPSS = {
    **dict.fromkeys(("DATE", "ADATE", "EDATE", "JDATE", "SDATE"), Shows.DATE),
    **dict.fromkeys(("DATETIME", "YMDHMS"), Shows.DATETIME),
    **dict.fromkeys(("TIME", "DTIME", "MTIME"), Shows.TIME),
    "MOYR": Shows.MONTH,
    **dict.fromkeys(("QYR", "WKYR", "WKDAY", "MONTH"), Shows.OTHER),
}
_SAS = [
    (re.compile(pattern), shows, seconds)
    for pattern, shows, seconds in (
        ("(DATE|(DDMMYY|MMDDYY|YYMMDD)[BCDNPS]?|E8601DA|B8601DA|IS8601DA|JULIAN)", Shows.DATE, _DAY),
        ("(WEEKDAT[EX]|WORDDAT[EX]|NLDATE[LMSW]?|MINGUO|NENGO|HEBDATE|PDJUL[GI])", Shows.DATE, _DAY),
        ("EURDF(DD|DE|WDX|WKX)", Shows.DATE, _DAY),
        ("(MONYY|(MMYY|YYMM)[CDNPS]?|YYMON|EURDFMY|NLDATEYM[LMSW]?)", Shows.MONTH, _DAY),
        ("YEAR", Shows.YEAR, _DAY),
        ("(DATETIME|DATEAMPM|MDYAMPM|[EB]8601D[TN]|IS8601DT|NLDATM[LMSW]?)", Shows.DATETIME, 1),
        ("(DTDATE|DTWKDATX|EURDFDT)", Shows.DATETIME, 1),
        ("(TIME|HHMM|TOD|TIMEAMPM|[EB]8601TM|IS8601TM|MMSS|HOUR|NLTIME|NLTIMAP)", Shows.TIME, 1),
        ("(YYQ|QTR|MONTH|MONNAME|DAY|WEEK|DOWNAME|JULDAY|NLDAT|EURDF|DT|[EB]8601|IS8601).*", Shows.OTHER, 1),
    )
]
_STATA = {
    "td": DateFormat(Shows.DATE),
    "d": DateFormat(Shows.DATE),
    "tc": DateFormat(Shows.DATETIME, 0.001),
    "tm": DateFormat(Shows.MONTH, 0),
    "ty": DateFormat(Shows.YEAR, 0),
}


def convert(numbers: list[float], form: DateFormat) -> Converted:
    """The texts of distinct numbers. Days are shown though the format hides them, if one is not the first.

    A number that is no moment of the Gregorian calendar up to the year 9999 is `wrong`: no text is made up.
    """
    out = Converted()
    moments: dict[float, datetime.datetime] = {}
    for number in numbers:
        if form.shows is Shows.TIME:
            text = _time(number)
        elif form.seconds == 0:
            text = _period(number, form.shows)
        else:
            moment = _moment(number, form)
            text = "" if moment is None else _text(moment, form.shows is Shows.DATETIME)
            if moment is not None:
                moments[number] = moment
        if text:
            out.texts[number] = text
        else:
            out.wrong.append(number)
    _shorten(out.texts, moments, form.shows)
    return out


def _moment(number: float, form: DateFormat) -> datetime.datetime | None:
    if form.seconds == _DAY and not float(number).is_integer():
        return None
    try:
        days, rest = divmod(round(number * form.seconds * 1000), _DAY * 1000)
        day = datetime.date.fromordinal(form.epoch + days)
    except (ValueError, OverflowError):
        return None
    midnight = datetime.datetime.combine(day, datetime.time())
    return midnight + datetime.timedelta(milliseconds=rest) if day >= FIRST_DAY else None


def _text(moment: datetime.datetime, with_time: bool) -> str:
    if not with_time and moment.time() == datetime.time():
        return moment.date().isoformat()
    return moment.isoformat(sep=" ", timespec="milliseconds" if moment.microsecond else "seconds")


def _time(number: float) -> str:
    """`hh:mm:ss`; hours of a duration may be more than 23."""
    if not 0 <= number < 10_000 * 3600:
        return ""
    seconds, thousandths = divmod(round(number * 1000), 1000)
    minutes, second = divmod(seconds, 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
    return f"{text}.{thousandths:03d}" if thousandths else text


def _period(number: float, shows: Shows) -> str:
    """Stata's months from January 1960, and its years, which are numbers of years."""
    if not float(number).is_integer():
        return ""
    year, month = divmod(int(number), 12) if shows is Shows.MONTH else (int(number), 0)
    year += 1960 if shows is Shows.MONTH else 0
    if not FIRST_DAY.year < year <= datetime.MAXYEAR:
        return ""
    return f"{year}-{month + 1:02d}" if shows is Shows.MONTH else f"{year}"


def _shorten(texts: dict[float, str], moments: dict[float, datetime.datetime], shows: Shows) -> None:
    """Leave out the day that a format hides, where it is the first of its month or year in every record."""
    first = {
        Shows.MONTH: all((m.day, m.hour, m.minute) == (1, 0, 0) for m in moments.values()),
        Shows.YEAR: all((m.month, m.day, m.hour) == (1, 1, 0) for m in moments.values()),
    }
    if first.get(shows):
        for number in moments:
            texts[number] = texts[number][: 7 if shows is Shows.MONTH else 4]
