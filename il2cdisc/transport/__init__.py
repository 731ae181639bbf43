"""Codecs: SAS transport files, Parquet, and the files of SAS, SPSS and Stata."""
