"""Why a piece plays, in the words of its recipe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from otio_autoedit.analysis.record import Analysis, Curve
from otio_autoedit.edit.decide import make_plan
from otio_autoedit.edit.recipes import Recipe, recipe, recipes
from tests.support.analyses import film
from tests.support.lively import lively

LOUD = """
    name = "loud"
    summary = "What is loud."
    keep = "loudness > $least or loudness > -10"
    [options.least]
    kind = "number"
    default = -30
    help = "From which loudness on."
    [because]
    "it is loud" = "loudness > $least"
    "it is very loud" = "loudness > -10"
    "a bang" = "loudness > -5"
"""


def written(folder: Path, text: str, name: str = "loud.toml") -> Recipe:
    (folder / name).write_text(text, "utf-8")
    return recipe(folder / name)


def sounding(*runs: tuple[int, float]) -> Analysis:
    """A film whose loudness is so many frames of each value."""
    values = np.concatenate([np.full(length, value, np.float32) for length, value in runs])
    curves = {"loudness": Curve("LUFS", 25, 0, values)}
    return replace(film(frames=len(values)), curves=MappingProxyType(curves))


def words(analysis: Analysis, chosen: Recipe, **options: object) -> list[str]:
    """The parts of the one piece's reason."""
    (piece,) = make_plan([analysis], chosen, options).pieces
    return piece.reason.split("; ")


def test_a_reason_says_the_words_of_what_holds_in_a_tenth_of_the_piece(tmp_path: Path) -> None:
    loud = written(tmp_path, LOUD)
    said = words(sounding((50, -60), (60, -20), (31, -8), (9, -2), (50, -60)), loud)
    assert said[:2] == ["it is loud", "it is very loud"]  # the bang is 9 of 100 frames
    assert said[2] == "loudness -14.7 LUFS (-2 at 00:00:05:16)"
    assert words(sounding((90, -20), (10, -2)), loud)[:3] == [
        "it is loud", "it is very loud", "a bang",
    ]  # fmt: skip


def test_conditions_use_the_options_of_the_recipe(tmp_path: Path) -> None:
    loud = written(tmp_path, LOUD)
    film = sounding((50, -60), (100, -40), (50, -60))
    assert words(film, loud, least=-50)[0] == "it is loud"


def test_another_keep_than_the_recipes_is_told_as_it_is_written(tmp_path: Path) -> None:
    loud = written(tmp_path, LOUD)
    film = sounding((50, -60), (100, -20), (50, -60))
    assert words(film, loud, keep="loudness > -25 or black")[0] == "loudness > -25"
    same = "loudness > $least  or (loudness > -10)"
    assert words(film, loud, keep=same)[0] == "it is loud"
    assert loud.needs_of(loud.read({"keep": "true"})) == ()


def test_where_no_word_holds_the_conditions_themselves_are_told(tmp_path: Path) -> None:
    text = LOUD.split("[because]")[0] + '[because]\n"a bang" = "loudness > -5"\n'
    bang = written(tmp_path, text)
    assert words(sounding((50, -60), (100, -20)), bang)[0] == "loudness > -30"


def test_a_signal_that_is_nothing_or_unknown_is_not_told() -> None:
    quiet = sounding((100, -20))
    curves = {**quiet.curves, "score": Curve("", 25, 0, np.full(100, 0.0001, np.float32))}
    quiet = replace(quiet, curves=MappingProxyType(curves))
    keep = "score < 2 or shake > 2 or loudness > -30"
    said = words(quiet, recipe("shots"), keep=keep, split="none")
    assert said[:3] == ["score < 2", "loudness > -30", "loudness -20.0 LUFS"]
    assert len(said) == 4


def test_what_the_words_speak_of_is_analysed(tmp_path: Path) -> None:
    text = 'name = "x"\nsummary = "X."\nextends = "shots"\n[because]\n"a face" = "closeup > 0.5"\n'
    assert written(tmp_path, text).needs == ("shots", "objects")


def test_a_recipe_has_the_words_of_the_one_it_builds_on(tmp_path: Path) -> None:
    written(tmp_path, LOUD)
    head = 'name = "x"\nsummary = "X."\nextends = "loud.toml"\n'
    more = written(tmp_path, f'{head}[because]\n"a bang" = "loudness > -9"\n', "more.toml")
    assert list(more.because) == ["it is loud", "it is very loud", "a bang"]
    assert more.because["a bang"] == "loudness > -9"
    other = written(tmp_path, f'{head}keep = "not black"\n', "other.toml")
    assert other.because == {}


@pytest.mark.parametrize("name", [one.name for one in recipes() if one.because])
def test_most_pieces_have_words_of_their_recipe(name: str) -> None:
    chosen = recipe(name)
    told = [make_plan([lively(seed, seconds=120)], chosen, {}).pieces for seed in range(4)]
    reasons = [piece.reason.split("; ") for pieces in told for piece in pieces]
    assert reasons
    in_words = [parts for parts in reasons if parts[0] in chosen.because]
    assert len(in_words) >= len(reasons) / 2
    assert not [part for parts in in_words for part in parts if "within(" in part]
