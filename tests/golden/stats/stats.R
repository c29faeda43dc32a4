# SPDX-License-Identifier: GPL-2.0
# What R says about data.tsv; tests/unit/test_stats.c holds host/base/stats.c to it.
# Made with R 4.2.2 (Debian r-base-core), from this folder:
#	Rscript --vanilla stats.R > expected.tsv
options(warn = -1)
lines <- strsplit(readLines("data.tsv"), "\t")
d <- lapply(lines, function(l) as.numeric(strsplit(l[2], " ")[[1]]))
names(d) <- sapply(lines, function(l) l[1])
out <- function(name, v) cat(sprintf("%s\t%.12g\n", name, v), sep = "")

for (n in c("x5", "x10", "y17", "x60"))
	for (p in c(0.025, 0.5, 0.9, 0.99))
		out(sprintf("quantile %s %g", n, p), quantile(d[[n]], p, type = 7))
for (p in list(c("x5", "y5"), c("x10", "y10"), c("x12", "y17"), c("x60", "y55"),
	       c("tx", "ty"), c("sepx", "sepy"), c("y17", "x12"))) {
	w <- wilcox.test(d[[p[1]]], d[[p[2]]])
	out(sprintf("wilcox-u %s %s", p[1], p[2]), w$statistic)
	out(sprintf("wilcox-p %s %s", p[1], p[2]), w$p.value)
}
for (n in c("p1", "p2"))
	for (i in seq_along(d[[n]]))
		out(sprintf("bh %s %d", n, i - 1), p.adjust(d[[n]], "BH")[i])

# Hierarchical bootstrap: boots, then iterations in each; 50,000 resamples.
set.seed(1)
group <- function(k) lapply(0:9, function(i) d[[sprintf("boot_%s%d", k, i)]])
a <- group("a")
b <- group("b")
again <- function(g) median(sapply(sample(g, replace = TRUE),
				   function(v) median(sample(v, replace = TRUE))))
r <- replicate(50000, { m <- again(a); again(b) / m })
out("bootstrap ratio", median(sapply(b, median)) / median(sapply(a, median)))
out("bootstrap low", quantile(r, 0.025))
out("bootstrap high", quantile(r, 0.975))
