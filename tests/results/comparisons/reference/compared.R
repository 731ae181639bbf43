# Values of R for compared.csv (120 simulated subjects, three arms), written as JSON to compared.json:
#   Rscript --vanilla compared.R     in this folder; R 4.2 with the packages that are loaded here
suppressMessages({
  library(survival); library(MASS); library(cmprsk); library(geepack); library(brglm2); library(sandwich); library(coin)
})

data <- read.csv("compared.csv", colClasses = c(USUBJID = "character", TRT = "character"))
data$TRT <- factor(data$TRT)
data$Y <- as.numeric(data$RESP == "Y")  # a missing response counts as none
valued <- data[data$RESP != "", ]

array <- function(x) paste0("[", paste(sprintf("%.12g", as.numeric(x)), collapse = ", "), "]")
out <- c()
add <- function(name, ...) out <<- c(out, sprintf('"%s": %s', name, gsub("NA|NaN|-?Inf", "null", array(c(...)))))

# Response -------------------------------------------------------------------------------------------------------
for (arm in c("B", "C")) {
  own <- data[data$TRT %in% c("A", arm), ]
  own$TRT <- factor(own$TRT, c(arm, "A"))
  own$Y <- factor(own$Y, c(1, 0))
  t <- table(own$TRT, own$Y)
  s <- table(own$TRT, own$Y, own$STRATUM)
  f <- fisher.test(t)
  add(paste("share", arm), 100 * prop.test(t[1, 1], sum(t[1, ]), correct = FALSE)$conf.int,
      100 * binom.test(t[1, 1], sum(t[1, ]))$conf.int)
  add(paste("tests", arm), f$p.value, chisq.test(t, correct = FALSE)$p.value, mantelhaen.test(s, correct = FALSE)$p.value)
  woolf <- exp(log(t[1, 1] * t[2, 2] / t[1, 2] / t[2, 1]) + c(0, -1, 1) * qnorm(0.975) * sqrt(sum(1 / t)))
  add(paste("odds", arm), woolf, f$estimate, f$conf.int)
  m <- mantelhaen.test(s, correct = FALSE)
  e <- mantelhaen.test(s, exact = TRUE)
  add(paste("stratified odds", arm), m$estimate, m$conf.int, e$estimate, e$conf.int)
}

# Tables of any size ---------------------------------------------------------------------------------------------
t <- table(data$TRT, data$GRADE)
add("association", fisher.test(t)$p.value, chisq.test(t)$p.value, fisher.test(t[c("A", "C"), ])$p.value)
grade <- factor(data$GRADE, c("MILD", "MODERATE", "SEVERE"), ordered = TRUE)
stratum <- factor(data$STRATUM)
general <- mantelhaen.test(table(data$TRT, data$GRADE, data$STRATUM))
means <- cmh_test(grade ~ TRT | stratum, data = data, scores = list(grade = 1:3))
add("stratified association", general$p.value, pvalue(means), statistic(means))

# Time to event --------------------------------------------------------------------------------------------------
data$D <- as.numeric(data$CNSR == 0)
for (kind in c("log-log", "plain", "log")) {
  fit <- survfit(Surv(TIME, D) ~ 1, data[data$TRT == "A", ], conf.type = kind)
  q <- quantile(fit, c(0.25, 0.5, 0.75))
  at <- summary(fit, times = c(30, 60))
  add(paste("curve", kind), rbind(q$quantile, q$lower, q$upper), rbind(100 * at$surv, 100 * at$lower, 100 * at$upper, at$n.risk))
}
chi <- function(test, df) c(test$chisq, df, pchisq(test$chisq, df, lower.tail = FALSE))
add("log-rank", chi(survdiff(Surv(TIME, D) ~ TRT, data), 2))
add("log-rank strata", chi(survdiff(Surv(TIME, D) ~ TRT + strata(STRATUM), data), 2))
add("log-rank C", chi(survdiff(Surv(TIME, D) ~ TRT, data[data$TRT != "B", ]), 1))
for (ties in c("efron", "breslow")) {
  fit <- summary(coxph(Surv(TIME, D) ~ TRT + AGE + SEX + strata(STRATUM), data, ties = ties, control = coxph.control(eps = 1e-12)))
  add(paste("cox", ties), fit$conf.int["TRTC", c(1, 3, 4)], fit$coefficients["TRTC", 5])
}
means <- summary(survfit(Surv(TIME, D) ~ TRT, data), rmean = 90)$table[, c("rmean", "se(rmean)")]
add("restricted mean", t(means))
status <- ifelse(data$CNSR == 0, 1, ifelse(data$CNSR == 2, 2, 0))
inc <- cuminc(data$TIME, status, data$TRT)
at <- timepoints(inc, c(30, 60, 90))
for (arm in c("A", "B", "C")) add(paste("incidence", arm), at$est[paste(arm, 1), ], at$var[paste(arm, 1), ])
add("gray", inc$Tests[1, ], inc$Tests[2, ])
two <- data$TRT != "B"
add("gray C", cuminc(data$TIME[two], status[two], factor(data$TRT[two]))$Tests[1, ])
add("gray strata", cuminc(data$TIME, status, data$TRT, strata = data$STRATUM)$Tests[1, ])

# Rates ----------------------------------------------------------------------------------------------------------
by <- function(name, arm) sum(data[[name]][data$TRT == arm])
add("exact rate", 100 * unlist(lapply(c("A", "B", "C"), function(a) poisson.test(by("COUNT", a), by("EXPO", a))$conf.int)))

score <- function(arm, side) {  # the difference whose score statistic, with restricted rates by maximum likelihood, is z
  x <- c(by("COUNT", arm), by("COUNT", "A")); t <- c(by("EXPO", arm), by("EXPO", "A")); d0 <- x[1] / t[1] - x[2] / t[2]
  z <- function(d) {
    f <- function(r) -(x[1] * log(r + d) - (r + d) * t[1] + x[2] * log(r) - r * t[2])
    r <- optimize(f, c(max(0, -d) + 1e-9, 10), tol = 1e-12)$minimum
    (d0 - d)^2 / ((r + d) / t[1] + r / t[2]) - qchisq(0.95, 1)
  }
  uniroot(z, sort(c(d0, d0 + side * 5)), tol = 1e-10)$root
}
for (arm in c("B", "C")) add(paste("rate difference", arm), 100 * c(score(arm, -1), score(arm, 1)))

# Regression: (Intercept), TRTB, TRTC, AGE, SEXM -------------------------------------------------------------------
terms <- ~ TRT + AGE + SEX
both <- function(fit) c(coef(fit), sqrt(diag(vcov(fit))))
ml <- glm(Y ~ TRT + AGE + SEX, binomial, data, epsilon = 1e-14)
add("logistic", both(ml))
add("firth", both(glm(Y ~ TRT + AGE + SEX, binomial, data, method = "brglmFit", type = "AS_mean", epsilon = 1e-12)))
split <- data  # arm C always responds: maximum likelihood has no maximum
split$Y[split$TRT == "C"] <- 1
firth <- glm(Y ~ TRT + AGE, binomial, split, method = "brglmFit", type = "AS_mean", epsilon = 1e-12, maxit = 500)
add("firth separated", both(firth))
penalised <- function(f) {  # twice the penalised log-likelihood at the maximum of the penalised likelihood
  x <- model.matrix(f, split); y <- split$Y
  value <- function(b) {
    eta <- drop(x %*% b); p <- plogis(eta)
    -2 * (sum(y * eta - log1p(exp(eta))) + 0.5 * determinant(crossprod(x, x * (p * (1 - p))))$modulus)
  }
  b <- rep(0, ncol(x))
  for (i in 1:30) b <- optim(b, value, method = "BFGS", control = list(reltol = 1e-16, maxit = 1000))$par
  list(minimum = value(b), value = value)
}
full <- penalised(~ TRT + AGE)
profile <- function(beta) {  # the coefficient of TRTC held
  b <- coef(firth)[-3]
  f <- function(rest) full$value(append(rest, beta, 2))
  for (i in 1:30) b <- optim(b, f, method = "BFGS", control = list(reltol = 1e-16, maxit = 1000))$par
  f(b) - full$minimum
}
q <- qchisq(0.95, 1)
top <- coef(firth)[3]
add("firth profile", uniroot(function(b) profile(b) - q, c(0, top), tol = 1e-9)$root,
    uniroot(function(b) profile(b) - q, c(top, 12), tol = 1e-9)$root, pchisq(profile(0), 1, lower.tail = FALSE))
held <- suppressMessages(confint(ml, c("TRTB", "TRTC"), trace = FALSE))  # profiles, interpolated
without <- function(arm) deviance(glm(Y ~ I(TRT == setdiff(c("B", "C"), arm)) + AGE + SEX, binomial, data, epsilon = 1e-14))
dropped <- sapply(c("B", "C"), function(arm) pchisq(without(arm) - deviance(ml), 1, lower.tail = FALSE))
add("logistic profile", held[1, ], held[2, ], dropped)
ordinal <- polr(grade ~ TRT + AGE + SEX, data, Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000))
add("ordinal", coef(ordinal), ordinal$zeta, sqrt(diag(vcov(ordinal))))
unequal <- function(theta) {  # cell probabilities with coefficients of each threshold of its own
  x <- model.matrix(terms, data); k <- 2; b <- matrix(theta, ncol = k)
  p <- sapply(1:k, function(i) plogis(b[1, i] - x[, -1] %*% b[-1, i]))
  cbind(p, 1) - cbind(0, p)
}
theta <- c(rbind(ordinal$zeta, matrix(coef(ordinal), 4, 2)))
slopes <- lapply(seq_along(theta), function(i) { h <- replace(0 * theta, i, 1e-5); (unequal(theta + h) - unequal(theta - h)) / 2e-5 })
cell <- unequal(theta); own <- cbind(seq_len(nrow(data)), as.integer(grade))
score <- sapply(slopes, function(d) sum(d[own] / cell[own]))
information <- sapply(slopes, function(d) sapply(slopes, function(e) sum(d * e / cell)))
statistic <- drop(score %*% solve(information, score))
add("ordinal score", statistic, 4, pchisq(statistic, 4, lower.tail = FALSE))

# Standardised risks: predictions of the logistic model with each arm in turn, averaged over all subjects -----------
x <- function(arm) { d <- data; d$TRT <- factor(arm, levels(data$TRT)); model.matrix(terms, d) }
risks <- sapply(levels(data$TRT), function(arm) plogis(x(arm) %*% coef(ml)))
gradient <- function(arm) { p <- risks[, arm]; colMeans(x(arm) * (p * (1 - p))) }
robust <- sandwich(ml)  # HC0
for (arm in c("B", "C")) {
  g <- gradient(arm) - gradient("A")
  d <- risks[, arm] - risks[, "A"]
  influence <- (d - mean(d)) + drop(estfun(ml) %*% (bread(ml) %*% g))
  add(paste("standardised", arm), 100 * c(mean(risks[, arm]), mean(d), sqrt(drop(t(g) %*% robust %*% g)),
      sqrt(sum(influence^2)) / nrow(data)))
}

# Counts ---------------------------------------------------------------------------------------------------------
add("poisson", both(glm(COUNT ~ TRT + AGE + SEX + offset(log(EXPO)), poisson, data, epsilon = 1e-14)))
negative <- glm.nb(COUNT ~ TRT + AGE + SEX + offset(log(EXPO)), data, control = glm.control(epsilon = 1e-13, maxit = 200))
add("negative binomial", both(negative), negative$theta, negative$twologlik)

# Repeated responses -----------------------------------------------------------------------------------------------
long <- reshape(data, direction = "long", varying = c("V1", "V2", "V3"), v.names = "R", timevar = "VISIT", idvar = "USUBJID")
long <- long[order(long$USUBJID, long$VISIT), ]
long$ID <- as.integer(factor(long$USUBJID))
fit <- geeglm(R ~ TRT + AGE + SEX + factor(VISIT), id = ID, data = long, family = binomial, corstr = "exchangeable",
              control = geese.control(epsilon = 1e-12, maxit = 200))
add("gee", coef(fit)[2:3], summary(fit)$coefficients$Std.err[2:3])

writeLines(paste0("{\n", paste(out, collapse = ",\n"), "\n}"), "compared.json")
