# Values of R for analyses of the shipped trial (SYNTHETIC DATA), from its analysis datasets alone.
#   Rscript analyses.R FOLDER > analyses.json      (FOLDER: adsl.csv, adcp.csv, adhamd.csv, adae.csv of reference_data.py)
suppressPackageStartupMessages({library(emmeans); library(nlme); library(survival)})
emm_options(msg.nesting = FALSE)
folder <- commandArgs(trailingOnly = TRUE)[1]
data_of <- function(name) read.csv(file.path(folder, paste0(name, ".csv")), stringsAsFactors = FALSE, na.strings = "")
options(contrasts = c("contr.treatment", "contr.poly"))
ARMS <- c("Placebo", "Low-dose IL-2")
out <- list()
number <- function(name, value) out[[name]] <<- as.numeric(value)

# Primary: log fold change, analysis of covariance
cp <- subset(data_of("adcp"), ANL02FL == "Y" & PARAMCD == "TLHRTLHL")
cp$arm <- factor(cp$TRTP, ARMS); cp$stratum <- factor(cp$STRAT1R)
fit <- lm(CHG ~ arm + stratum + BASE, cp)
mean_of <- as.data.frame(emmeans(fit, "arm"))
for (arm in ARMS) {
  row <- mean_of[mean_of$arm == arm, ]
  number(paste("primary", arm, "lsmean"), row$emmean); number(paste("primary", arm, "lsmean_se"), row$SE)
}
effect <- summary(fit)$coefficients["armLow-dose IL-2", ]
limits <- confint(fit)["armLow-dose IL-2", ]
number("primary difference", effect["Estimate"]); number("primary difference_se", effect["Std. Error"])
number("primary difference_lower", limits[1]); number("primary difference_upper", limits[2])
number("primary p_value", effect["Pr(>|t|)"])

# Key secondary: mixed model for repeated measures, unstructured, restricted maximum likelihood
hd <- subset(data_of("adhamd"), ANL03FL == "Y")
hd$arm <- factor(hd$TRTP, ARMS); hd$stratum <- factor(hd$STRAT1R)
hd$visit <- factor(hd$AVISIT, c("Day 5", "Day 15", "Day 29", "Day 60")); hd$n <- as.integer(hd$visit)
hd <- hd[order(hd$USUBJID, hd$n), ]
mixed <- gls(CHG ~ arm * visit + stratum + BASE * visit, hd, method = "REML",
             correlation = corSymm(form = ~ n | USUBJID), weights = varIdent(form = ~ 1 | visit),
             control = glsControl(tolerance = 1e-14, msTol = 1e-15, maxIter = 2000, msMaxIter = 2000, opt = "optim", optimMethod = "BFGS"))
means <- as.data.frame(emmeans(mixed, ~ arm | visit, mode = "df.error"))
for (i in seq_len(nrow(means))) number(paste("mmrm", means$visit[i], means$arm[i], "lsmean"), means$emmean[i])
number("mmrm -2 restricted log likelihood", -2 * as.numeric(logLik(mixed)))

# Response at Day 60, missing counted as none: numbers, Fisher's test
nri <- subset(data_of("adhamd"), PARAMCD == "RESPNRI" & AVISIT == "Day 60" & ANL01FL == "Y")
table_of <- table(factor(nri$TRTP, ARMS), factor(nri$AVAL, c(0, 1)))
for (arm in ARMS) { number(paste("response", arm, "n"), table_of[arm, "1"]); number(paste("response", arm, "N"), sum(table_of[arm, ])) }
number("response difference", table_of["Low-dose IL-2", "1"] / sum(table_of["Low-dose IL-2", ]) - table_of["Placebo", "1"] / sum(table_of["Placebo", ]))
number("response fisher p", fisher.test(table_of)$p.value)

# Time to response: log-rank
# Adverse events: subjects with at least one, by term
sl <- subset(data_of("adsl"), SAFFL == "Y"); ae <- subset(data_of("adae"), TRTEMFL == "Y" & SAFFL == "Y")
for (arm in ARMS) {
  own <- subset(ae, TRTA == arm); size <- sum(sl$TRT01A == arm)
  number(paste("events", arm, "any"), length(unique(own$USUBJID)))
  for (term in sort(unique(ae$AEDECOD))) number(paste("events", arm, term), length(unique(own$USUBJID[own$AEDECOD %in% term])))
  number(paste("events", arm, "N"), size)
}
versions <- list(R = R.version.string, emmeans = as.character(packageVersion("emmeans")), nlme = as.character(packageVersion("nlme")))
quoted <- function(text) paste0('"', gsub('"', '\\\\"', text), '"')
lines <- c(sprintf("  %s: %s", quoted(names(versions)), quoted(unlist(versions))),
           sprintf("  %s: %s", quoted(names(out)), sapply(out, function(v) format(v, digits = 15))))
cat("{\n", paste(lines, collapse = ",\n"), "\n}\n", sep = "")
