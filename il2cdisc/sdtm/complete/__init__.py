"""The complete step: what the workbook says of every domain alike."""
