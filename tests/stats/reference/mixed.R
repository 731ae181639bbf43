# Values of R for sim36.csv, written to mixed.json: a covariance for each arm, the sandwich by subject, and
# constrained longitudinal data analysis.
#   Rscript --vanilla mixed.R     in this folder; R 4.2 with nlme
library(nlme)

data <- read.csv("sim36.csv", colClasses = c(USUBJID = "character"))
data$TRT <- factor(data$TRT, c("PBO", "ACT"))
data$AVISIT <- factor(data$AVISIT)
data$STRATA <- factor(data$STRATA)
every <- data
data <- data[complete.cases(data), ]
number <- function(x) sprintf("%.12g", as.numeric(x))
array <- function(x) paste0("[", paste(number(x), collapse = ", "), "]")
out <- sprintf('"versions": "R %s, nlme %s"', getRversion(), packageVersion("nlme"))
add <- function(name, ...) out <<- c(out, sprintf('"%s": %s', name, array(c(...))))
control <- glsControl(maxIter = 500, msMaxIter = 500, tolerance = 1e-10, msTol = 1e-12)
unstructured <- list(correlation = corSymm(form = ~ AVISITN | USUBJID), weights = varIdent(form = ~ 1 | AVISITN))
first <- list(correlation = corAR1(form = ~ AVISITN | USUBJID), weights = varIdent(form = ~ 1 | AVISITN))

# A model in which everything goes by arm: REML of both arms together is the sum of those of each arm
early <- data[data$AVISITN <= 4, ]
for (name in c("UN", "ARH1")) {
  use <- if (name == "UN") unstructured else first
  for (arm in c("PBO", "ACT")) {
    fit <- do.call(gls, c(list(CHG ~ AVISIT + BASE, early[early$TRT == arm, ], control = control), use))
    se <- sqrt(vcov(fit)["BASE", "BASE"])
    add(paste("by arm", name, arm), -2 * as.numeric(logLik(fit)), coef(fit)["BASE"], se)
  }
}

# The sandwich of Liang and Zeger and the df of Bell and McCaffrey, by whole matrices
fit <- do.call(gls, c(list(CHG ~ BASE + TRT * AVISIT + STRATA, data, control = control), first))
x <- model.matrix(formula(fit), data); e <- data$CHG - x %*% coef(fit)
n <- nrow(x); sigma <- matrix(0, n, n)
sd <- fit$sigma / varWeights(fit$modelStruct$varStruct)
r <- corMatrix(fit$modelStruct$corStruct)
order <- split(seq_len(n), data$USUBJID)
for (id in names(order)) {
  rows <- order[[id]]
  sigma[rows, rows] <- r[[id]] * outer(sd[rows], sd[rows])
}
w <- solve(sigma); bread <- solve(t(x) %*% w %*% x)
meat <- Reduce(`+`, lapply(order, function(rows) {
  s <- t(x[rows, , drop = FALSE]) %*% w[rows, rows] %*% e[rows]
  s %*% t(s)
}))
v <- bread %*% meat %*% bread
add("sandwich se", sqrt(diag(v)))
residuals <- (diag(n) - x %*% bread %*% t(x) %*% w); covariance <- residuals %*% sigma %*% t(residuals)
df <- sapply(seq_len(ncol(x)), function(k) {
  g <- sapply(order, function(rows) {
    column <- numeric(n)
    column[rows] <- w[rows, rows] %*% x[rows, , drop = FALSE] %*% bread[, k]
    column
  })
  omega <- t(g) %*% covariance %*% g
  sum(diag(omega))^2 / sum(omega^2)
})
add("sandwich df", df)
cat("names:", colnames(x), "\n")

# Constrained longitudinal data analysis: the value at each visit, baseline (V0) among them
long <- rbind(
  transform(unique(every[c("USUBJID", "TRT", "STRATA", "BASE")]), AVISIT = "V0", AVISITN = 0, AVAL = BASE),
  transform(every[every$AVISITN <= 4, c("USUBJID", "TRT", "STRATA", "BASE", "AVISIT", "AVISITN", "CHG")],
            AVAL = BASE + CHG)[c("USUBJID", "TRT", "STRATA", "BASE", "AVISIT", "AVISITN", "AVAL")])
long <- long[!is.na(long$AVAL), ]
long$AVISIT <- factor(long$AVISIT); long$PLACE <- as.integer(long$AVISITN) + 1L
for (visit in 1:4) long[[paste0("D", visit)]] <- as.numeric(long$TRT == "ACT" & long$AVISITN == visit)
long <- long[order(long$USUBJID, long$AVISITN), ]
fit <- gls(AVAL ~ AVISIT + STRATA + D1 + D2 + D3 + D4, long, control = control,
           correlation = corSymm(form = ~ PLACE | USUBJID), weights = varIdent(form = ~ 1 | AVISITN))
names <- paste0("D", 1:4)
add("clda deviance", -2 * as.numeric(logLik(fit)))
add("clda differences", coef(fit)[names])
add("clda se", sqrt(diag(vcov(fit)))[names])
means <- coef(fit)["(Intercept)"] + c(0, coef(fit)[paste0("AVISITV", 1:4)]) +
  sum(coef(fit)[c("STRATAS2", "STRATAS3")]) / 3
add("clda means", means)

writeLines(paste0("{\n", paste(out, collapse = ",\n"), "\n}"), "mixed.json")
