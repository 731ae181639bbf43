"""Analyses of displays: ADaM datasets → one long results dataset (`run.run`)."""
