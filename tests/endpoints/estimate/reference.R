# Reads subjects (set, days, cause, group, stratum) and the horizon of each set; writes every number that R has for them
# as (set, name, place, value), missing ones as NA.
suppressMessages({library(survival); library(cmprsk)})
paths <- commandArgs(trailingOnly = TRUE)
subjects <- read.csv(paths[1], colClasses = c(group = "character", stratum = "character"))
out <- file(paths[2], "w")

write_values <- function(set, name, values) {
  text <- ifelse(is.finite(values), sprintf("%.17g", values), "NA")
  if (length(values) > 0) writeLines(paste(set, name, seq_along(values) - 1, text, sep = ","), out)
}

curves <- function(set, d, tau) {
  for (type in c("log-log", "log", "plain", "logit", "arcsin")) {
    fit <- survfit(Surv(days, cause > 0) ~ 1, data = d, conf.type = type)
    write_values(set, paste0(type, ":estimate"), fit$surv)
    write_values(set, paste0(type, ":std_err"), fit$std.err * fit$surv)
    write_values(set, paste0(type, ":lower"), fit$lower)
    write_values(set, paste0(type, ":upper"), fit$upper)
    q <- quantile(fit, c(0.25, 0.5, 0.75))
    write_values(set, paste0(type, ":q_estimate"), unname(q$quantile))
    write_values(set, paste0(type, ":q_lower"), unname(q$lower))
    write_values(set, paste0(type, ":q_upper"), unname(q$upper))
  }
  write_values(set, "day", fit$time)
  write_values(set, "n_risk", fit$n.risk)
  mean <- summary(fit, rmean = tau)$table
  write_values(set, "rmean", unname(mean[c("rmean", "se(rmean)")]))
  follow_up <- quantile(survfit(Surv(days, cause == 0) ~ 1, data = d, conf.type = "log-log"), c(0.25, 0.5, 0.75))
  write_values(set, "follow_up", unname(c(follow_up$quantile, follow_up$lower, follow_up$upper)))
}

tests <- function(set, d) {
  if (length(unique(d$group)) < 2) return()
  for (rho in 0:1) {
    plain <- try(survdiff(Surv(days, cause > 0) ~ group, data = d, rho = rho), silent = TRUE)
    if (!inherits(plain, "try-error")) write_values(set, paste0("log_rank:", rho), plain$chisq)
    within <- try(survdiff(Surv(days, cause > 0) ~ group + strata(stratum), data = d, rho = rho), silent = TRUE)
    if (!inherits(within, "try-error")) write_values(set, paste0("stratified:", rho), within$chisq)
    gray <- try(cuminc(d$days, d$cause, d$group, rho = rho), silent = TRUE)
    if (!inherits(gray, "try-error")) write_values(set, paste0("gray:", rho), gray$Tests[, "stat"])
    gray <- try(cuminc(d$days, d$cause, d$group, d$stratum, rho = rho), silent = TRUE)
    if (!inherits(gray, "try-error")) write_values(set, paste0("stratified_gray:", rho), gray$Tests[, "stat"])
  }
}

incidences <- function(set, d) {
  fit <- try(cuminc(d$days, d$cause), silent = TRUE)
  if (inherits(fit, "try-error")) return()
  at <- timepoints(fit, sort(unique(d$days)))
  for (cause in sort(unique(d$cause[d$cause > 0]))) {
    row <- paste("1", cause)
    write_values(set, paste0("incidence:", cause), unname(at$est[row, ]))
    write_values(set, paste0("variance:", cause), unname(at$var[row, ]))
  }
}

for (set in unique(subjects$set)) {
  d <- subjects[subjects$set == set, ]
  curves(set, d, d$tau[1])
  tests(set, d)
  incidences(set, d)
}
close(out)
