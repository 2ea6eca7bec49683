"""What the network should say: whose labels win, what counts neither way, what is foreground."""

from __future__ import annotations

import numpy as np

from otio_autoedit.models.detection import IGNORED
from otio_autoedit.models.losses import VOID
from otio_autoedit.models.scene_labels import MASKS, OBJECTS
from otio_autoedit.models.train.scene.wanted import Box, wanted_boxes, wanted_foreground

LEFT, RIGHT = (0.0, 0.0, 0.4, 1.0), (0.6, 0.0, 1.0, 1.0)
SMALL = (0.48, 0.4, 0.52, 0.5)
PERSON, CAR, DOG = (OBJECTS.index(name) + 1 for name in ("person", "car", "dog"))


def classes(true: list[Box], taught: list[Box] | None, complete: tuple[str, ...] = ()) -> list[int]:
    return [int(number) for number in wanted_boxes(true, taught, complete).classes]


def test_teachers_fill_in_what_the_set_does_not_box() -> None:
    true = [Box("person", LEFT)]
    assert classes(true, [Box("car", RIGHT, 0.9)]) == [PERSON, CAR]
    assert classes(true, [Box("car", RIGHT, 0.2)]) == [PERSON, IGNORED]
    assert classes(true, [Box("car", RIGHT, 0.05)]) == [PERSON]


def test_a_complete_class_is_taken_from_the_set_alone() -> None:
    taught = [Box("person", RIGHT, 0.9), Box("dog", SMALL, 0.9)]
    assert classes([Box("person", LEFT)], taught, ("person",)) == [PERSON, DOG]


def test_a_true_box_wins_over_a_teachers_on_the_same_thing() -> None:
    nearly = (0.02, 0.0, 0.42, 1.0)
    assert classes([Box("person", LEFT)], [Box("dog", nearly, 0.99)]) == [PERSON]
    assert classes([Box("?", LEFT)], [Box("dog", nearly, 0.99)]) == [IGNORED, DOG]


def test_names_that_are_not_carried_are_background() -> None:
    taught = [Box("zebra", RIGHT, 0.9), Box("bottle", SMALL, 0.2)]
    assert classes([Box("chair", LEFT)], taught) == []


def test_where_nobody_looked_all_is_unknown() -> None:
    found = wanted_boxes([Box("person", LEFT)], None, ("person",))
    assert found.classes.tolist() == [PERSON, IGNORED]
    assert found.boxes[1].tolist() == [0, 0, 1, 1]
    assert classes([Box("person", LEFT)], None, OBJECTS) == [PERSON]


def test_foreground_is_what_is_large_and_has_a_mask() -> None:
    masks = np.zeros((20, 50), np.uint8)
    masks[:, 2:15] = MASKS.index("person")
    masks[8:10, 24:26] = MASKS.index("person")
    masks[5:9, 35:40] = MASKS.index("animal")
    true = [Box("person", LEFT), Box("person", SMALL), Box("chair", RIGHT)]
    found = wanted_foreground(masks, true, [], ())
    assert (found[:, 2:15] == 1).all()
    assert not found[:, :2].any()
    assert not found[8:10, 24:26].any()  # too small to be looked at, though a person
    assert (found[:, 30:] == VOID).all()  # something stands out there, nobody knows its pixels
    assert not found[:, 20:24].any()


def test_the_largest_object_is_foreground_however_small() -> None:
    masks = np.zeros((20, 50), np.uint8)
    masks[8:10, 24:26] = MASKS.index("person")
    assert (wanted_foreground(masks, [Box("person", SMALL)], [], ())[8:10, 24:26] == 1).all()


def test_a_mask_that_no_box_supports_is_unknown_foreground() -> None:
    masks = np.full((20, 50), VOID, np.uint8)
    masks[:10] = MASKS.index("vehicle")
    masks[10:15] = 0
    found = wanted_foreground(masks, [], [], ())
    assert (found[:10] == VOID).all()
    assert not found[10:15].any()
    assert (found[15:] == VOID).all()
