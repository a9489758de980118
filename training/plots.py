"""The plots of a report, each as SVG that stands in a page without anything else."""

import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from model.calibration import Floats

_INK, _ACCENT, _QUIET, _WORSE = "#1d2733", "#0b6e6e", "#9aa7b4", "#b3261e"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9, "text.color": _INK,
    "axes.edgecolor": _QUIET, "axes.labelcolor": _INK, "xtick.color": _INK, "ytick.color": _INK,
    "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "loket",
}  # fmt: skip

Interval = tuple[float, float, float]


def confusion(truth: NDArray[np.str_], predicted: NDArray[np.str_], classes: Sequence[str]) -> str:
    """How often each category was taken for each: rows are right, columns are what the model said."""
    place = {name: number for number, name in enumerate(classes)}
    counts = np.zeros((len(classes), len(classes)))
    for right, said in zip(truth, predicted, strict=True):
        if right in place:
            counts[place[right], place[said]] += 1
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = min(12.0, 3.0 + 0.3 * len(classes))
    figure, axes = _figure(size, size)
    axes.imshow(shares, cmap="GnBu", vmin=0, vmax=1)
    axes.set_xticks(range(len(classes)), classes, rotation=90)
    axes.set_yticks(range(len(classes)), classes)
    axes.set(xlabel="the model said", ylabel="right")
    if len(classes) <= 30:
        for row, column in zip(*np.nonzero(counts), strict=True):
            color = "white" if shares[row, column] > 0.6 else _INK
            axes.text(column, row, f"{counts[row, column]:.0f}", ha="center", va="center", size=7, color=color)
    return _svg(figure, "Confusion matrix")


def reliability(confidence: Floats, correct: NDArray[np.bool_], bins: int = 10) -> str:
    """Of the inquiries with about this confidence, how many were right."""
    figure, axes = _figure(4.5, 4)
    axes.plot([0, 1], [0, 1], color=_QUIET, linestyle="--", linewidth=1)
    parts = [part for part in np.array_split(np.argsort(confidence), bins) if len(part)]
    said, was = ([float(values[part].mean()) for part in parts] for values in (confidence, correct))
    spread = [
        1.96 * np.sqrt(max(p * (1 - p), 1 / len(part)) / len(part)) for p, part in zip(was, parts, strict=True)
    ]
    axes.errorbar(said, was, yerr=spread, fmt="o-", color=_ACCENT, markersize=4, linewidth=1, elinewidth=1)
    axes.set(xlabel="confidence", ylabel="share that was right", xlim=(0, 1.02), ylim=(0, 1.05))
    return _svg(figure, "Reliability diagram")


def coverage(confidence: Floats, correct: NDArray[np.bool_]) -> str:
    """If the most confident share were routed without a person, how much of it would be right."""
    order = np.argsort(-confidence, kind="stable")
    share = np.arange(1, len(order) + 1) / len(order)
    figure, axes = _figure(4.5, 4)
    axes.plot(share, np.cumsum(correct[order]) / np.arange(1, len(order) + 1), color=_ACCENT)
    axes.axhline(0.97, color=_QUIET, linestyle="--", linewidth=1)
    lowest = min(0.9, float(correct.mean()))
    axes.set(xlabel="share routed automatically", ylabel="precision", xlim=(0, 1), ylim=(lowest - 0.02, 1.005))
    return _svg(figure, "Coverage against precision")


def intervals(rows: dict[str, Interval], title: str) -> str:
    """A share and its interval for each of several groups."""
    names = list(rows)
    figure, axes = _figure(6, 0.9 + 0.22 * len(names))
    share = np.array([rows[name][0] for name in names])
    low, high = (np.array([rows[name][i] for name in names]) for i in (1, 2))
    errors = np.abs([share - low, high - share])
    axes.errorbar(share, range(len(names)), xerr=errors, fmt="o", color=_ACCENT, markersize=4, elinewidth=1)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set(xlabel="accuracy with 95 % interval", xlim=(min(0.5, float(low.min(initial=1))), 1.01))
    return _svg(figure, title)


def differences(rows: Sequence[tuple[str, Interval, str]], title: str) -> str:
    """How far the challenger is from the champion in several groups: each one's name, interval and verdict."""
    figure, axes = _figure(4.5, 0.9 + 0.22 * len(rows))
    axes.axvline(0, color=_QUIET, linewidth=1)
    looks = {"worse": (_WORSE, "v"), "better": (_ACCENT, "^")}  # told apart without colours too
    for place, (_, change, verdict) in enumerate(rows):
        color, marker = looks.get(verdict, (_INK, "o"))
        middle, low, high = (100 * share for share in change)
        axes.plot([low, high], [place, place], color=color, linewidth=1)
        axes.plot(middle, place, marker, color=color, markersize=5 if verdict in looks else 3.5)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows], parse_math=False)
    axes.set(xlabel="points right, challenger less champion", ylim=(len(rows) - 0.4, -0.6))
    return _svg(figure, title)


def learning_curve(points: Sequence[tuple[int, float, float]]) -> str:
    """Accuracy, and share automatic at 97 % precision, against how many inquiries were learned from."""
    figure, axes = _figure(4.5, 4)
    sizes = [n for n, _, _ in points]
    axes.plot(sizes, [accuracy for _, accuracy, _ in points], "o-", color=_ACCENT, label="accuracy", markersize=4)
    label = "automatic at 97 % precision"
    axes.plot(sizes, [share for _, _, share in points], "s--", color=_INK, label=label, markersize=4)
    axes.set(xlabel="inquiries learned from", xscale="log", ylim=(0, 1.02))
    axes.set_xticks(sizes, [str(n) for n in sizes])
    axes.minorticks_off()
    axes.legend(frameon=False)
    return _svg(figure, "Learning curve")


def arrangements(points: dict[str, dict[str, tuple[float, float]]]) -> str:
    """Accuracy against milliseconds an inquiry of several ways to ask the views, by situation."""
    figure, axes = _figure(8, 4)
    colors = mpl.color_sequences["Dark2"]
    for (situation, ways), marker in zip(points.items(), "osD^", strict=False):
        for (name, (cost, accuracy)), color in zip(ways.items(), colors, strict=False):
            label = f"{name}, {situation}"
            axes.plot(cost, accuracy, marker, color=color, label=label, markersize=8, alpha=0.8, linestyle="none")
    costs = (0.5, 1, 2, 5, 10, 20, 50, 100, 200)
    axes.set(xlabel="milliseconds an inquiry, one core", ylabel="accuracy", xscale="log")
    axes.set_xticks(costs, [f"{cost:g}" for cost in costs])
    axes.minorticks_off()
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8)
    return _svg(figure, "Accuracy against cost")


def candidates(rows: Sequence[tuple[str, float, float]], chosen: int, score: str) -> str:
    """How good each candidate of a search is, and its standard error; the chosen one stands out.

    Args:
        rows: Name, score and standard error of each, the default first.
        chosen: Which was taken.
        score: What the score is called.
    """
    figure, axes = _figure(6, 0.9 + 0.3 * len(rows))
    for place, (_, mean, error) in enumerate(rows):
        color = _ACCENT if place == chosen else _INK
        axes.errorbar(mean, place, xerr=error, fmt="o", color=color, markersize=4, elinewidth=1)
    axes.axvline(rows[0][1], color=_QUIET, linestyle="--", linewidth=1)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    axes.invert_yaxis()
    axes.set(xlabel=score)
    return _svg(figure, "Candidates of the search")


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, figure.add_subplot()


def _svg(figure: Figure, title: str) -> str:
    buffer = io.StringIO()
    facts: dict[str, Any] = {"Date": None, "Title": title}
    with mpl.rc_context(_STYLE):
        figure.savefig(buffer, format="svg", facecolor="white", metadata=facts)
    drawn = buffer.getvalue()
    label = f'<svg role="img" aria-label="{title}" '
    return re.sub(r'(width|height)="[\d.]+pt" ', "", label + drawn[drawn.index("<svg ") + 5 :], count=2)
