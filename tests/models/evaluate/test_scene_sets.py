"""The measured-only pictures and films, as they stand in their archives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from otio_autoedit.errors import AutoEditError
from otio_autoedit.models.evaluate.scene_sets import (
    GROUPS,
    VOID,
    coco_pictures,
    masked_films,
    people_pictures,
    street_pictures,
)
from otio_autoedit.models.scene_labels import OBJECTS
from tests.support.scene_data import COCO, FRAMES, SIZE, make_scene_data, moving_square


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_scene_data(tmp_path_factory.mktemp("data"))


def test_pictures_of_coco_have_boxes_of_what_is_carried_and_labels_of_pixels(data: Path) -> None:
    first, second, third = coco_pictures(data)
    assert [first.name, second.name, third.name] == list(COCO)
    assert first.objects is not None
    assert [OBJECTS[kind] for kind in first.objects.classes] == ["person", "car"]
    expected = [[0, 0, 1 / 3, 1], [0.5, 0.25, 1, 0.75]]
    np.testing.assert_allclose(first.objects.boxes, expected)
    assert first.groups is not None
    assert first.groups.shape == first.frame.shape[:2] == (SIZE[1], SIZE[0])
    assert first.groups[32, 16] == GROUPS.index("person")
    assert first.groups[32, 72] == GROUPS.index("vehicle")
    assert first.groups[60, 40] == GROUPS.index("other")  # a pitch
    assert first.groups[2, 92] == VOID
    assert third.objects is not None
    assert len(third.objects.boxes) == 0
    assert third.groups is None


def test_people_and_streets_have_labels_of_pixels_alone(data: Path) -> None:
    (person,) = people_pictures(data)
    assert person.objects is None
    assert person.groups is not None
    assert person.groups[0, [0, 48]].tolist() == [0, 1]
    (street,) = street_pictures(data)
    assert street.groups is not None
    assert street.groups[0, [10, 30, 60, 90]].tolist() == [2, 1, VOID, 0]


def test_films_have_a_mask_for_every_frame(data: Path) -> None:
    (film,) = masked_films(data)
    assert film.name == "square"
    assert film.frames().shape == (FRAMES, SIZE[1], SIZE[0], 3)
    assert (film.masks == np.stack([moving_square(at) for at in range(FRAMES)])).all()


def test_an_archive_that_is_not_there_or_torn_is_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(AutoEditError, match=r"labels_yolo_boxes\.tar\.gz cannot be read"):
        coco_pictures(tmp_path)
    (tmp_path / "seg").mkdir()
    whole = (data / "seg" / "human300.tar.gz").read_bytes()
    (tmp_path / "seg" / "human300.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AutoEditError, match=r"human300\.tar\.gz cannot be read"):
        people_pictures(tmp_path)


def test_the_real_archives_hold_what_their_page_says(data_dir: Path) -> None:
    pictures = coco_pictures(data_dir)
    assert len(pictures) == 128
    assert sum(picture.groups is not None for picture in pictures) == 100
    people = sum(int((p.objects.classes == 0).sum()) for p in pictures if p.objects)
    assert people == 350
    films = masked_films(data_dir)
    assert (len(films), sum(len(film.masks) for film in films)) == (20, 1376)
    assert len(people_pictures(data_dir)) == 290
