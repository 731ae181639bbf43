# Seconds (median) of haven's write and read, and foreign's read, as JSON: source file, target file, runs.
arguments <- commandArgs(trailingOnly = TRUE)
runs <- as.integer(arguments[3])
suppressPackageStartupMessages(library(haven))
timed <- function(work, times) {
  median(vapply(seq_len(times), function(i) system.time(work())[["elapsed"]], numeric(1)))
}
frame <- read_xpt(arguments[1])
write <- timed(function() write_xpt(frame, arguments[2], version = 5, name = "LB"), runs)
read <- timed(function() read_xpt(arguments[1]), 1L)
foreign <- timed(function() foreign::read.xport(arguments[1]), runs)
cat(sprintf('{"haven_write": %.3f, "haven_read": %.3f, "foreign_read": %.3f}', write, read, foreign))
