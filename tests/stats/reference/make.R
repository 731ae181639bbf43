# Values of R for sim36.csv (36 simulated subjects, 6 visits, drop-out), written as JSON to r_values.json:
#   Rscript --vanilla make.R     in this folder; R 4.2 with nlme, emmeans and geepack
library(nlme)
library(emmeans)
library(geepack)

data <- read.csv("sim36.csv", colClasses = c(USUBJID = "character"))
data$TRT <- factor(data$TRT, c("PBO", "ACT"))
data$AVISIT <- factor(data$AVISIT)
data$STRATA <- factor(data$STRATA)
data <- data[complete.cases(data), ]

number <- function(x) sprintf("%.12g", as.numeric(x))
array <- function(x) paste0("[", paste(number(x), collapse = ", "), "]")
out <- c()
add <- function(name, ...) out <<- c(out, sprintf('"%s": %s', name, array(c(...))))

# Mixed models: deviance, estimate and standard error of TRTACT (the latter by REML alone: nlme's under ML
# has another divisor)
structures <- list(
  CS = list(corCompSymm(form = ~ AVISITN | USUBJID), NULL),
  CSH = list(corCompSymm(form = ~ AVISITN | USUBJID), varIdent(form = ~ 1 | AVISITN)),
  AR1 = list(corAR1(form = ~ AVISITN | USUBJID), NULL),
  ARH1 = list(corAR1(form = ~ AVISITN | USUBJID), varIdent(form = ~ 1 | AVISITN)),
  UN = list(corSymm(form = ~ AVISITN | USUBJID), varIdent(form = ~ 1 | AVISITN))
)
control <- glsControl(maxIter = 500, msMaxIter = 500, tolerance = 1e-10, msTol = 1e-12)
for (name in names(structures)) for (method in c("REML", "ML")) {
  fit <- gls(CHG ~ BASE + TRT * AVISIT + BASE:AVISIT + STRATA, data, method = method, control = control,
             correlation = structures[[name]][[1]], weights = structures[[name]][[2]])
  se <- if (method == "REML") sqrt(vcov(fit)["TRTACT", "TRTACT"])
  add(paste("gls", name, method), -2 * as.numeric(logLik(fit)), coef(fit)["TRTACT"], se)
}

# Analysis of covariance at the last visit: LS means and difference with SE and limits, both weightings
last <- data[data$AVISIT == "V6", ]
model <- lm(CHG ~ TRT + STRATA + BASE, last)
for (weights in c("equal", "proportional")) {
  means <- emmeans(model, "TRT", weights = weights)
  difference <- confint(pairs(means, reverse = TRUE))
  add(paste("ancova", weights), summary(means)$emmean, summary(means)$SE, difference$estimate, difference$SE,
      difference$lower.CL, difference$upper.CL)
}

# GEE: a response above 5, exchangeable, robust standard errors
data$UP <- as.numeric(data$CHG > 5)
data$ACT <- as.numeric(data$TRT == "ACT")
fit <- geeglm(UP ~ BASE + ACT, id = USUBJID, data = data, family = binomial, corstr = "exchangeable",
              control = geese.control(epsilon = 1e-12, maxit = 200))
add("gee", coef(fit), summary(fit)$coefficients$Std.err)

writeLines(paste0("{\n", paste(out, collapse = ",\n"), "\n}"), "r_values.json")
