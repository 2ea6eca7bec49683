"""The tables of a report, as Markdown: short ones for the README, whole ones for the model card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from otio_autoedit.models.evaluate.bootstrap import Ahead
from otio_autoedit.models.evaluate.cost import Cost
from otio_autoedit.models.evaluate.detectors import OURS, TRANSNET
from otio_autoedit.models.evaluate.generated import OnGenerated
from otio_autoedit.models.evaluate.hard import FalseAlarms
from otio_autoedit.models.evaluate.report import Report
from otio_autoedit.models.evaluate.shots import Row


def whole_text(report: Report) -> str:
    """Returns every table that the report has, each under a line that says what it shows."""
    parts = {
        "Transitions found, by set and tolerance in frames:": accuracy_table(report.rows),
        "How sure the differences are, at tolerance 0:": lead_table(report.leads),
        "What it costs:": cost_table(report.costs),
        "On generated edits over held-out footage:": generated_table(report.generated),
        "False alarms a minute on single shots:": alarm_table(report.alarms),
    }
    return "\n\n".join(f"{title}\n\n{text}" for title, text in parts.items() if text)


def short_text(report: Report) -> str:
    """Returns what the README shows: all films together at tolerance 0, and the costs."""
    rows = [row for row in report.rows if row.set == "all" and row.tolerance == 0]
    return "\n\n".join(text for text in (accuracy_table(rows), cost_table(report.costs)) if text)


def accuracy_table(rows: Sequence[Row]) -> str:
    """Returns a line for each row; a column that says the same of all is left out."""
    places = [
        (name, [str(getattr(row, name)) for row in rows])
        for name in ("detector", "set", "tolerance")
    ]
    places = [(n, v) for n, v in places if n == "detector" or len(set(v)) > 1]
    head = (
        "P", "R", "F1", "cut P", "cut R", "cut F1", "gradual P", "gradual R", "gradual F1",
        "gradual IoU", "ends off by", "type right",
    )  # fmt: skip
    lines = ([*(values[i] for _, values in places), *_figures(row)] for i, row in enumerate(rows))
    return table([*(name for name, _ in places), *head], lines)


def _figures(row: Row) -> list[str]:
    c = row.counts
    both = bool(c.gradual and c.calls_gradual)
    numbers = [
        c.precision,
        c.recall,
        c.f1,
        c.cut_precision,
        c.cut_recall,
        c.cut_f1,
        c.gradual_precision if both else None,
        c.gradual_recall if c.gradual else None,
        c.gradual_f1 if both else None,
        c.mean_gradual_iou if c.gradual else None,
    ]
    ends = f"{c.mean_end_error:.1f}" if c.gradual_found else "-"
    return [*map(_part, numbers), ends, _part(c.type_accuracy)]


def lead_table(leads: Sequence[Ahead]) -> str:
    """Returns a line for each comparison."""
    lines = (
        [
            f"{lead.detector} - {lead.other}",
            lead.figure,
            f"{lead.difference:+.3f}",
            f"{lead.low:+.3f} to {lead.high:+.3f}",
            f"{100 * lead.share:.1f} %",
        ]
        for lead in leads
    )
    return table(["difference", "of", "all videos", "95 % of resamples", "ahead in"], lines)


def cost_table(costs: Sequence[Cost]) -> str:
    """Returns a line for each detector, and the ratio of ours to TransNetV2."""
    head = [
        "detector", "parameters", "multiply-adds a frame", "network alone, frames/s, one thread",
        "with decoding, frames/s",
    ]  # fmt: skip
    lines = [
        [cost.detector, *(_large(getattr(cost, name)) for name in _COST_COLUMNS)] for cost in costs
    ]
    known = {cost.detector: cost for cost in costs}
    if OURS in known and TRANSNET in known:
        lines.append([f"{OURS} / {TRANSNET}", *_ratios(known[OURS], known[TRANSNET])])
    return table(head, lines)


_COST_COLUMNS = ("parameters", "multiply_adds", "alone", "decoding")


def _ratios(ours: Cost, theirs: Cost) -> list[str]:
    pairs = ((getattr(ours, name), getattr(theirs, name)) for name in _COST_COLUMNS)
    return [f"{a / b:.3g}" if a and b else "-" for a, b in pairs]


def generated_table(measured: Sequence[OnGenerated]) -> str:
    """Returns a line for each detector and type, jump cuts last."""
    head = [
        "detector", "type", "labels", "P", "R", "F1", "IoU", "ends off by, mean", "9 in 10 within",
        "type right",
    ]  # fmt: skip
    lines: list[list[str]] = []
    for each in measured:
        for of in each.of_type:
            c = each.counts if of.type == "all" else None
            lines.append(
                [
                    *(each.detector, of.type, str(of.labels), _part(c.precision if c else None)),
                    *(_part(of.recall), _part(c.f1 if c else None), _part(of.iou)),
                    *(_frames(of.end_error), _frames(of.end_error_90), _part(of.types_right)),
                ]
            )
        if each.jumps is not None:
            j = each.jumps
            figures = [str(j.cuts), _part(j.precision), _part(j.recall), _part(j.f1)]
            lines.append([each.detector, "jump cut", *figures, *"----"])
    return table(head, lines)


def alarm_table(alarms: Sequence[FalseAlarms]) -> str:
    """Returns a line for each kind and a column for each detector."""
    names = list(dict.fromkeys(each.detector for each in alarms))
    kinds = list(dict.fromkeys(each.kind for each in alarms))
    known = {(each.kind, each.detector): each for each in alarms}

    def line(kind: str) -> list[str]:
        minutes = f"{known[kind, names[0]].minutes:.1f}"
        return [kind, minutes, *(f"{known[kind, name].a_minute:.2f}" for name in names)]

    return table(["single shots with", "minutes", *names], map(line, kinds))


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Returns a Markdown table, or nothing where there are no lines."""
    body = list(lines)
    rows = [head, ["---"] * len(head), *body] if body else []
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _part(number: float | None) -> str:
    return "-" if number is None else f"{number:.3f}"


def _frames(number: float | None) -> str:
    return "-" if number is None else f"{number:.1f}"


def _large(number: float | None) -> str:
    if number is None:
        return "-"
    return f"{number / 1e6:,.2f} M" if number >= 1e5 else f"{number:,.0f}"
