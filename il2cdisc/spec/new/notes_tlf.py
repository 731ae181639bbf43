"""What each sheet and each column of the workbook of displays is for: header notes, and the documentation."""

from __future__ import annotations

SHEETS = {
    "Displays": "The tables, listings and figures: one per row.",
    "Columns": "The columns of tables: one per row; rows with the same Set make one header.",
    "Analyses": "What a display shows, from top to bottom: one analysis per row.",
    "Plan": "The analyses of the analysis plan: one per row.",
    "Coverage": "Expected tables and figures: one per row, shown or with the reason why not.",
    "Methods": "The methods that an analysis may name: the list of choices of the column Method.",
}
"""Sheet → what a row of it is."""

COLUMNS = {
    "Analysis": "Name of the analysis within its display.",
    "Plan.Analysis": "Name of the analysis, or ALL for those of the display that have no row of their own.",
    "By": "Variable whose levels are the blocks of rows, such as AVISIT; empty for one block.",
    "By Levels": "Levels of By in their order, one per line: value = label. For a Series the label is the "
    "position on the x axis.",
    "Check": "How the display was checked.",
    "Checked By": "Who checked the display.",
    "Checked Hash": "The hash of what was looked at, as tlf/displays.csv gives it. A changed display "
    "loses its status.",
    "Checked On": "The day of the check, YYYY-MM-DD.",
    "Columns": "A Set of the sheet Columns; empty for listings.",
    "Comment": "Text for readers; not used.",
    "Dataset": "Dataset that the analysis is made of.",
    "Decimals": "Decimals of the values as collected. Min and max show as many, mean, median and quartiles "
    "one more, SD and SE two more.",
    "Display": "Name of the display; also the file name, in lower case.",
    "Analyses.Display": "Name of a display, or of a template that displays take.",
    "Plan.Display": "Name of the display that shows the analysis.",
    "Displays": "Names of the displays that show the item, with blanks; empty where Reason says why none.",
    "Each": "Variable: the analysis is done for each of its levels.",
    "Each Levels": "Levels of Each, one per line: value = label | | decimals.",
    "Estimand": "Estimand that the analysis serves, of the sheet Estimands; empty for none.",
    "Footnotes": "One footnote per line (Alt+Enter).",
    "Item": "Number of the expected table or figure, such as T5.",
    "Kind": "Table, Listing or Figure.",
    "Label": "Label above the rows of the analysis; empty for none.",
    "Columns.Label": "Header of the column; the number of subjects is added.",
    "Levels": "Levels of a categorical variable in their order, one per line: value = label.",
    "Lines": "Lines of the table, one per line: Label = {statistic} ({statistic:decimals}). The sheet "
    "Methods lists the statistics of each method.",
    "May Have": "Columns of Analyses that the method can use.",
    "Method": "A method of the sheet Methods.",
    "Methods.Method": "Name of the method.",
    "Needs": "Columns of Analyses that the method needs.",
    "Number": "Number of the display, such as 14.2.1.",
    "Options": "One option per line: option = value. The sheet Methods lists the options of each method.",
    "Methods.Options": "Options that the method knows.",
    "Order": "Place among the rows of the display, a number.",
    "Displays.Order": "Displays are in the order of their numbers; one with a number here comes first.",
    "Columns.Order": "Place of the column from the left, a number.",
    "Population": "The subjects that the display is about, in words.",
    "Population Dataset": "Dataset with one record per subject of the population.",
    "Population Where": "Condition on the population dataset, such as SAFFL EQ Y AND AGE GE 18. Values with "
    "blanks in double quotes.",
    "Purpose": "Purpose of the analysis for define.xml, such as PRIMARY OUTCOME MEASURE; empty for none.",
    "Reason": "Reason of the analysis for define.xml, such as SPECIFIED IN SAP; with Purpose.",
    "Plan.Reason": "Why the analysis was added or dropped.",
    "Coverage.Reason": "Why no display shows the item; empty where Displays names one.",
    "Record": "One record of each subject: highest, lowest, first or last, and a variable.",
    "Role": "Main, Sensitivity or Supplementary; only with an estimand.",
    "Row Header": "Header above the labels of the rows.",
    "Section": "Section of the analysis plan.",
    "Set": "Name of the header that the column belongs to.",
    "Shows": "What the method shows.",
    "Sort": "Order of the terms of an Occurrence.",
    "Statistics": "Statistics that lines of the method can show.",
    "Status": "Planned, Added or Dropped.",
    "Subtitle": "Second line of the title.",
    "Template": "Name in the column Display of Analyses whose rows this display takes.",
    "Template Values": "Places of the template, one per line: NAME = value, put in for <NAME>.",
    "Title": "Title without number. For synthetic data the words SYNTHETIC DATA are put in front.",
    "Treatment": "Treatment variable of the population dataset; counts the N of the column headers.",
    "Analyses.Treatment": "Treatment variable of this dataset, if its name differs from that of the display.",
    "Values": "Treatment values of the column, one per line (Alt+Enter). Empty: all subjects.",
    "Variables": "One per line: NAME = label | width | format. Width (relative) and format (date9 or a "
    "number of decimals) are for listings.",
    "Where": "Condition on the dataset: VARIABLE EQ|NE|LT|LE|GT|GE VALUE or IN|NOTIN (A, B), joined by AND. "
    "Values with blanks in double quotes.",
    "X Axis": "Title of the x axis of a figure.",
    "Y Axis": "Title of the y axis of a figure.",
}
"""Header (of one sheet: `Sheet.Header`) → what its cells are."""
