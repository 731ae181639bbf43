"""DM: subjects, one record each, with the stratum as randomised in SUPPDM."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    collected,
    constant,
    dataset,
    date,
    decoded,
    derived,
    gathered_ids,
    join,
    mapped,
    number,
    prepared,
    subject,
    text_where,
)
from mappings.common import (
    DMY,
    YES_NO,
    administrative,
    complete_dates,
    given_doses,
    phases,
    randomised,
)

DEATH = "MORTE"
# why screening ended → why there is no arm
WITHOUT_ARM = {
    "CRITERI NON SODDISFATTI": "SCREEN FAILURE",
    **dict.fromkeys(
        ("EVENTO AVVERSO", "RITIRO CONSENSO", "PERSO AL FOLLOW-UP", "DECISIONE MEDICO", DEATH, "ALTRO"),
        "SCREENING NOT COMPLETED",
    ),
}
FATAL = {
    "fatale": True,
    **dict.fromkeys(("risolto", "in risoluzione", "non risolto", "risolto con esiti", "sconosciuto"), False),
}
PARTICIPATION = ["sv.SVSTDAT", "sv.SVENDAT", "ds.DSDAT", "ds.DSLCDAT"]


def dm(
    raw_dm: pd.DataFrame,
    raw_ic: pd.DataFrame,
    raw_rand: pd.DataFrame,
    raw_ds: pd.DataFrame,
    raw_sv: pd.DataFrame,
    raw_ae: pd.DataFrame,
    ec: pd.DataFrame,
    sv: pd.DataFrame,
) -> Mapped:
    """Subjects: one record per subject who gave consent, screen failures included."""
    rows = join(raw_dm, raw_ic, on={"USUBJID": "USUBJID"})
    rows = join(rows, raw_rand.drop(columns="USUBJID"), on={"dm.RANDNO": "rand.RANDNO"})
    rows = join(rows, doses(ec, sv), on={"USUBJID": "USUBJID"})
    rows = join(rows, last_contact(raw_ds, raw_sv), on={"USUBJID": "USUBJID"})
    rows = join(rows, screening_end(raw_ds), on={"USUBJID": "USUBJID"})
    rows = rows.assign(
        died=rows["USUBJID"].isin(deaths(raw_ds, raw_ae)),
        end=rows["last"].where(dosed(rows), rows["contact"].where(rows["rand.ARM"].notna())),
    )
    return dataset(
        "DM",
        rows,
        USUBJID=subject(),
        SUBJID=collected("dm.SUBJID"),
        RFSTDTC=prepared("first", sources=["EC.ECSTDTC"], rule="first injection given"),
        RFENDTC=prepared(
            "end",
            sources=["EC.ECSTDTC", *PARTICIPATION],
            rule="last injection given; of randomised subjects without any, the last date of contact",
        ),
        RFXSTDTC=prepared("first", sources=["EC.ECSTDTC"], rule="first injection given"),
        RFXENDTC=prepared("last", sources=["EC.ECSTDTC"], rule="last injection given"),
        RFICDTC=date("ic.ICDAT", DMY, time="ic.ICTIM"),
        RFPENDTC=prepared("contact", sources=PARTICIPATION, rule="last date of contact"),
        DTHDTC=prepared("death", sources=["ds.DSDAT", "ds.DSREAS"], rule="date of the death line"),
        DTHFL=derived(
            lambda f: text_where("Y", f["died"]),
            sources=["ds.DSREAS", "ae.AEOUT", "ae.AESDTH"],
            rule="Y when any form tells a death",
        ),
        SITEID=collected("dm.SITENO"),
        AGE=number("dm.AGE"),
        AGEU=constant("YEARS"),
        SEX=mapped("dm.SEX", codelist="SEX"),
        RACE=mapped("dm.RACE", codelist="RACE"),
        ARMCD=mapped("rand.ARM", codelist="ARMCD", origin=Origin.ASSIGNED),
        ARM=mapped("rand.ARM", codelist="ARM", origin=Origin.ASSIGNED),
        ACTARMCD=mapped("rand.ARM", codelist="ARMCD", where=dosed, origin=Origin.DERIVED),
        ACTARM=mapped("rand.ARM", codelist="ARM", where=dosed, origin=Origin.DERIVED),
        ARMNRS=derived(
            reason_arm_is_null,
            sources=["rand.ARM", "EC.ECSTDTC", "ds.DSREAS"],
            rule="why there is no planned or no actual arm",
        ),
        COUNTRY=constant("ITA"),
        DMDTC=date("dm.DMDAT", DMY),
        supplemental={"STRATUM": mapped("rand.STRATUM", codelist="STRATUM", origin=Origin.ASSIGNED)},
        dropped={
            **administrative("dm", "INITIALS", "COMPBY", "QRYSTAT"),
            **administrative("ic", "SITENO", "SUBJID", "INITIALS", "COMPBY", "QRYSTAT"),
            "dm.BRTHYR": "with the age it would come near a date of birth; AGE is held",
            "ic.VISIT": "consent is a milestone in DS, not a visit",
            "ic.ICVERS": "version of a document, kept by the site",
            "ic.BIOYN": "consent to the biobank: nothing of it is analysed in this study",
            "ic.ICWDDAT": "the date stands on the disposition form",
            "rand.RANDNO": "leads from the subject to the randomisation list",
            "rand.BLOCKNO": "size and order of blocks are of no use after the trial",
            "rand.RANDDAT": "the date of randomisation is taken from the disposition form (DS)",
        },
    )


def dosed(rows: pd.DataFrame) -> pd.Series:
    """Subjects who had an injection, whatever is known of its date."""
    return rows["dosed"].fillna(False).astype("bool")


def doses(ec: pd.DataFrame, sv: pd.DataFrame) -> pd.DataFrame:
    """First and last injection that was given, a subject a row."""
    given = given_doses(ec, sv)
    ids = gathered_ids(given["@ex"], given["USUBJID"])
    first, last = (given.drop_duplicates("USUBJID", keep=end) for end in ("first", "last"))
    found = {"first": first.set_index("USUBJID")["ECSTDTC"], "last": last.set_index("USUBJID")["ECSTDTC"]}
    return pd.DataFrame({**found, "@ex": ids}).assign(dosed=True).rename_axis("USUBJID").reset_index()


def last_contact(raw_ds: pd.DataFrame, raw_sv: pd.DataFrame) -> pd.DataFrame:
    """The last complete date of visits and of the disposition form, a subject a row."""
    dates = pd.concat(
        [
            pd.DataFrame({"USUBJID": form["USUBJID"], "contact": complete_dates(form[column])})
            for form, columns in ((raw_sv, PARTICIPATION[:2]), (raw_ds, PARTICIPATION[2:]))
            for column in columns
        ]
    ).dropna()
    return dates.sort_values(["USUBJID", "contact"]).drop_duplicates("USUBJID", keep="last")


def screening_end(raw_ds: pd.DataFrame) -> pd.DataFrame:
    """How screening ended without randomisation, and the date of a death, a subject a row."""
    screening, _ = phases(raw_ds)
    _, ended = randomised(screening)
    ended = ended.assign(ended=decoded(ended, "ds.DSREAS", WITHOUT_ARM))[["USUBJID", "ended"]]
    ended = ended.drop_duplicates("USUBJID")
    died = raw_ds[died_of(raw_ds)].drop_duplicates("USUBJID")
    died = pd.DataFrame({"USUBJID": died["USUBJID"], "death": complete_dates(died["ds.DSDAT"])})
    return ended.merge(died, on="USUBJID", how="outer")


def deaths(raw_ds: pd.DataFrame, raw_ae: pd.DataFrame) -> list[str]:
    """Subjects of whom a form tells the death."""
    fatal = decoded(raw_ae, "ae.AEOUT", FATAL) | decoded(raw_ae, "ae.AESDTH", YES_NO)
    return [*raw_ds.loc[died_of(raw_ds), "USUBJID"], *raw_ae.loc[fatal.fillna(False), "USUBJID"]]


def died_of(raw_ds: pd.DataFrame) -> pd.Series:
    """True where the disposition form tells a death."""
    return decoded(raw_ds, "ds.DSREAS", {reason: reason == DEATH for reason in WITHOUT_ARM}).fillna(False)


def reason_arm_is_null(rows: pd.DataFrame) -> pd.Series:
    """ARMNRS: see the method in the workbook."""
    missing = pd.Series(index=rows.index, dtype="str")
    assigned, ended = rows["rand.ARM"].notna(), rows["ended"]
    return (
        missing.mask(~assigned, "NOT ASSIGNED")
        .mask(~assigned & ended.notna(), ended)
        .mask(assigned & ~dosed(rows), "ASSIGNED, NOT TREATED")
    )
