"""Draws and their summaries, steady-state windows, batch means, regression: pure functions on arrays."""

from isocost.statistics.batch_means import batch_count, mean_in_order, rate_over_batches, student_quantile
from isocost.statistics.best import all_above, confidences_of_least, confidences_of_least_family
from isocost.statistics.cells import cells_of
from isocost.statistics.draws import DRAWS, Draws, combine, generator, summarise
from isocost.statistics.gate import Gate, judge, repeats_to_tell
from isocost.statistics.levels import (
    latency_scatters,
    pool_estimates,
    pool_latency,
    pooled_draws,
    throughput_draws,
    untold_latency,
)
from isocost.statistics.multiplicity import benjamini_hochberg, holm
from isocost.statistics.percentiles import percentile_ranks, percentiles, values_needed
from isocost.statistics.ranges import assumed_draws, quantiles_of
from isocost.statistics.ranks import RankCorrelation, rank_correlation
from isocost.statistics.ratios import Better, Ratio, aligned, independent, mean_ratio, ratio_of
from isocost.statistics.scatter import Scatter, pooled_scatter, scatter_for
from isocost.statistics.server_side import mean_server_side
from isocost.statistics.steady import Window, steady_windows
from isocost.statistics.window import operating_point

__all__ = [
    "DRAWS",
    "Better",
    "Draws",
    "Gate",
    "RankCorrelation",
    "Ratio",
    "Scatter",
    "Window",
    "aligned",
    "all_above",
    "assumed_draws",
    "batch_count",
    "benjamini_hochberg",
    "cells_of",
    "combine",
    "confidences_of_least",
    "confidences_of_least_family",
    "generator",
    "holm",
    "independent",
    "judge",
    "latency_scatters",
    "mean_in_order",
    "mean_ratio",
    "mean_server_side",
    "operating_point",
    "percentile_ranks",
    "percentiles",
    "pool_estimates",
    "pool_latency",
    "pooled_draws",
    "pooled_scatter",
    "quantiles_of",
    "rank_correlation",
    "rate_over_batches",
    "ratio_of",
    "repeats_to_tell",
    "scatter_for",
    "steady_windows",
    "student_quantile",
    "summarise",
    "throughput_draws",
    "untold_latency",
    "values_needed",
]
