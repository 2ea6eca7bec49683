"""Generated pictures: their labels are what was drawn, and the same seed draws the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from otio_autoedit.models.scene_labels import MASKS
from otio_autoedit.models.train.scene.broadcast import broadcast_scene, broadcast_stills
from otio_autoedit.models.train.scene.compose import Canvas, Labelled, Piece, bounds
from otio_autoedit.models.train.scene.generate import write_broadcasts, write_staged
from otio_autoedit.models.train.scene.grounds import PLANS, pick_surface
from otio_autoedit.models.train.scene.marked import Marks, drawn, read_marks
from otio_autoedit.models.train.scene.material import Material, load_material
from otio_autoedit.models.train.scene.sets import Box, load_set
from otio_autoedit.models.train.scene.staged import staged_scene
from otio_autoedit.models.train.scene.textures import grey_texture, noise_tile
from otio_autoedit.models.train.scene.venue import Camera, Venue, view

PERSON, FIELD, CROWD = (MASKS.index(name) for name in ("person", "field", "crowd"))


@pytest.fixture(scope="module")
def material(data_dir: Path) -> Material:
    return load_material(data_dir)


@pytest.fixture(scope="module")
def broadcasts(material: Material) -> list[Labelled]:
    found: list[Labelled] = []
    for seed in range(4):
        found += broadcast_stills(np.random.default_rng(seed), material, 3)
    return found


@pytest.fixture(scope="module")
def clip(material: Material) -> tuple[Labelled, ...]:
    return staged_scene(np.random.default_rng(8), material, 8, actors=4, known=True)


def a_square(side: int, value: float) -> Piece:
    return Piece(np.full((side, side, 3), value, np.float32), np.ones((side, side), np.float32))


def test_a_box_is_the_bounds_of_what_is_still_seen() -> None:
    canvas = Canvas(np.zeros((20, 40, 3), np.float32), np.zeros((20, 40), np.uint8))
    canvas.paste(a_square(10, 100), 5, 5, mask="person", name="person", identity=1)
    canvas.paste(a_square(10, 200), 10, 5, mask="vehicle", name="car", identity=2)
    person, car = canvas.boxes()
    assert person.corners == (5 / 40, 5 / 20, 10 / 40, 15 / 20)  # its right half is behind the car
    assert car.corners == (10 / 40, 5 / 20, 20 / 40, 15 / 20)
    assert canvas.masks[7, 7] == PERSON
    assert canvas.masks[7, 12] == MASKS.index("vehicle")


def test_what_is_nearly_hidden_is_to_be_ignored_and_what_is_gone_has_no_box() -> None:
    canvas = Canvas(np.zeros((20, 40, 3), np.float32), np.zeros((20, 40), np.uint8))
    canvas.paste(a_square(10, 100), 0, 0, mask="person", name="person", identity=1)
    canvas.paste(a_square(10, 100), 25, 5, mask="person", name="person", identity=2)
    canvas.paste(a_square(10, 200), 1, 0, mask="vehicle", name="car", identity=3)
    canvas.paste(a_square(12, 200), 24, 4, mask="vehicle", name="car", identity=4)
    assert [(box.name, box.identity) for box in canvas.boxes()] == [
        ("?", 1),
        ("car", 3),
        ("car", 4),
    ]


def test_pieces_beyond_the_edge_are_cut_off() -> None:
    canvas = Canvas(np.zeros((20, 40, 3), np.float32), np.zeros((20, 40), np.uint8))
    canvas.paste(a_square(10, 100), -4, 15, mask="animal", name="dog", identity=1)
    canvas.paste(a_square(10, 100), 60, 0, mask="animal", name="cat", identity=2)
    (dog,) = canvas.boxes()
    assert dog.corners == (0, 15 / 20, 6 / 40, 1)


def test_the_field_is_where_rays_meet_the_ground() -> None:
    rng = np.random.default_rng(0)
    plan = next(plan for plan in PLANS if plan.name == "football")
    floor = np.array((90, 90, 90), np.float32)
    sky = np.full((8, 1, 3), 200, np.float32)
    noise = grey_texture(noise_tile(64, rng))
    surface = pick_surface(plan, rng, sun=False)
    venue = Venue(plan, surface, noise, (), floor, sky, 0.8, 1.0)
    camera = Camera((0.0, 20.0, -40.0), (0.0, 0.0, 34.0), 250.0, (320, 180))
    _, labels, _ = view(venue, camera)
    corners = np.array([(x, 0.0, z) for z in (-5.0, 73.0) for x in (-57.5, 57.5)])
    places = np.array([(0.0, 0.0, 0.0), (10.0, 0.0, 60.0), (0.0, 0.0, -6.5), (0.0, 0.0, 76.0)])
    x, y, depth = camera.project(places)
    assert (depth > 0).all()
    found = [int(labels[int(b), int(a)]) for a, b in zip(x, y, strict=True)]
    assert found == [FIELD, FIELD, 0, 0]
    _, rows, _ = camera.project(corners)
    field = np.flatnonzero((labels == FIELD).any(1))
    assert field[0] == pytest.approx(rows.min(), abs=2)  # the far edge of its margin


def test_the_halfway_line_is_drawn_where_the_plan_has_it() -> None:
    rng = np.random.default_rng(2)
    plan = next(plan for plan in PLANS if plan.name == "football")
    surface = pick_surface(plan, rng, sun=False)
    noise = grey_texture(np.zeros((64, 64), np.float32))
    venue = Venue(plan, surface, noise, (), None, np.zeros((8, 1, 3), np.float32), 0.8, 1.0)
    camera = Camera((0.0, 20.0, -30.0), (0.0, 0.0, 20.0), 600.0, (321, 181))
    colours, _, _ = view(venue, camera)
    row = colours[100].sum(-1)
    assert int(row.argmax()) == 160


def test_a_broadcast_has_a_ground_a_crowd_and_players(broadcasts: list[Labelled]) -> None:
    share = np.array([[(one.masks == kind).mean() for kind in range(6)] for one in broadcasts])
    assert share[:, FIELD].mean() > 0.2
    assert share[:, CROWD].mean() > 0.03
    assert (share[:, PERSON] > 0).mean() > 0.7
    assert any(box.name == "sports ball" for one in broadcasts for box in one.boxes)


def test_boxes_are_the_bounds_of_their_owners(broadcasts: list[Labelled]) -> None:
    boxes = [(one, box) for one in broadcasts for box in one.boxes if box.identity >= 0]
    assert len(boxes) > 30
    for one, box in boxes:
        assert box.corners == bounds(one.owners == box.identity)


def test_who_is_boxed_as_a_person_is_one_in_the_mask(broadcasts: list[Labelled]) -> None:
    for one in broadcasts:
        for box in one.boxes:
            if box.name == "person":
                assert (one.masks[one.owners == box.identity] == PERSON).all()


def test_the_same_seed_gives_the_same_picture(material: Material) -> None:
    first, again, other = (
        broadcast_scene(np.random.default_rng(seed), material)[0] for seed in (3, 3, 4)
    )
    assert np.array_equal(first.picture, again.picture)
    assert np.array_equal(first.masks, again.masks)
    assert first.boxes == again.boxes
    assert first.picture.shape != other.picture.shape or (first.picture != other.picture).any()


def test_players_of_a_clip_keep_who_they_are(material: Material) -> None:
    frames = broadcast_scene(np.random.default_rng(7), material, 4)
    assert [one.second for one in frames] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    seen = [{box.identity for box in one.boxes if box.name == "person"} for one in frames]
    assert len(seen[0] & seen[1]) >= len(seen[0]) / 2
    assert (frames[0].picture != frames[1].picture).any()


def test_staged_objects_keep_who_they_are_and_move(clip: tuple[Labelled, ...]) -> None:
    tracks: dict[int, list[tuple[str, float]]] = {}
    for one in clip:
        for box in one.boxes:
            if box.name != "?":
                middle = (box.corners[0] + box.corners[2]) / 2
                tracks.setdefault(box.identity, []).append((box.name, middle))
    assert len(tracks) >= 2
    for track in tracks.values():
        assert len({name for name, _ in track}) == 1
    assert max(max(x for _, x in t) - min(x for _, x in t) for t in tracks.values()) > 0.05


def test_staged_boxes_masks_and_foreground_agree(clip: tuple[Labelled, ...]) -> None:
    for one in clip:
        owned = one.owners >= 0
        assert (one.masks[~owned] == 0).all()
        assert (one.foreground[~owned] == 0).all()
        for box in one.boxes:
            assert box.corners == bounds(one.owners == box.identity)


def test_before_a_clip_with_things_of_its_own_only_what_was_pasted_is_known(
    material: Material,
) -> None:
    for seed in range(20):
        one = staged_scene(np.random.default_rng(seed), material, 1)[0]
        if one.boxes and one.boxes[-1].identity == -1:
            break
    assert one.boxes[-1].name == "?"
    assert one.boxes[-1].corners == (0, 0, 1, 1)
    posts = (one.masks == 0) & (one.owners < 0)
    assert (one.masks[(one.owners < 0) & ~posts] == 255).all()
    assert (one.foreground == 255).any()


def test_written_sets_are_read_again(material: Material, tmp_path: Path) -> None:
    assert write_broadcasts(tmp_path / "broadcast", material, 5, seed=1) >= 5
    assert write_staged(tmp_path / "staged", material, 8, seed=1) == 8
    broadcast, staged = load_set(tmp_path / "broadcast"), load_set(tmp_path / "staged")
    assert broadcast.scene == "sport"
    assert "face" not in staged.complete
    assert "person" in staged.complete
    for one in (broadcast, staged):
        picture = one.pictures[0]
        pixels, mask, foreground = one.pixels(picture), one.mask(picture), one.foreground(picture)
        assert mask is not None
        assert foreground is not None
        assert pixels.shape[:2] == mask.shape == foreground.shape
    assert [one.second for one in staged.pictures][:3] == pytest.approx([0, 0.3333, 0.6667])


def test_marks_go_over_what_is_other_and_leave_players_alone() -> None:
    base = np.zeros((10, 20), np.uint8)
    base[4:8, 9:11] = PERSON  # a player
    base[0:2, 1:3] = PERSON  # somebody in the stand
    marks = Marks(("set", "a.jpg"), ((0, 0.3, 1, 1),), ((0, 0, 1, 0.3),), (), ((0.9, 0.9, 1, 1),))
    boxes = (Box("person", 0.45, 0.4, 0.55, 0.8), Box("person", 0.05, 0.0, 0.15, 0.2))
    mask, kept = drawn(marks, base, boxes)
    assert mask[6, 10] == PERSON
    assert mask[6, 2] == FIELD
    assert mask[1, 1] == mask[1, 15] == CROWD
    assert mask[9, 19] == 255
    assert [box.name for box in kept] == ["person", "?"]


def test_every_marked_picture_has_a_ground_or_a_crowd() -> None:
    marks = read_marks()
    assert len(marks) >= 30
    assert len({one.source for one in marks}) == len(marks)
    for one in marks:
        assert one.field or one.crowd
        for corners in (*one.field, *one.crowd, *one.other, *one.unknown):
            assert all(0 <= value <= 1 for value in corners)
