# Values of R for sim36.csv, written to continuous.json: interactions and robust errors in analysis of covariance,
# analyses of imputed data (of draws.csv, which is written, too).
#   Rscript --vanilla continuous.R     in this folder; R 4.2 with emmeans and sandwich
library(emmeans)
library(sandwich)

data <- read.csv("sim36.csv", colClasses = c(USUBJID = "character"))
data$TRT <- factor(data$TRT, c("PBO", "ACT"))
data$STRATA <- factor(data$STRATA)
data <- data[complete.cases(data), ]
first <- data[data$AVISIT == "V2", ]

number <- function(x) sprintf("%.12g", as.numeric(x))
array <- function(x) paste0("[", paste(number(x), collapse = ", "), "]")
out <- sprintf('"versions": "R %s, emmeans %s, sandwich %s"', getRversion(), packageVersion("emmeans"),
               packageVersion("sandwich"))
add <- function(name, ...) out <<- c(out, sprintf('"%s": %s', name, array(c(...))))

# Treatment by stratum: LS means of PBO and ACT in each stratum, differences, and both averaged
model <- lm(CHG ~ TRT * STRATA + BASE, first)
for (weights in c("equal", "proportional")) {
  means <- emmeans(model, "TRT", weights = weights)
  difference <- confint(pairs(means, reverse = TRUE))
  add(paste("interaction overall", weights), summary(means)$emmean, summary(means)$SE,
      difference$estimate, difference$SE, difference$lower.CL, difference$upper.CL)
}
means <- emmeans(model, "TRT", by = "STRATA")
difference <- summary(pairs(means, reverse = TRUE), infer = TRUE)
add("interaction means", summary(means)$emmean)
add("interaction means se", summary(means)$SE)
add("interaction differences", difference$estimate)
add("interaction differences se", difference$SE)
add("interaction p", difference$p.value)

# Type III tests: sums to zero and the covariate centred
centred <- transform(first, BASE = BASE - mean(BASE))
sums <- lm(CHG ~ TRT * STRATA + BASE, centred, contrasts = list(TRT = contr.sum, STRATA = contr.sum))
third <- drop1(sums, . ~ ., test = "F")
add("type III", third[c("TRT", "STRATA", "BASE", "TRT:STRATA"), "F value"])
add("type III p", third[c("TRT", "STRATA", "BASE", "TRT:STRATA"), "Pr(>F)"])

# Treatment by covariate
slopes <- lm(CHG ~ TRT * BASE + STRATA, centred, contrasts = list(TRT = contr.sum, STRATA = contr.sum))
third <- drop1(slopes, . ~ ., test = "F")
add("slopes", third[c("TRT", "STRATA", "BASE", "TRT:BASE"), "F value"])
means <- emmeans(slopes, "TRT", at = list(BASE = 0))
add("slopes means", summary(means)$emmean, summary(means)$SE)

# Robust standard errors: LS means and difference without and with the interaction, and its F test
plain <- lm(CHG ~ TRT + STRATA + BASE, first)
for (type in c("HC0", "HC1", "HC2", "HC3")) {
  for (name in c("plain", "interaction")) {
    fit <- if (name == "plain") plain else model
    means <- emmeans(fit, "TRT", vcov. = vcovHC(fit, type = type))
    difference <- summary(pairs(means, reverse = TRUE), infer = TRUE)
    add(paste(type, name), summary(means)$SE, difference$estimate, difference$SE, difference$lower.CL,
        difference$upper.CL, difference$p.value)
  }
  wanted <- grep(":", names(coef(model)))
  v <- vcovHC(model, type = type)[wanted, wanted]
  add(paste(type, "F"), coef(model)[wanted] %*% solve(v, coef(model)[wanted]) / length(wanted))
}

# Multiple imputation: five draws of visit V6 from each arm's mean, pooled by Rubin's rules with the df of
# Barnard and Rubin (1999), and the same with a delta on the imputed values of ACT
set.seed(20)
every <- read.csv("sim36.csv", colClasses = c(USUBJID = "character"))
last <- every[every$AVISIT == "V6", ]
last$TRT <- factor(last$TRT, c("PBO", "ACT"))
gone <- is.na(last$CHG)
mean_of <- ave(last$CHG, last$TRT, FUN = function(x) mean(x, na.rm = TRUE))
draws <- do.call(rbind, lapply(1:5, function(d) {
  new <- last
  new$CHG[gone] <- round(mean_of[gone] + rnorm(sum(gone), sd = 8), 3)
  data.frame(DRAWNUM = d, new[c("USUBJID", "TRT", "STRATA", "BASE", "CHG")], DTYPE = ifelse(gone, "MI", ""))
}))
write.csv(draws, "draws.csv", row.names = FALSE, quote = FALSE)
rubin <- function(q, u, complete) {
  m <- length(q); w <- mean(u^2); b <- var(q); total <- w + (1 + 1 / m) * b
  lambda <- (1 + 1 / m) * b / total
  observed <- (complete + 1) / (complete + 3) * complete * (1 - lambda)
  df <- 1 / (lambda^2 / (m - 1) + 1 / observed)
  c(mean(q), sqrt(total), df, mean(q) + c(-1, 1) * qt(0.975, df) * sqrt(total), 2 * pt(-abs(mean(q) / sqrt(total)), df))
}
for (delta in c(0, 4, 8)) {
  fits <- lapply(split(draws, draws$DRAWNUM), function(d) {
    d$CHG <- d$CHG + delta * (d$DTYPE == "MI" & d$TRT == "ACT")
    fit <- lm(CHG ~ TRT + STRATA + BASE, d)
    means <- emmeans(fit, "TRT")
    rbind(summary(means)[c("emmean", "SE")], setNames(summary(pairs(means, reverse = TRUE))[c("estimate", "SE")],
                                                     c("emmean", "SE")))
  })
  complete <- nrow(last) - 5
  for (i in 1:3) {
    name <- paste("imputed", c("PBO", "ACT", "difference")[i], delta)
    add(name, rubin(sapply(fits, function(f) f$emmean[i]), sapply(fits, function(f) f$SE[i]), complete))
  }
}

# Two groups at visit V2: rank sum test and shift without ties, t-tests, analysis of variance of the strata
a <- first$CHG[first$TRT == "ACT"]; b <- first$CHG[first$TRT == "PBO"]
ranks <- wilcox.test(a, b, conf.int = TRUE, exact = TRUE)
add("wilcoxon", ranks$estimate, ranks$conf.int, ranks$p.value)
for (equal in c(TRUE, FALSE)) {
  test <- t.test(a, b, var.equal = equal)
  add(paste("t-test", equal), mean(a) - mean(b), test$stderr, test$conf.int, test$parameter, test$p.value)
}
anova <- summary(aov(BASE ~ STRATA, first))[[1]]
add("anova", anova[1, "F value"], anova[, "Df"], anova[1, "Pr(>F)"])

# Correlation of CHG with BASE at each visit, and adjusted p-values
visits <- split(data, data$AVISIT)
for (method in c("pearson", "spearman")) {
  tests <- lapply(visits, function(v) {
    n <- nrow(v); r <- cor(v$CHG, v$BASE, method = method)
    p <- 2 * pt(-abs(r) * sqrt((n - 2) / (1 - r^2)), n - 2)
    half <- qnorm(0.975) * sqrt((if (method == "spearman") 1 + r^2 / 2 else 1) / (n - 3))
    c(n, r, tanh(atanh(r) + c(-1, 1) * half), p)
  })
  for (i in 1:5) add(paste(method, c("n", "r", "lower", "upper", "p")[i]), sapply(tests, "[", i))
  for (name in c("BH", "holm")) add(paste(method, name), p.adjust(sapply(tests, "[", 5), name))
}
pearson <- cor.test(visits$V3$CHG, visits$V3$BASE)
add("cor.test", pearson$estimate, pearson$conf.int, pearson$p.value)

writeLines(paste0("{\n", paste(out, collapse = ",\n"), "\n}"), "continuous.json")
