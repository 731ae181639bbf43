"""Codecs: SAS transport files and Parquet; the packages of XLSX workbooks, and spellings in ASCII."""
