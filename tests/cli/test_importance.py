"""``train importance`` and ``evaluate importance``, from the sets' own files to a table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from otio_autoedit.cli.importance_films import SubjectMotion, loudness_at
from otio_autoedit.models.evaluate.film_vectors import Measures, ShotVectors, read_film
from otio_autoedit.models.evaluate.importance_marks import read_marks
from otio_autoedit.models.importance import importance
from tests.cli.conftest import Call
from tests.support.marked_films import marked_film, write_features, write_tvsum_marks

FILMS = [marked_film(f"film{i}", i, n=60, people=4) for i in range(5)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A file of features, and TVSum's file of marks."""
    folder = tmp_path_factory.mktemp("sets")
    write_features(folder / "f.h5", FILMS)
    write_tvsum_marks(folder / "anno.tsv", FILMS)
    return str(folder / "f.h5"), str(folder / "anno.tsv")


def rows(out: str) -> dict[str, list[str]]:
    lines = [[c.strip() for c in line.split("|")[1:-1]] for line in out.splitlines() if "|" in line]
    return {line[0]: line[1:] for line in lines}


def test_from_features_to_a_table_and_on_to_other_films(
    files: tuple[str, str], tmp_path: Path, call: Call
) -> None:
    features, marks = files
    out_folder = str(tmp_path / "run")
    words = ["train", "importance", "--features", features, "--annotations", marks]
    code, out, err = call(*words, "--out", out_folder, "--seeds", "1", "--steps", "3")
    assert code == 0, err
    table = rows(out)
    assert {"trained on marks", "ours, no labels", "random", "uniform"} <= set(table)
    assert table["trained on marks"][0] == "5"  # splits, one seed
    assert "run 6 of 6" in err

    others = [marked_film(f"other{i}", 20 + i, n=60, people=4) for i in range(3)]
    write_features(tmp_path / "o.h5", [*others, FILMS[0]])
    write_tvsum_marks(tmp_path / "o.tsv", [*others, FILMS[0]])
    weights = str(tmp_path / "run" / "importance.safetensors")
    words = ["evaluate", "importance", "--features", str(tmp_path / "o.h5"), "--weights", weights]
    words += ["--annotations", str(tmp_path / "o.tsv"), "--json", str(tmp_path / "m.json")]
    code, out, err = call(*words)
    assert code == 0
    assert "left out: film0" in err  # its marks were learnt
    assert rows(out)["trained on marks"][0] == "3"
    assert "people among themselves" in rows(out)
    measured = json.loads((tmp_path / "m.json").read_text())["sets"]
    (figures,) = measured.values()
    assert figures["rows"][0]["scorer"] == "trained on marks"
    assert "turned round in time" in out
    assert 0 < figures["chance"]["share"] <= 1


def test_a_network_is_not_measured_on_what_it_learnt(
    files: tuple[str, str], tmp_path: Path, call: Call
) -> None:
    words = ["--features", files[0], "--annotations", files[1]]
    call("train", "importance", *words, "--out", str(tmp_path), "--seeds", "1", "--steps", "1")
    weights = str(tmp_path / "importance.safetensors")
    code, _, err = call("evaluate", "importance", *words, "--weights", weights)
    assert code == 2
    assert "learnt from all of these films" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "importance", "--out", "x"], "which films?"),
        (["train", "importance", "--out", "x", "--videos", "v"], "--annotations"),
        (["evaluate", "importance", "--videos", "v", "--features", "f"], "name one of them"),
        (["evaluate", "importance", "--annotations", "a"], "goes with --videos"),
        (["train", "importance", "--out", "x", "--features", "f", "--steps", "0"], "--steps 0"),
        (["train", "importance", "--out", "x", "--features", "none.h5"], "none.h5"),
        (["evaluate", "importance", "--by", "shot"], "did you mean 'shots'?"),
    ],
)
def test_what_is_missing_is_said(words: list[str], said: str, call: Call, tmp_path: Path) -> None:
    if "--by" in words:
        (tmp_path / "v").mkdir()
        (tmp_path / "m.tsv").write_text("a\tVT\t1,2\n")
        words = [*words, "--videos", str(tmp_path / "v"), "--annotations", str(tmp_path / "m.tsv")]
    code, _, err = call(*words)
    assert code != 0
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_a_film_becomes_vectors_motion_and_loudness(film: Path) -> None:
    """The film of three shots, 40, 50 and 30 frames at 25, with sound."""
    found = read_film(film, ShotVectors(), measures=Measures(SubjectMotion, loudness_at))
    assert found.positions.tolist() == list(range(0, 120, 8))
    assert found.frames == 120
    assert found.rate == 25
    n = len(found.positions)
    shots = np.searchsorted([40, 90], found.positions, side="right")
    apart = np.linalg.norm(found.vectors[:, None] - found.vectors[None], axis=2)
    same = shots[:, None] == shots[None]
    assert apart[same].mean() < apart[~same].mean() / 2
    assert found.difference is not None
    assert np.isnan(found.difference[0])
    cuts = np.flatnonzero(np.diff(shots)) + 1
    assert set(np.argsort(-np.nan_to_num(found.difference))[:2]) == set(cuts)
    assert found.loudness is not None
    assert np.isfinite(found.loudness).all()
    assert found.motion is not None
    assert found.motion.shape == found.loudness.shape == (n,)
    assert set(np.flatnonzero(np.isnan(found.motion))) == {0, *cuts}  # nothing before, or a cut
    scored = importance(found.seconds, found.vectors, loudness=found.loudness, motion=found.motion)
    assert set(scored.parts.known()) == {"representativeness", "diversity", "motion", "sound"}


def test_a_whole_video_of_summe(data_dir: Path, tmp_path: Path, call: Call) -> None:
    """Its file has 2 frames more than its labels; people agree with each other, chance does not."""
    folder = tmp_path / "videos"
    folder.mkdir()
    (folder / "video_24.mp4").symlink_to(data_dir / "summe" / "paluma_jump.mp4")
    marks = data_dir / "summe" / "summe_user_summary.npz"
    assert read_marks(marks)["video_24"].values.shape == (15, 2574)
    words = ["--videos", str(folder), "--annotations", str(marks), "--by", "shots"]
    code, out, err = call("evaluate", "importance", *words, "--parts")
    assert code == 0, err
    table = rows(out)
    assert table["ours, no labels"][0] == "1"
    assert "ours, no labels: motion alone" in table
    assert "ours, no labels: sound alone" not in table  # it has none
    assert float(table["people among themselves"][1]) > 0.05
    assert abs(float(table["random"][1].split()[0])) < 0.05
