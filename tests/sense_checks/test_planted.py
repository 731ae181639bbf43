"""Each check of the data's sense: a contradiction that it finds, and what is near to it and right.

`PLANTED` changes the small study so that the check has something to say (the sentences are in the snapshot);
`RIGHT` changes it in a way that looks alike and is let pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from il2cdisc.check.rules import Rule, all_rules

Change = Callable[[Any], object]
CHECKS = [
    rule for rule in all_rules() if rule.sense is not None and not "CHK320" <= rule.kind.code < "CHK330"
]
DEATH = {"AEOUT": "FATAL", "AESER": "Y", "AESDTH": "Y", "AEENDTC": "2022-03-29"}
PART = {"DSSCAT": "STUDY PARTICIPATION"}
TREAT = {"DSSCAT": "STUDY TREATMENT"}
S5 = {"USUBJID": "S05"}


def lb(test: str, who: str = "S05", visit: float = 1.0) -> dict[str, Any]:
    return {"USUBJID": who, "LBTESTCD": test, "VISITNUM": visit}


def vs(test: str, point: str = "PRE-DOSE", who: str = "S05", visit: float = 1.0) -> dict[str, Any]:
    return {"USUBJID": who, "VSTESTCD": test, "VSTPT": point, "VISITNUM": visit}


def cp(test: str) -> dict[str, Any]:
    return {"USUBJID": "S05", "CPTESTCD": test}


PLANTED: dict[str, Change] = {
    "end_before_start": lambda s: (
        s.put("AE", 0, AEENDTC="2022-03-02"),
        s.put("CM", 0, CMENDTC="2022-02"),
        s.put("EC", 4, ECENDTC="2022-03-15T09:59"),
    ),
    "end_before_collection": lambda s: s.put("LB", 0, LBENDTC="2022-03-01T09:00"),
    "recorded_before_start": lambda s: s.put("MH", 0, MHSTDTC="2022-04"),
    "ongoing_with_end": lambda s: (
        s.put("AE", 0, AEENRTPT="ONGOING"),
        s.put("AE", 2, AEENRTPT="ONGOING", AEENTPT="2022-03-20"),
    ),
    "start_point_contradicted": lambda s: (
        s.put("CM", 0, CMSTRTPT="BEFORE", CMSTTPT="2022-03-01", CMSTRF="BEFORE"),
        s.put("CM", 0, CMENRTPT="BEFORE", CMENTPT="2022-03-01"),
    ),
    "duration_differs": lambda s: s.put("AE", 0, AEDUR="P20D"),
    "after_participation": lambda s: (
        s.change("DS", {"USUBJID": "S05", **PART}, DSSTDTC="2022-03-20"),
        s.change("SV", {"USUBJID": "S06", "VISITNUM": 4.0}, SVSTDTC="2022-04-30"),
    ),
    "after_death": lambda s: (
        s.change("DM", S5, DTHFL="Y", DTHDTC="2022-03-28"),
        s.put("AE", 1, USUBJID="S05", AEENDTC="2022-04-02"),
    ),
    "dose_after_discontinuation": lambda s: (
        s.change("DS", {**S5, **TREAT}, DSSTDTC="2022-03-16"),
        s.change("EC", {"USUBJID": "S06", "VISITNUM": 3.0}, ECSTDTC="2022-03-29T10:00"),
    ),
    "last_dose_late": lambda s: s.change("DS", {**S5, **TREAT}, DSSTDTC="2022-05-22"),
    "visit_order": lambda s: (
        s.change("SV", {**S5, "VISITNUM": 2.0}, SVSTDTC="2022-03-31"),
        s.change("SV", {"USUBJID": "S06", "VISITNUM": 3.0}, SVSTDTC="2022-03-02"),
        s.change("SV", {"USUBJID": "S07", "VISITNUM": 3.0}, SVSTDTC="2022-03-30"),
    ),
    "visits_same_day": lambda s: s.change("SV", {**S5, "VISITNUM": 2.0}, SVSTDTC="2022-03-08"),
    "outside_visit": lambda s: (
        s.change("LB", lb("ALT"), LBDTC="2022-04-08T09:00"),
        s.change("LB", lb("ALT", "S06"), LBDTC="2022-03-15T09:00"),
    ),
    "visit_not_recorded": lambda s: s.drop("SV", USUBJID="S05", VISITNUM=4.0),
    "visit_skipped": lambda s: s.drop("SV", USUBJID="S05", VISITNUM=2.0),
    "visit_not_held": lambda s: s.change("SV", {"USUBJID": "S05", "VISITNUM": 4.0}, SVOCCUR="N"),
    "visit_remote": lambda s: (
        s.frame("SV").__setitem__("SVCNTMOD", "IN PERSON"),
        s.change("SV", {"USUBJID": "S05", "VISITNUM": 4.0}, SVCNTMOD="TELEPHONE CALL"),
    ),
    "consent_missing": lambda s: s.change("DM", S5, RFICDTC=None),
    "consent_differs": lambda s: s.change("DM", S5, RFICDTC="2022-03-02"),
    "age_differs": lambda s: s.change("DM", S5, AGE=64.0),
    "age_outside_limits": lambda s: (
        s.change("DM", S5, AGE=17.0),
        s.change("DM", {"USUBJID": "S06"}, AGE=66.0),
    ),
    "duration_exceeds_age": lambda s: s.put("MH", 0, MHDUR="P45Y"),
    "male_pregnancy": lambda s: s.put("DM", 0, SEX="M"),
    "sex_not_in_population": lambda s: (s.put("TS", 0, TSVAL="F"), s.change("DM", S5, SEX="M")),
    "pregnancy_positive": lambda s: s.change("LB", lb("HCG", visit=0.0), LBSTRESC="POSITIVE"),
    "pregnancy_test_missing": lambda s: s.change("LB", lb("HCG", "S01", 0.0), LBDTC="2022-03-10"),
    "death_unflagged": lambda s: (
        s.put("AE", 0, **DEATH),
        s.change("DS", {**S5, **PART}, DSDECOD="DEATH"),
        s.new("DD", {"USUBJID": "S06", "DDSEQ": 1.0, "DDTESTCD": "PRCDTH"}),
    ),
    "death_unexplained": lambda s: s.change("DM", S5, DTHFL="Y", DTHDTC="2022-03-29"),
    "death_date_missing": lambda s: (
        s.change("DM", S5, DTHFL="Y"),
        s.change("DM", {"USUBJID": "S06"}, DTHDTC="2022-03-29"),
    ),
    "death_date_differs": lambda s: (s.put("AE", 0, **DEATH), s.put("DM", 0, DTHFL="Y", DTHDTC="2022-03-28")),
    "death_completed": lambda s: (s.put("AE", 0, **DEATH), s.put("DM", 0, DTHFL="Y", DTHDTC=None)),
    "fatal_not_serious": lambda s: (s.put("AE", 0, AEOUT="FATAL"), s.put("AE", 1, AESDTH="Y")),
    "fatal_grade": lambda s: (s.put("AE", 0, AETOXGR="5"), s.put("AE", 1, AEOUT="FATAL")),
    "several_fatal": lambda s: (s.put("AE", 0, **DEATH), s.add("AE", 0, AESEQ=2.0, AEDECOD="Fall")),
    "serious_without_criterion": lambda s: s.put("AE", 0, AESER="Y"),
    "criterion_not_serious": lambda s: s.put("AE", 0, AESLIFE="Y"),
    "outcome_without_end": lambda s: s.put("AE", 0, AEENDTC=None),
    "end_without_outcome": lambda s: s.put("AE", 0, AEOUT="NOT RECOVERED/NOT RESOLVED"),
    "outcome_missing": lambda s: s.put("AE", 0, AEOUT=None),
    "severity_missing": lambda s: s.put("AE", 0, AESEV=None, AETOXGR=None),
    "relation_missing": lambda s: s.put("AE", 0, AEREL=None),
    "related_before_dose": lambda s: (
        s.put("AE", 0, AESTDTC="2022-03-03"),
        s.add("AE", 0, USUBJID="S13", AESEQ=1.0),
    ),
    "withdrawn_still_treated": lambda s: s.put("AE", 0, AEACN="DRUG WITHDRAWN"),
    "discontinuation_without_event": lambda s: s.change("DS", {**S5, **TREAT}, DSDECOD="ADVERSE EVENT"),
    "dose_after_withdrawal": lambda s: (
        s.put("AE", 0, AEACN="DRUG WITHDRAWN"),
        s.change("DS", {"USUBJID": "S01", **TREAT}, DSDECOD="ADVERSE EVENT"),
    ),
    "action_after_last_dose": lambda s: s.put("AE", 0, AEACN="DOSE REDUCED", AESTDTC="2022-03-23"),
    "emergence_inconsistent": lambda s: (
        s.put("AE", 0, AESTDTC="2022-03-02", AEENDTC="2022-03-05"),
        s.put("SUPPAE", 2, QVAL="N"),
        s.add("AE", 0, USUBJID="S13", AESEQ=1.0),
        s.add("SUPPAE", 0, USUBJID="S13"),
    ),
    "duplicate_event": lambda s: (
        s.add("AE", 0, AESEQ=2.0, AESTDTC="2022-03-11", AEENDTC="2022-03-14"),
        s.add("AE", 3, AESEQ=2.0, AETERM="fell", AEENDTC=None),
    ),
    "duplicate_medication": lambda s: s.add("CM", 0, CMSEQ=2.0, CMENDTC="2022-03-20"),
    "duplicate_history": lambda s: s.add("MH", 0, MHSEQ=2.0),
    "event_treatment_missing": lambda s: s.put("AE", 3, AECONTRT="Y"),
    "randomised_after_dose": lambda s: s.change("DS", {**S5, "DSDECOD": "RANDOMIZED"}, DSSTDTC="2022-03-09"),
    "treated_not_randomised": lambda s: s.drop("DS", USUBJID="S05", DSDECOD="RANDOMIZED"),
    "randomised_twice": lambda s: (
        s.add("DS", 1, DSREFID="R999"),
        s.change("DS", {**S5, "DSDECOD": "RANDOMIZED"}, DSREFID=s.frame("DS").loc[1, "DSREFID"]),
    ),
    "enrolled_not_eligible": lambda s: s.add("IE", 0, USUBJID="S05", IECAT="EXCLUSION", IEORRES="Y"),
    "criterion_answer": lambda s: s.put("IE", 0, IEORRES="Y"),
    "screen_failure_treated": lambda s: s.change("DS", {**S5, **PART}, DSDECOD="SCREEN FAILURE"),
    "screen_failure_reason": lambda s: (
        s.add("IE", 0, USUBJID="S99"),
        s.drop("IE", USUBJID="S13"),
        s.change("DS", {"USUBJID": "S13", **PART}, DSTERM="SCREEN FAILURE"),
    ),
    "arm_inconsistent": lambda s: (
        s.change("DM", {"USUBJID": "S13"}, ARMNRS=None),
        s.change("DM", S5, ARMNRS="ASSIGNED, NOT TREATED"),
        s.change("DM", {"USUBJID": "S06"}, ACTARMCD="B"),
        s.change("DM", {"USUBJID": "S07"}, ARMNRS="NOT ASSIGNED"),
    ),
    "treatment_unlike_arm": lambda s: s.change("EX", S5, EXTRT="DRUG B"),
    "duplicate_dose": lambda s: (
        s.change("EC", {**S5, "VISITNUM": 2.0}, ECSTDTC="2022-03-08T10:00", ECENDTC="2022-03-08T10:00"),
        s.change("EC", {"USUBJID": "S06", "VISITNUM": 2.0}, ECSTDTC="2022-03-08T18:00", ECENDTC=None),
    ),
    "dose_unusual": lambda s: s.change("EC", S5, ECDOSE=50.0),
    "missed_dose_contradicted": lambda s: (
        s.change("EC", S5, ECOCCUR="N"),
        s.change("EC", {"USUBJID": "S06"}, ECDOSE=None),
    ),
    "missed_dose_reason": lambda s: s.change("EC", S5, ECOCCUR="N", ECDOSE=None),
    "dose_zero_mixed": lambda s: s.change("EX", S5, EXDOSE=0.0),
    "exposure_dates_differ": lambda s: s.change("DM", S5, RFXSTDTC="2022-03-07", RFXENDTC="2022-03-15T10:00"),
    "returned_more": lambda s: s.change("DA", {**S5, "DATESTCD": "RETAMT"}, DASTRESN=2.0),
    "kit_not_dispensed": lambda s: (
        s.change("EC", S5, ECREFID="S06-9"),
        s.change("DA", {"USUBJID": "S06", "DATESTCD": "RETAMT"}, DASTRESN=1.0),
    ),
    "exposure_missing": lambda s: (s.drop("EC", USUBJID="S05"), s.drop("EX", USUBJID="S05")),
    "dose_incomplete": lambda s: (s.put("EC", 0, ECSTDTC=None), s.put("EC", 4, ECDOSU=None)),
    "several_dispositions": lambda s: s.add("DS", 3, DSDECOD="LOST TO FOLLOW-UP"),
    "disposition_missing": lambda s: s.drop("DS", USUBJID="S05", **PART),
    "completed_without_visit": lambda s: s.change("SV", {**S5, "VISITNUM": 4.0}, SVOCCUR="N"),
    "related_record_missing": lambda s: (
        s.put("SUPPAE", 0, IDVARVAL="9"),
        s.put("RELREC", 0, RELID="AE-CM-9"),
    ),
    "link_before_event": lambda s: (s.put("CM", 0, CMENDTC="2022-03-05"), s.put("FA", 0, FADTC="2022-03-15")),
    "predose_after_dose": lambda s: s.change("VS", vs("SYSBP"), VSDTC="2022-03-08T10:20"),
    "postdose_before_dose": lambda s: s.change(
        "VS", vs("SYSBP", "60 MIN POST-DOSE"), VSDTC="2022-03-08T09:00"
    ),
    "elapsed_time_differs": lambda s: s.change(
        "VS", vs("SYSBP", "60 MIN POST-DOSE"), VSDTC="2022-03-08T14:05"
    ),
    "timepoint_order": lambda s: s.change(
        "VS", vs("PULSE", "AFTER 3 MIN", visit=0.0), VSDTC="2022-03-01T09:29"
    ),
    "sample_after_dose": lambda s: s.change("LB", lb("ALT"), LBDTC="2022-03-08T11:20"),
    "units_several": lambda s: s.change("LB", lb("ALT"), LBSTRESU="ukat/L"),
    "unit_missing": lambda s: s.change("LB", lb("ALT"), LBSTRESU=None),
    "limits_inverted": lambda s: s.change("LB", lb("ALT"), LBSTNRLO=400.0),
    "indicator_differs": lambda s: (
        s.change("LB", lb("ALT"), LBSTRESN=80.0),
        s.change("LB", lb("AST"), LBNRIND="LOW"),
        s.change("LB", lb("BILI"), LBSTRESN=1.0),
    ),
    "standard_result_differs": lambda s: (
        s.change("LB", lb("ALT"), LBSTRESN=200.0),
        s.change("LB", lb("AST"), LBSTRESC=None),
        s.change("LB", lb("BILI"), LBORRES="11"),
    ),
    "share_outside": lambda s: (
        s.change("CP", cp("TLHRTLH"), CPSTRESN=106.3),
        s.change("LB", lb("HCT"), LBSTRESN=-1.0),
    ),
    "negative_result": lambda s: s.change("LB", lb("NEUT"), LBSTRESN=-12.0),
    "systolic_below_diastolic": lambda s: (
        s.change("VS", vs("SYSBP"), VSSTRESN=78.0),
        s.change("VS", vs("DIABP", "60 MIN POST-DOSE"), VSSTRESN=130.0),
    ),
    "differential_sum": lambda s: (
        s.change("LB", lb("NEUTLE"), LBSTRESN=88.0),
        s.change("LB", lb("NEUT"), LBSTRESN=1.0),
        s.change("LB", lb("LYM", "S06"), LBSTRESN=5.8),
    ),
    "part_above_whole": lambda s: s.change("LB", lb("BILDIR"), LBSTRESN=30.0),
    "subsets_of_cells": lambda s: (
        s.change("CP", cp("TLYHR"), CPSTRESN=900.0),
        s.change("CP", cp("TLHNTH"), CPSTRESN=60.0),
        s.change("CP", {"USUBJID": "S06", "CPTESTCD": "TLYHR"}, CPSTRESN=80.0),
    ),
    "red_cell_indices": lambda s: s.change("LB", lb("MCV"), LBSTRESN=60.0),
    "body_size_differs": lambda s: (
        s.change("VS", {**S5, "VSTESTCD": "BMI"}, VSSTRESN=34.0),
        s.add("VS", s.find("VS", USUBJID="S06", VSTESTCD="HEIGHT"), VISITNUM=1.0, VSSTRESN=150.0),
        s.add("VS", s.find("VS", USUBJID="S07", VSTESTCD="WEIGHT"), VISITNUM=1.0, VSSTRESN=700.0),
    ),
    "corrected_qt": lambda s: s.change("EG", {**S5, "EGTESTCD": "QTCFAG"}, EGSTRESN=460.0),
    "liver_signal": lambda s: (
        s.change("LB", lb("ALT"), LBSTRESN=400.0),
        s.change("LB", lb("AST", "S06"), LBSTRESN=130.0),
        s.change("LB", lb("BILI", "S06"), LBSTRESN=50.0),
    ),
    "not_done_with_result": lambda s: (
        s.change("LB", lb("ALT"), LBSTAT="NOT DONE"),
        s.change("LB", lb("AST"), LBORRES=None, LBSTRESC=None),
    ),
    "baseline_missing": lambda s: s.drop("LB", USUBJID="S05", VISITNUM=1.0),
    "baseline_not_last": lambda s: (
        s.change("LB", lb("ALT", visit=0.0), LBLOBXFL="Y"),
        s.change("LB", lb("ALT"), LBLOBXFL=None),
        s.change("LB", lb("AST"), LBDTC="2022-03-08T10:30"),
        s.change("LB", lb("BILI"), LBSTRESC=None),
    ),
    "study_day_differs": lambda s: (
        s.put("AE", 0, AESTDY=1.0),
        s.put("AE", 1, AEENDY=3.0),
        s.put("LB", 0, LBDY=None),
    ),
    "epoch_differs": lambda s: (
        s.put("AE", 0, AESTDTC="2022-03-02"),
        s.put("CM", 0, EPOCH="WASHOUT"),
        s.put("LB", 0, EPOCH="TREATMENT"),
    ),
    "element_gap": lambda s: s.put("SE", 1, SESTDTC="2022-03-10"),
    "coded_differently": lambda s: (
        s.add("AE", 0, USUBJID="S05", AEDECOD="Migraine"),
        s.put("AE", 2, AEBODSYS="Injuries"),
        s.add("AE", 0, USUBJID="S06"),
    ),
}
RIGHT: dict[str, Change] = {
    "end_before_start": lambda s: s.put("AE", 0, AEENDTC="2022-03"),
    "end_before_collection": lambda s: s.put("LB", 0, LBENDTC="2022-03-01T09:30"),
    "recorded_before_start": lambda s: s.put("MH", 0, MHSTDTC="2022-03"),
    "ongoing_with_end": lambda s: s.put("AE", 0, AEENRTPT="ONGOING", AEENTPT="2022-03-10"),
    "start_point_contradicted": lambda s: s.put("CM", 0, CMSTRTPT="BEFORE", CMSTTPT="SCREENING"),
    "duration_differs": lambda s: s.put("AE", 0, AEDUR="P4D"),
    "after_participation": lambda s: (
        s.put("AE", 0, AEENDTC="2022-05-01"),
        s.change("SV", {**S5, "VISITNUM": 4.0}, SVSTDTC="2022-04-30", SVOCCUR="N"),
    ),
    "after_death": lambda s: s.put("DM", 0, DTHFL="Y", DTHDTC="2022-03"),
    "dose_after_discontinuation": lambda s: s.change(
        "EC", {**S5, "VISITNUM": 3.0}, ECSTDTC="2022-03-23T10:00", ECOCCUR="N"
    ),
    "last_dose_late": lambda s: s.change("DS", {**S5, **TREAT}, DSSTDTC="2022-04-20"),
    "visit_order": lambda s: s.add("SV", 3, VISITNUM=3.5, VISIT="UNSCHEDULED", SVSTDTC="2022-03-02"),
    "visits_same_day": lambda s: s.add("SV", 3, VISITNUM=3.5, VISIT="UNSCHEDULED"),
    "outside_visit": lambda s: s.change("LB", lb("ALT", visit=4.0), LBDTC="2022-04-04T09:00"),
    "visit_not_recorded": lambda s: s.change("LB", lb("ALT"), VISITNUM=None),
    "visit_skipped": lambda s: s.drop("SV", USUBJID="S05", VISITNUM=4.0),
    "visit_not_held": lambda s: (
        s.drop("LB", USUBJID="S05", VISITNUM=4.0),
        s.drop("VS", USUBJID="S05", VISITNUM=4.0),
        s.change("SV", {"USUBJID": "S05", "VISITNUM": 4.0}, SVOCCUR="N"),
    ),
    "visit_remote": lambda s: (
        s.frame("SV").__setitem__("SVCNTMOD", "IN PERSON"),
        s.drop("LB", USUBJID="S05", VISITNUM=4.0),
        s.drop("VS", USUBJID="S05", VISITNUM=4.0),
        s.change("SV", {"USUBJID": "S05", "VISITNUM": 4.0}, SVCNTMOD="TELEPHONE CALL"),
    ),
    "consent_missing": lambda s: s.frame("DM").__setitem__("RFICDTC", s.frame("DM")["DTHDTC"]),
    "consent_differs": lambda s: s.change("DM", S5, RFICDTC="2022-03"),
    "age_differs": lambda s: s.change("DM", S5, AGE=42.0),
    "age_outside_limits": lambda s: (
        s.change("DM", S5, AGE=65.0),
        s.change("DM", {"USUBJID": "S13"}, AGE=80.0),
    ),
    "duration_exceeds_age": lambda s: s.put("MH", 0, MHDUR="P42Y"),
    "male_pregnancy": lambda s: (
        s.put("DM", 0, SEX="M"),
        s.put("RP", 0, RPTESTCD="BCMETHOD"),
        s.drop("LB", USUBJID="S01", LBTESTCD="HCG"),
    ),
    "sex_not_in_population": lambda s: s.put("TS", 0, TSVAL="F"),
    "pregnancy_positive": lambda s: s.change("LB", lb("HCG", visit=0.0), LBSTRESC="INDETERMINATE"),
    "pregnancy_test_missing": lambda s: s.change("LB", lb("HCG", "S01", 0.0), LBDTC="2022-03-08T12:00"),
    "death_unflagged": lambda s: (s.put("AE", 0, **DEATH), s.put("DM", 0, DTHFL="Y")),
    "death_unexplained": lambda s: (s.put("AE", 0, **DEATH), s.put("DM", 0, DTHFL="Y")),
    "death_date_missing": lambda s: s.change("DM", S5, DTHFL="Y", DTHDTC="2022"),
    "death_date_differs": lambda s: (s.put("AE", 0, **DEATH), s.put("DM", 0, DTHFL="Y", DTHDTC="2022-03")),
    "death_completed": lambda s: s.put("DM", 0, DTHFL="Y", DTHDTC="2022-04-20"),
    "fatal_not_serious": lambda s: s.put("AE", 0, **DEATH),
    "fatal_grade": lambda s: s.put("AE", 0, AEOUT="FATAL", AETOXGR="4"),
    "several_fatal": lambda s: (s.put("AE", 0, **DEATH), s.put("AE", 1, **DEATH)),
    "serious_without_criterion": lambda s: s.put("AE", 0, AESER="Y", AESMIE="Y"),
    "criterion_not_serious": lambda s: s.put("AE", 0, AESLIFE="N"),
    "outcome_without_end": lambda s: s.put("AE", 0, AEENDTC="2022"),
    "end_without_outcome": lambda s: (
        s.put("AE", 0, AEOUT="NOT RECOVERED/NOT RESOLVED"),
        s.add("AE", 0, AESEQ=2.0, AESTDTC="2022-03-12", AEENDTC="2022-03-14", AEOUT="RECOVERED/RESOLVED"),
    ),
    "outcome_missing": lambda s: s.put("AE", 0, AEOUT=None, AEOCCUR="N"),
    "severity_missing": lambda s: s.put("AE", 0, AESEV=None),
    "relation_missing": lambda s: s.put("AE", 0, AEREL=None, AESTDTC="2022-03-02"),
    "related_before_dose": lambda s: s.put("AE", 0, AESTDTC="2022-03"),
    "withdrawn_still_treated": lambda s: (
        s.put("AE", 0, AEACN="DRUG WITHDRAWN"),
        s.change("DS", {"USUBJID": "S01", **TREAT}, DSDECOD="ADVERSE EVENT"),
    ),
    "discontinuation_without_event": lambda s: (
        s.put("AE", 0, AEACN="DRUG WITHDRAWN"),
        s.change("DS", {"USUBJID": "S01", **TREAT}, DSDECOD="ADVERSE EVENT"),
    ),
    "dose_after_withdrawal": lambda s: s.put("AE", 0, AEACN="DRUG WITHDRAWN", AEENDTC="2022-03-22"),
    "action_after_last_dose": lambda s: s.put("AE", 0, AEACN="DOSE NOT CHANGED", AESTDTC="2022-03-23"),
    "emergence_inconsistent": lambda s: (s.put("AE", 0, AESTDTC="2022-03-23"), s.put("SUPPAE", 0, QVAL="N")),
    "duplicate_event": lambda s: (
        s.add("AE", 0, AESEQ=2.0, AESTDTC="2022-03-12", AEENDTC="2022-03-14"),
        s.add("AE", 0, AESEQ=3.0, AESTDTC="2022-03-11", AELOC="NECK"),
        s.add("AE", 3, AESEQ=2.0, AESTDTC="2022-03-18", AEDECOD="Contusion"),
    ),
    "duplicate_medication": lambda s: s.add("CM", 0, CMSEQ=2.0, CMDOSE=1000.0),
    "duplicate_history": lambda s: s.add("MH", 0, MHSEQ=2.0, MHSTDTC="2015"),
    "event_treatment_missing": lambda s: s.put("AE", 1, AECONTRT="Y"),
    "randomised_after_dose": lambda s: s.change("DS", {**S5, "DSDECOD": "RANDOMIZED"}, DSSTDTC="2022-03"),
    "treated_not_randomised": lambda s: s.drop("DS", DSDECOD="RANDOMIZED"),
    "randomised_twice": lambda s: s.frame("DS").__setitem__(
        "DSREFID", s.frame("DS")["DSSCAT"].where([False] * len(s.frame("DS")))
    ),
    "enrolled_not_eligible": lambda s: s.add("IE", 0, USUBJID="S05", IECAT="EXCLUSION", IEORRES="N"),
    "criterion_answer": lambda s: s.put("IE", 0, IECAT="EXCLUSION", IEORRES="Y"),
    "screen_failure_treated": lambda s: s.add("IE", 0, USUBJID="S05"),
    "screen_failure_reason": lambda s: s.change("DS", {"USUBJID": "S13", **PART}, DSTERM="SCREEN FAILURE"),
    "arm_inconsistent": lambda s: s.change(
        "DM", S5, ACTARMCD=None, ARMNRS="UNPLANNED TREATMENT", ACTARMUD="none of the arms"
    ),
    "treatment_unlike_arm": lambda s: [
        s.change("EX", {"USUBJID": who}, EXTRT="DRUG B") for who in ("S05", "S06")
    ],
    "duplicate_dose": lambda s: [
        s.add("EC", row, ECSTDTC=f"{at[:10]}T20:00", ECENDTC=f"{at[:10]}T20:00")
        for row, at in enumerate(s.frame("EC")["ECSTDTC"].tolist())
    ],
    "dose_unusual": lambda s: s.change("EC", S5, ECDOSE=10.0),
    "missed_dose_contradicted": lambda s: s.change("EC", S5, ECOCCUR="N", ECDOSE=None, ECREASOC="fever"),
    "missed_dose_reason": lambda s: s.change("EC", S5, ECOCCUR="N", ECDOSE=None, ECREASOC="fever"),
    "dose_zero_mixed": lambda s: s.frame("EX").__setitem__("EXDOSE", 0.0),
    "exposure_dates_differ": lambda s: (
        s.change("DM", S5, RFXSTDTC="2022-03"),
        s.change("EX", S5, EXSTDTC="2022-03"),
    ),
    "returned_more": lambda s: s.change("DA", {**S5, "DATESTCD": "RETAMT"}, DASTRESN=1.0),
    "kit_not_dispensed": lambda s: (
        s.change("EC", S5, ECOCCUR="N", ECDOSE=None, ECREASOC="fever"),
        s.change("DA", {**S5, "DATESTCD": "RETAMT"}, DASTRESN=1.0),
    ),
    "exposure_missing": lambda s: (
        s.drop("EC", USUBJID="S05"),
        s.drop("EX", USUBJID="S05"),
        s.change("DM", S5, ARMNRS="ASSIGNED, NOT TREATED"),
    ),
    "dose_incomplete": lambda s: s.put("EC", 0, ECSTDTC=None, ECOCCUR="N"),
    "several_dispositions": lambda s: s.add("DS", 2, EPOCH="RUN-IN"),
    "disposition_missing": lambda s: (s.drop("DS", USUBJID="S05", **PART), s.put("TS", 4, TSVAL="Y")),
    "completed_without_visit": lambda s: (
        s.change("SV", {**S5, "VISITNUM": 4.0}, SVOCCUR="N"),
        s.change("DS", {**S5, **PART}, DSDECOD="LOST TO FOLLOW-UP"),
    ),
    "related_record_missing": lambda s: s.put("RELREC", 0, IDVAR="AESPID"),
    "link_before_event": lambda s: (
        s.put("CM", 0, CMENDTC="2022-03"),
        s.put("FA", 0, FADTC="2022-03-16T08:00"),
    ),
    "predose_after_dose": lambda s: s.change("VS", vs("SYSBP"), VSDTC="2022-03-08"),
    "postdose_before_dose": lambda s: s.change("VS", vs("SYSBP", "60 MIN POST-DOSE"), VSDTC="2022-03-08"),
    "elapsed_time_differs": lambda s: s.change(
        "VS", vs("SYSBP", "60 MIN POST-DOSE"), VSDTC="2022-03-08T11:30"
    ),
    "timepoint_order": lambda s: s.change(
        "VS", vs("PULSE", "AFTER 3 MIN", visit=0.0), VSDTC="2022-03-01T09:31"
    ),
    "sample_after_dose": lambda s: [
        s.change("LB", lb(test, who), LBDTC="2022-03-08T11:20")
        for who in s.frame("DM")["USUBJID"][:4].tolist()
        for test in s.frame("LB")["LBTESTCD"][:18].tolist()
    ],
    "units_several": lambda s: s.change("LB", lb("ALT"), LBSTRESU="ukat/L", LBSPEC="URINE"),
    "unit_missing": lambda s: s.frame("LB").__setitem__("LBSTRESU", s.frame("LB")["LBSTAT"]),
    "limits_inverted": lambda s: s.change("LB", lb("ALT"), LBSTNRLO=40.0),
    "indicator_differs": lambda s: s.change("LB", lb("ALT"), LBSTRESN=40.1),
    "standard_result_differs": lambda s: (
        s.change("LB", lb("ALT"), LBSTRESC="20.1", LBSTRESN=20.14, LBORRES="20.14"),
        s.change("LB", lb("AST"), LBORRES="0.42", LBORRESU="ukat/L"),
    ),
    "share_outside": lambda s: s.change("CP", cp("TLYH"), CPSTRESN=106.3),
    "negative_result": lambda s: [
        s.change("LB", lb("NEUT", who), LBSTRESN=-12.0) for who in ("S05", "S06", "S07")
    ],
    "systolic_below_diastolic": lambda s: s.change("VS", vs("SYSBP"), VSSTRESN=79.0),
    "differential_sum": lambda s: (
        s.change("LB", lb("NEUTLE"), LBSTRESN=52.0),
        s.change("LB", lb("NEUT"), LBSTRESN=3.8),
    ),
    "part_above_whole": lambda s: s.change("LB", lb("BILDIR"), LBSTRESN=10.1),
    "subsets_of_cells": lambda s: s.change("CP", cp("TLYHR"), CPSTRESN=50.0),
    "red_cell_indices": lambda s: s.change("LB", lb("MCV"), LBSTRESN=95.0),
    "body_size_differs": lambda s: (
        s.change("VS", {**S5, "VSTESTCD": "BMI"}, VSSTRESN=25.0),
        s.add("VS", s.find("VS", USUBJID="S06", VSTESTCD="HEIGHT"), VISITNUM=1.0, VSSTRESN=174.0),
    ),
    "corrected_qt": lambda s: s.change("EG", {**S5, "EGTESTCD": "QTCFAG"}, EGSTRESN=410.0),
    "liver_signal": lambda s: s.change("LB", lb("ALT"), LBSTRESN=150.0),
    "not_done_with_result": lambda s: s.change(
        "LB", lb("ALT"), LBSTAT="NOT DONE", LBORRES=None, LBSTRESC=None
    ),
    "baseline_missing": lambda s: s.drop("EG", EGTESTCD="QTCFAG"),
    "baseline_not_last": lambda s: s.change("LB", lb("ALT", visit=0.0), LBDTC="2022-03-08"),
    "study_day_differs": lambda s: s.put("AE", 1, AEENDY=None),
    "epoch_differs": lambda s: s.put("AE", 0, AESTDTC="2022-03"),
    "element_gap": lambda s: s.put("SE", 1, SESTDTC="2022-03"),
    "coded_differently": lambda s: s.add("AE", 0, USUBJID="S05", AETERM="HEADACHE "),
}
UNDERIVED = {"study_day_differs"}
"""Checks of what is derived: the study days stay as they were changed."""


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: rule.name)
def test_a_contradiction_is_found(rule: Rule, study: Any, snapshot: SnapshotAssertion) -> None:
    PLANTED[rule.name](study)
    told = study.told(rule, days=rule.name not in UNDERIVED)
    assert told
    assert told == snapshot


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: rule.name)
def test_what_is_near_and_right_is_let_pass(rule: Rule, study: Any) -> None:
    RIGHT[rule.name](study)
    assert study.told(rule, days=rule.name not in UNDERIVED) == []


def test_each_check_is_planted_once() -> None:
    names = {rule.name for rule in CHECKS}
    assert names == set(PLANTED) == set(RIGHT)
