"""The report: as JSON and back, as tables; costs; learning curves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from otio_autoedit.errors import AutoEditError
from otio_autoedit.models.evaluate.bootstrap import Ahead
from otio_autoedit.models.evaluate.cost import Cost, multiply_adds, our_multiply_adds, parameters
from otio_autoedit.models.evaluate.curves import draw_curves
from otio_autoedit.models.evaluate.detectors import ADAPTIVE, OURS, TRANSNET
from otio_autoedit.models.evaluate.generated import OfType, OnGenerated
from otio_autoedit.models.evaluate.hard import FalseAlarms
from otio_autoedit.models.evaluate.report import Report, read_report, write_report
from otio_autoedit.models.evaluate.scoring import Counts
from otio_autoedit.models.evaluate.shots import Row
from otio_autoedit.models.evaluate.tables import short_text, whole_text
from otio_autoedit.models.shots import ShotDetector, film_scores, network_from
from otio_autoedit.models.weight_files import load_weights

COUNTS = Counts(found=8, missed=2, false_alarms=2, cuts=10, cuts_found=8, cut_hits=8, cut_alarms=2)
REPORT = Report(
    "a" * 64,
    {"torch": "2.14"},
    tuple(
        Row(name, set_, tolerance, COUNTS, 100)
        for name in (OURS, TRANSNET)
        for tolerance in (0, 1)
        for set_ in ("short", "all")
    ),
    (Ahead(OURS, TRANSNET, "F1", 0.021, -0.004, 0.046, 0.952),),
    (
        Cost(OURS, 754_647, 6.4e6, 3000.0, 2500.0),
        Cost(TRANSNET, 7_616_258, 8.32e8, 60.0, 55.0),
        Cost(ADAPTIVE, None, None, None, 5000.0),
    ),
    (
        OnGenerated(
            OURS, 1, 240, COUNTS, (OfType("all", 10, 8, 0.7, 1.5, 3.0, 0.95),),
            Counts(found=1, cuts=2, missed=1),
        ),
    ),
    (FalseAlarms(OURS, "flashes", 3, 2.0, 12, 9), FalseAlarms(TRANSNET, "flashes", 7, 2.0, 12, 6)),
)  # fmt: skip


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "measured.json"
    write_report(path, REPORT)
    assert read_report(path) == REPORT
    assert whole_text(read_report(path)) == whole_text(REPORT)


def test_parts_that_were_not_measured_stay_unless_the_weights_are_others(tmp_path: Path) -> None:
    path = tmp_path / "measured.json"
    write_report(path, REPORT)
    hard = (replace(REPORT.alarms[0], alarms=0),)
    write_report(path, Report(REPORT.weights, REPORT.versions, alarms=hard))
    assert read_report(path) == replace(REPORT, alarms=hard)
    write_report(path, Report("b" * 64, REPORT.versions, alarms=hard))
    assert read_report(path).rows == ()


@pytest.mark.parametrize("text", ["", "{}", '{"weights": "x"}', "[]"])
def test_what_is_no_report_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(AutoEditError, match=r"other\.json: no report"):
        read_report(path)


def test_the_tables_are_whole() -> None:
    tables = whole_text(REPORT).split("\n\n")[1::2]
    assert len(tables) == 5
    for table in tables:
        lines = table.splitlines()
        assert len({line.count("|") for line in lines}) == 1, lines[0]
    accuracy, leads, costs, _, alarms = tables
    assert f"| {OURS} | short | 0 | 0.800 | 0.800 | 0.800 |" in accuracy
    assert "+0.021 | -0.004 to +0.046 | 95.2 %" in leads
    assert f"| {OURS} / {TRANSNET} | 0.0991 | 0.00769 | 50 | 45.5 |" in costs
    assert "| flashes | 2.0 | 1.50 | 3.50 |" in alarms


def test_the_short_tables_show_all_films_at_no_tolerance() -> None:
    accuracy, costs = short_text(REPORT).split("\n\n")
    lines = accuracy.splitlines()
    assert len(lines) == 4
    assert lines[2].startswith(f"| {OURS} | 0.800 |")
    assert ADAPTIVE in costs


def test_multiply_adds_are_those_of_the_formulas() -> None:
    """A convolution, a linear layer, a GRU and a product, each counted by hand."""
    with torch.inference_mode():
        picture = torch.zeros(2, 3, 10, 12)
        convolution = nn.Conv2d(3, 8, 3, padding=1, groups=1)
        assert multiply_adds(lambda: convolution(picture)) == 2 * 10 * 12 * 8 * 3 * 9
        linear = nn.Linear(5, 7)
        assert multiply_adds(lambda: linear(torch.zeros(4, 5))) == 4 * 5 * 7
        gru = nn.GRU(16, 12, 2, batch_first=True, bidirectional=True)
        steps = 2 * (3 * 12 * (16 + 12) + 3 * 12 * (24 + 12))
        products = 2 * 2 * 12  # of a gate and a state, each way and layer, at the least
        counted = multiply_adds(lambda: gru(torch.zeros(1, 9, 16)))
        assert 9 * steps <= counted <= 9 * (steps + 3 * products)
        a = torch.zeros(6, 5)
        assert multiply_adds(lambda: a * a) == 30


def test_what_ours_costs_is_what_its_card_says() -> None:
    net, _ = network_from(load_weights("shots", None))
    assert 10e6 < our_multiply_adds(net) < 16e6
    assert parameters(net) < 800_000


def entries() -> list[dict[str, object]]:
    return [
        {
            "step": 10 * i,
            "elapsed_s": 60 * i,
            "loss": 1 / i,
            "generated": {"f1": 0.1 * i, "gradual_iou": 0.05 * i, "gradual_recall": 0.1},
            "real": {"f1": 0.0},
        }
        for i in (1, 2, 3)
    ]


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_curves_are_drawn(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("matplotlib")
    history, drawn = tmp_path / "shots-history.json", tmp_path / f"curves.{suffix}"
    history.write_text(json.dumps(entries()))
    draw_curves(history, drawn)
    if suffix == "png":
        picture = np.asarray(Image.open(drawn).convert("RGB")).astype(int)
        coloured = picture.max(2) - picture.min(2) > 60
        half = picture.shape[0] // 2, picture.shape[1] // 2
        for rows in (slice(0, half[0]), slice(half[0], None)):  # a curve in every panel
            for columns in (slice(0, half[1]), slice(half[1], None)):
                assert coloured[rows, columns].sum() > 50
    else:
        assert "<svg" in drawn.read_text()


@pytest.mark.parametrize("text", ["", "[]", "[{}]", "{}"])
def test_what_is_no_history_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "history.json").write_text(text)
    with pytest.raises(AutoEditError, match=r"history\.json: no history"):
        draw_curves(tmp_path / "history.json", tmp_path / "out.png")


def test_a_film_held_whole_has_the_scores_of_one_that_streams() -> None:
    net, _ = network_from(load_weights("shots", None))
    rng = np.random.default_rng(1)
    film = np.concatenate(
        [rng.integers(0, 256, (1, 27, 48, 3), np.uint8).repeat(75, 0) for _ in range(8)]
    )
    detector = ShotDetector()
    detector.push(film)
    streamed = detector.finish_scores()
    with torch.inference_mode():
        whole = film_scores(net, film)
    np.testing.assert_allclose(streamed.middle, whole.middle, atol=1e-5)
    np.testing.assert_allclose(streamed.jump, whole.jump, atol=1e-5)
