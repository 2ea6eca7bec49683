"""Average precision: cases worked out by hand, and pycocotools as the oracle."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pytest

from otio_autoedit.models.evaluate.average_precision import (
    ANY,
    Detected,
    Objects,
    average_precisions,
    matched,
    mean_of,
    overlaps,
)

LEFT, RIGHT, TOP = (0, 0, 10, 10), (20, 0, 30, 10), (40, 0, 50, 10)


def objects(*boxes: tuple[float, ...], classes: Any = 0, ignored: Any = None) -> Objects:
    numbers = np.broadcast_to(np.asarray(classes, np.int64), len(boxes))
    skipped = None if ignored is None else np.asarray(ignored, bool)
    return Objects(np.array(boxes, np.float32).reshape(-1, 4), numbers, skipped)


def detected(*boxes: tuple[float, ...], scores: Any = (), classes: Any = 0) -> Detected:
    numbers = np.broadcast_to(np.asarray(classes, np.int64), len(boxes))
    places = np.array(boxes, np.float32).reshape(-1, 4)
    return Detected(places, numbers, np.asarray(scores, np.float32))


def one(truth: Objects, said: Detected, overlap: float = 0.5) -> float:
    return average_precisions([truth], [said], overlap)[0]


def test_all_found_and_nothing_else_is_one() -> None:
    assert one(objects(LEFT, RIGHT), detected(RIGHT, LEFT, scores=(0.9, 0.1))) == 1.0


def test_a_surer_false_alarm_halves_the_precision_at_every_recall() -> None:
    assert one(objects(LEFT), detected(RIGHT, LEFT, scores=(0.9, 0.5))) == 0.5


def test_a_less_sure_false_alarm_costs_nothing() -> None:
    assert one(objects(LEFT), detected(RIGHT, LEFT, scores=(0.4, 0.5))) == 1.0


def test_half_of_the_objects_is_precision_at_51_of_101_recalls() -> None:
    assert one(objects(LEFT, RIGHT), detected(LEFT, scores=(0.9,))) == pytest.approx(51 / 101)


def test_precision_is_the_best_at_this_recall_or_a_higher_one() -> None:
    """Right, wrong, right, right of three: 1 up to a third, then three quarters."""
    said = detected(LEFT, (70, 0, 80, 10), RIGHT, TOP, scores=(0.9, 0.8, 0.7, 0.6))
    expected = (34 * 1.0 + 67 * 0.75) / 101
    assert one(objects(LEFT, RIGHT, TOP), said) == pytest.approx(expected)


def test_a_second_detection_of_an_object_is_a_false_alarm() -> None:
    said = detected(LEFT, LEFT, RIGHT, scores=(0.9, 0.8, 0.7))
    assert one(objects(LEFT, RIGHT), said) == pytest.approx((51 * 1.0 + 50 * 2 / 3) / 101)


def test_an_overlap_of_exactly_the_least_is_a_hit() -> None:
    half = (0, 0, 10, 5)
    assert one(objects(LEFT), detected(half, scores=(0.9,)), 0.5) == 1.0
    assert one(objects(LEFT), detected(half, scores=(0.9,)), 0.51) == 0.0


def test_nothing_found_is_nought_and_a_class_without_objects_is_not_there() -> None:
    assert one(objects(LEFT), detected()) == 0.0
    found = average_precisions([objects(LEFT)], [detected(LEFT, scores=(1,), classes=3)])
    assert found == {0: 0.0}
    assert average_precisions([objects()], [detected(LEFT, scores=(1,))]) == {}


def test_what_lies_in_an_ignored_part_counts_neither_way() -> None:
    """Two of a crowd are found, surer than the one that counts; and a class apart."""
    crowd = (100, 0, 200, 100)
    said = detected((110, 0, 120, 10), (150, 50, 160, 60), LEFT, scores=(0.9, 0.8, 0.7))
    assert one(objects(LEFT, crowd, ignored=(False, True)), said) == 1.0
    of_any = objects(LEFT, crowd, classes=(0, ANY), ignored=(False, True))
    assert one(of_any, said) == 1.0
    of_another = objects(LEFT, crowd, classes=(0, 1), ignored=(False, True))
    assert one(of_another, said) == pytest.approx(1 / 3)
    assert average_precisions([of_another], [said]).keys() == {0}


def test_an_object_that_counts_is_taken_before_what_is_ignored() -> None:
    taken = matched([LEFT, LEFT, LEFT], [LEFT, (0, 0, 100, 100)], [False, True])
    assert taken.tolist() == [0, 1, 1]


def test_overlaps_are_of_the_union_or_of_the_own_area_where_ignored() -> None:
    found = overlaps(
        [(0, 0, 4, 4)], [(2, 0, 6, 4), (2, 0, 6, 4), (0, 0, 0, 0)], [False, True, False]
    )
    assert found.tolist() == [[8 / 24, 0.5, 0.0]]


def test_the_mean_is_over_the_classes_that_are_there() -> None:
    assert mean_of({0: 0.2, 4: 0.6}) == pytest.approx(0.4)
    assert mean_of({0: 0.2, 4: 0.6}, among=(4, 7)) == 0.6
    assert mean_of({}) == 0.0


def test_lists_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        average_precisions([objects(LEFT)], [])
    with pytest.raises(ValueError, match="one length"):
        average_precisions([objects(LEFT)], [detected(LEFT, scores=(0.1, 0.2))])


@pytest.mark.parametrize("overlap", [0.5, 0.75])
@pytest.mark.parametrize("seed", range(6))
def test_the_numbers_are_pycocotools(seed: int, overlap: float) -> None:
    coco = pytest.importorskip("pycocotools.coco", reason="pip install pycocotools")
    rng = np.random.default_rng(seed)
    truths, said = zip(*(_picture(rng) for _ in range(30)), strict=True)
    ours = average_precisions(truths, said, overlap)
    theirs = _by_pycocotools(coco, truths, said, overlap)
    assert len(ours) == 3
    for number, expected in theirs.items():
        assert ours[number] == pytest.approx(expected, abs=1e-9)


def _picture(rng: np.random.Generator) -> tuple[Objects, Detected]:
    """Objects of three classes, some of them crowds, found roughly, with doubles and alarms."""
    count = int(rng.integers(0, 9))
    corners = rng.uniform(0, 80, (count, 2))
    boxes = np.concatenate([corners, corners + rng.uniform(5, 60, (count, 2))], 1)
    classes, crowds = rng.integers(0, 3, count), rng.random(count) < 0.2
    near = np.repeat(boxes, 2, 0) + rng.normal(0, 4, (2 * count, 4))
    far = rng.uniform(0, 60, (5, 2))
    places = np.concatenate([near, np.concatenate([far, far + 20], 1)])
    numbers = np.concatenate([np.repeat(classes, 2), rng.integers(0, 3, 5)])
    good = (places[:, 2:] > places[:, :2]).all(1)
    scores = rng.random(len(places)).round(1)  # with ties
    return Objects(boxes, classes, crowds), Detected(places[good], numbers[good], scores[good])


def _by_pycocotools(
    coco: Any, truths: tuple[Objects, ...], said: tuple[Detected, ...], overlap: float
) -> dict[int, float]:
    from pycocotools.cocoeval import COCOeval

    annotations = [
        {"image_id": i, "category_id": int(c) + 1, "iscrowd": int(skip), **_box(box)}
        for i, truth in enumerate(truths)
        for box, c, skip in zip(truth.boxes, truth.classes, truth.ignored, strict=True)
    ]
    for number, annotation in enumerate(annotations):
        annotation["id"] = number + 1
    results = [
        {"image_id": i, "category_id": int(c) + 1, "score": float(score), **_box(box)}
        for i, found in enumerate(said)
        for box, c, score in zip(found.boxes, found.classes, found.scores, strict=True)
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        known = coco.COCO()
        known.dataset = {
            "info": {},
            "images": [{"id": i} for i in range(len(truths))],
            "categories": [{"id": n, "name": str(n)} for n in (1, 2, 3)],
            "annotations": annotations,
        }
        known.createIndex()
        evaluation = COCOeval(known, known.loadRes(results), "bbox")
        evaluation.params.iouThrs = np.array([overlap])
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"]  # overlaps, recalls, classes, areas, most
    return {k: float(precision[0, :, k, 0, -1].mean()) for k in range(3)}


def _box(box: Any) -> dict[str, Any]:
    x0, y0, x1, y1 = (float(value) for value in box)
    return {"bbox": [x0, y0, x1 - x0, y1 - y0], "area": (x1 - x0) * (y1 - y0)}
