# Seconds of nlme's gls with an unstructured covariance, as JSON, for a data file.
# nlme has the model, but neither Kenward-Roger nor LS means: the fit alone is timed.
arguments <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(nlme))
data <- read.csv(arguments[1], stringsAsFactors = TRUE)
data$VISIT <- factor(data$VISIT)
data$V <- as.integer(data$VISIT)
data$STRATUM <- factor(data$STRATUM)
timed <- system.time(fit <- try(gls(
  CHG ~ BASE + ARM * VISIT + BASE:VISIT + STRATUM, data,
  correlation = corSymm(form = ~ V | SUBJECT), weights = varIdent(form = ~ 1 | VISIT),
  method = "REML", control = glsControl(maxIter = 500, msMaxIter = 500)
), silent = TRUE))
deviance <- if (inherits(fit, "try-error")) "null" else sprintf("%.6f", -2 * as.numeric(logLik(fit)))
cat(sprintf('{"elapsed": %.3f, "cpu": %.3f, "deviance": %s}', timed[["elapsed"]], sum(timed[1:2]), deviance))
