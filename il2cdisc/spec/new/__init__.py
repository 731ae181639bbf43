"""Workbooks that are written, not typed: from the standard, from define.xml, from transport files."""
