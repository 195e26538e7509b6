"""Data envelopment beside what is published, and its time beside scipy's loop and R's Benchmarking.

The textbook tables are read by path; they are not part of the project. Speed: variable returns, inputs
shrunk, 3 inputs X ~ U(1, 10), 2 outputs that share X^(.3, .3, .2) exp(-|N(0, .3)|) by U(.2, .8), one core.
scipy solves the textbook program unit by unit; from 1,000 units on it solves 40 of them, and its time is
theirs times n / 40. R is asked only where Rscript has the package Benchmarking.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from figures import Figure, show
from machine import heading

from isocost.frontier import Axis, EnvelopmentProblem, cost_efficiencies, envelop, malmquist, radial_scores
from isocost.frontier.radial import radial_direction
from isocost.frontier.simplex import Programs, solve_programs

if TYPE_CHECKING:
    from collections.abc import Callable

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
DATA = Path(__file__).parents[1].parent / "shared/data/frontier_textbook"
ONE_CORE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
TARGETS_S = {100: 0.04, 1000: 0.6, 5000: 6.0}
OF_R = {1000: 0.6, 5000: 0.2}
LOOPED = 40
R_SCRIPT = """
suppressMessages(library(Benchmarking)); d <- as.matrix(read.csv(commandArgs(TRUE)[1], header = FALSE))
cat(system.time(dea(d[, 1:3], d[, 4:5], RTS = "vrs", ORIENTATION = "in"))[["elapsed"]])
"""


def table(name: str, *columns: str) -> FloatArray:
    with (DATA / f"{name}.csv").open(encoding="utf-8") as file:
        return np.array([[float(row[column] or "nan") for column in columns] for row in csv.DictReader(file)])


def problem(x: FloatArray, y: FloatArray) -> EnvelopmentProblem:
    return EnvelopmentProblem(
        names=tuple(map(str, range(len(x)))),
        input_axes=tuple(Axis(name=f"x{i}", unit="", better="lower") for i in range(x.shape[1])),
        output_axes=tuple(Axis(name=f"y{i}", unit="", better="higher") for i in range(y.shape[1])),
        inputs=x,
        outputs=y,
    )


def worst(figure: str, ours: FloatArray, published: FloatArray, target: str, beside: str = "") -> Figure:
    error = float(np.abs(np.asarray(ours) - np.asarray(published)).max())
    return Figure(f"{figure}, largest difference", f"{error:.1e}", target, beside)


def published() -> list[Figure]:
    """Every published score that is at hand."""
    name = "charnes1981_program_follow_through"
    x, y = table(name, *(f"x{i}" for i in range(1, 6))), table(name, "y1", "y2", "y3")
    found = []
    for technology in ("crs", "vrs", "drs", "irs", "fdh"):
        for orientation in ("input", "output"):
            scores = envelop(problem(x, y), technology=technology, orientation=orientation).scores  # type: ignore[arg-type]
            column = table(name, f"eff_{technology}_{orientation[:-3]}")[:, 0]
            beside = "R Benchmarking 0.33, 10 digits"
            found.append(
                worst(f"70 sites, {technology} {orientation}", scores, column, "at most 1e-9", beside)
            )
    site = envelop(problem(x, y), orientation="output").units[50].score
    found.append(Figure("site 51, vrs output", f"{site:.4f}", "1.0871", "dealib 1.0.0: 1.0"))
    name = "fls_eleven_dmu"
    eleven = problem(table(name, "x1", "x2"), table(name, "y"))
    for technology in ("crs", "vrs"):
        for orientation in ("input", "output"):
            scores = envelop(eleven, technology=technology, orientation=orientation).scores  # type: ignore[arg-type]
            column = table(name, f"te_{technology}_{orientation[:-3]}")[:, 0]
            found.append(worst(f"the eleven, {technology} {orientation}", scores, column, "at most 1e-9"))
    return found + deap()


def deap() -> list[Figure]:
    """Examples 1, 3, 2 and 4 of the guide to DEAP."""
    name = "coelli_deap_eg1_eg3"
    firms = problem(table(name, "x1", "x2"), table(name, "y"))
    costs = [unit.overall for unit in cost_efficiencies(firms, np.array([1.0, 3.0]), technology="crs")]
    single = problem(table("coelli_deap_eg2", "x"), table("coelli_deap_eg2", "y"))
    found = [
        worst(
            "DEAP 1, crs",
            envelop(firms, technology="crs").scores,
            table(name, "te_crs_in_exact")[:, 0],
            "at most 1e-9",
        ),
        worst("DEAP 3, cost", np.array(costs), table(name, "cost_eff_crs_computed_R")[:, 0], "at most 1e-7"),
        worst(
            "DEAP 2, vrs output",
            envelop(single, orientation="output").scores,
            table("coelli_deap_eg2", "vrste_out_farrell")[:, 0],
            "at most 1e-9",
        ),
    ]
    rows = table("coelli_deap_eg4_malmquist", "year", "x", "y", "effch", "techch", "pech", "sech", "tfpch")
    errors = []
    for year in (2, 3):
        before, after = (rows[rows[:, 0] == each] for each in (year - 1, year))
        changes = malmquist(problem(before[:, 1:2], before[:, 2:3]), problem(after[:, 1:2], after[:, 2:3]))
        fields = ("efficiency", "technical", "pure", "scale", "total")
        ours = np.array([[getattr(change, field) for field in fields] for change in changes])
        errors.append(np.abs(ours - after[:, 3:]).max())
    found.append(
        Figure(
            "DEAP 4, Malmquist, largest difference",
            f"{max(errors):.1e}",
            "at most 6e-4",
            "three digits printed",
        )
    )
    return found


def made_up(units: int) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(1)
    x = rng.uniform(1, 10, (units, 3))
    made = np.prod(x ** [0.3, 0.3, 0.2], axis=1) * np.exp(-np.abs(rng.normal(0, 0.3, units)))
    share = rng.uniform(0.2, 0.8, units)
    return x, np.c_[made * share, made * (1 - share)]


def seconds(call: Callable[[], object], repeats: int = 3) -> float:
    """Best of so many: other programs can only slow it down."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return min(times)


def looped(x: FloatArray, y: FloatArray, chosen: FloatArray) -> FloatArray:
    """Scores of some units from the textbook program, one by one through scipy."""
    from scipy.optimize import linprog

    units = len(x)
    goal, sums = np.r_[1.0, np.zeros(units)], np.r_[0.0, np.ones(units)][None]
    found = []
    for i in chosen:
        above = np.vstack([np.c_[-x[i], x.T], np.c_[np.zeros(y.shape[1]), -y.T]])
        limit = np.r_[np.zeros(x.shape[1]), -y[i]]
        found.append(linprog(goal, A_ub=above, b_ub=limit, A_eq=sums, b_eq=[1.0], method="highs").fun)
    return np.array(found)


def r_seconds(x: FloatArray, y: FloatArray) -> float | None:
    """R Benchmarking's own time, where it is at hand."""
    if shutil.which("Rscript") is None:
        return None
    with TemporaryDirectory() as folder:
        path = Path(folder) / "units.csv"
        np.savetxt(path, np.c_[x, y], delimiter=",")
        ran = subprocess.run(
            ["Rscript", "-e", R_SCRIPT, str(path)], capture_output=True, text=True, check=False
        )
    return float(ran.stdout) if ran.returncode == 0 else None


def speed(units: int) -> list[Figure]:
    x, y = made_up(units)
    ours = seconds(lambda: radial_scores(x, y))
    whole = seconds(lambda: envelop(problem(x, y)), repeats=1)
    chosen = np.arange(units) if units <= 100 else np.linspace(0, units - 1, LOOPED).astype(int)
    beside: list[FloatArray] = []
    loop = seconds(lambda: beside.append(looped(x, y, chosen)), repeats=1) * units / len(chosen)
    gap = np.abs(radial_scores(x, y)[chosen] - beside[0]).max()
    by_r = r_seconds(x, y)
    figures = [
        Figure(
            f"n = {units:,}, scores",
            f"{ours:.4f} s",
            f"at most {TARGETS_S[units]} s",
            f"scipy's loop {loop:.2f} s",
        ),
        Figure(f"n = {units:,}, with peers, slacks and targets", f"{whole:.3f} s"),
        Figure(
            f"n = {units:,}, largest difference from scipy",
            f"{gap:.1e}",
            "at most 1e-7",
            "its tolerance is 1e-7",
        ),
    ]
    if units in OF_R:
        ratio, other = (ours / loop, "scipy's loop") if by_r is None else (ours / by_r, "R Benchmarking")
        figures.append(
            Figure(f"n = {units:,}, time over that of {other}", f"{ratio:.4f}", f"at most {OF_R[units]}")
        )
    return figures


def proved(units: int) -> Figure:
    """How many programs carry a certificate of their own, and how many HiGHS had to decide."""
    x, y = made_up(units)
    rows = np.c_[x, -y] / np.r_[x.max(axis=0), y.max(axis=0)]
    programs = Programs(
        columns=np.vstack([np.c_[rows, np.ones(units)], np.eye(5, 6)]),
        units=units,
        rhs=np.c_[rows, np.ones(units)],
        direction=np.c_[radial_direction(rows, 3, "input"), np.zeros(units)],
    )
    certified = solve_programs(programs, np.arange(units)).certified
    return Figure("programs proved without HiGHS", f"{certified.sum()}/{units}")


def main() -> None:
    if not ONE_CORE.items() <= os.environ.items():  # numpy reads them when it is loaded: begin again
        sys.exit(
            subprocess.run([sys.executable, *sys.argv], env=os.environ | ONE_CORE, check=False).returncode
        )
    print(
        heading(
            "Data envelopment: scores beside the published ones, times beside the peers'", "scipy", "highspy"
        )
    )
    if not DATA.exists():
        sys.exit(f"the textbook tables are not at hand: {DATA} is absent")
    show([*published(), *(figure for units in TARGETS_S for figure in speed(units)), proved(1000)])


if __name__ == "__main__":
    main()
