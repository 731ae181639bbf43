"""Displays: results → pages → RTF and HTML (`render.render`). Computes nothing."""
