# What haven and foreign read from the transport files given as arguments, one line a column and fact:
# file, reader, fact, variable, values, between tabs. Numbers are written with %a (exact), missing ones as NA.
suppressPackageStartupMessages({library(haven); library(foreign)})
show <- function(x) {
  if (is.character(x) || is.factor(x)) {
    ifelse(is.na(x), "", as.character(x))
  } else {
    x <- as.numeric(unclass(x))
    ifelse(is.na(x), "NA", sprintf("%a", x))
  }
}
tell <- function(file, reader, fact, variable, values) {
  cat(paste(c(basename(file), reader, fact, variable, values), collapse = "\t"), "\n", sep = "")
}
text <- function(x) if (is.null(x)) "" else x
for (file in commandArgs(trailingOnly = TRUE)) {
  frame <- read_xpt(file)
  tell(file, "haven", "label", "", text(attr(frame, "label")))
  for (name in names(frame)) {
    column <- frame[[name]]
    tell(file, "haven", "label", name, text(attr(column, "label")))
    tell(file, "haven", "format", name, text(attr(column, "format.sas")))
    # haven turns formatted numbers into dates and times; SAS counts from 1960
    shift <- 0
    if (inherits(column, "Date")) shift <- 3653
    if (inherits(column, "POSIXct")) shift <- 3653 * 86400
    if (is.character(column)) values <- show(column) else values <- show(as.numeric(column) + shift)
    tell(file, "haven", "value", name, values)
  }
  frame <- read.xport(file)
  for (name in names(frame)) tell(file, "foreign", "value", name, show(frame[[name]]))
}
