"""Recipes as data: those that come with the package, a person's own, and wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from otio_autoedit.edit.decide import make_plan
from otio_autoedit.edit.recipes import recipe, recipes
from otio_autoedit.errors import RecipeError
from tests.support.analyses import change, film


def written(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_every_recipe_that_comes_with_the_package_is_whole() -> None:
    found = recipes()
    assert "shots" in [one.name for one in found]
    for one in found:
        assert one.summary.endswith(".")
        assert all(option.help.endswith(".") for option in one.all_options)
        given = {"transcript": None} if one.read({})["snap"] != "sentences" else {"snap": "none"}
        assert make_plan([film([change(9, 10)])], one, given).recipe == one.name


def test_shots_needs_shots_alone() -> None:
    shots = recipe("Shots ")
    assert shots.needs == ("shots",)
    assert shots.options == ()
    assert {"min_clip", "target", "keep"} <= {option.name for option in shots.all_options}
    assert shots.needs_of(shots.read({"keep": "loudness > -30"})) == ("shots", "loudness")


def test_a_recipe_of_ones_own_builds_on_another(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'name = "calm"\nsummary = "Long shots."\nextends = "shots"\n[set]\nmin_clip = "2s"\n',
    )
    mine = recipe(path)
    assert (mine.name, mine.needs) == ("calm", ("shots",))
    analysis = film([change(9, 10), change(99, 100)])
    assert [piece.stop for piece in make_plan([analysis], mine, {}).pieces] == [100, 250]
    given = make_plan([analysis], mine, {"min_clip": 0})
    assert [piece.stop for piece in given.pieces] == [10, 100, 250]
    assert given.recipe == "calm"


def test_a_recipe_may_have_options_of_its_own(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        name = "opening"
        summary = "The first seconds."
        end = "$until"
        [options.until]
        kind = "position"
        default = "4s"
        help = "How much."
    """,
    )
    mine = recipe(path)
    assert mine.needs == ()
    assert make_plan([film()], mine, {}).pieces[0].stop == 100
    assert make_plan([film()], mine, {"until": "12f"}).pieces[0].stop == 12


def test_a_recipe_may_build_on_one_beside_it(tmp_path: Path) -> None:
    written(
        tmp_path, 'name = "a"\nsummary = "A."\nextends = "shots"\n[set]\nmin_clip = 3\n', "a.toml"
    )
    path = written(tmp_path, 'name = "b"\nsummary = "B."\nextends = "a.toml"\n', "b.toml")
    assert recipe(path).values["min_clip"] == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "mine.toml"),
        ("a = " + "[" * 20_000, "no TOML"),
        ("a = " + "9" * 5_000, "no TOML"),
        ('name = "x"', "summary is missing"),
        ('name = "x"\nsummary = "X."', "sets nothing"),
        ('name = "x"\nsummary = "X."\nextend = "shots"', "did you mean 'extends'"),
        ('name = "x"\nsummary = "X."\nextends = "shotz"', "did you mean 'shots'"),
        ('name = "x"\nsummary = "X."\nextends = 3', "must be a recipe's name"),
        ('name = "x"\nsummary = "X."\nextends = "shots"\n[set]\nmin_clips = 3', "'min_clip'"),
        ('name = "x"\nsummary = "X."\nextends = "shots"\n[set]\nmin_clip = "soon"', "soon"),
        ('name = "x"\nsummary = "X."\nsplit = "shot"', "did you mean 'shots'"),
        ('name = "x"\nsummary = "X."\nthreshhold = 1', "'threshold'"),
        ('name = "x"\nsummary = "X."\nthreshold = "$no"', "no option"),
        ('name = "x"\nsummary = "X."\nkeep = "loudnes > -30"', "'loudness'"),
        ('name = "x"\nsummary = "X."\nkeep = "loudness >"', "keep: column"),
        ('name = "x"\nsummary = "X."\nweight = "score +"', "weight: column"),
        ('name = "x"\nsummary = "X."\nkeep = "score > $least"', "no option $least"),
        ('name = "x"\nsummary = "X."\nkeep = ["score"]', "keep: "),
        ('name = "x"\nsummary = "X."\n[[mark]]\nwhen = "score"\nname = "m"', "mark 'm'"),
        ('name = "x"\nsummary = "X."\n[[mark]]\nwhen = "black"', "mark: write when"),
        ('name = "x"\nsummary = "X."\nmark = 3', "[[mark]]"),
        ('name = "x"\nsummary = "X."\nkeep = "true"\nbecause = 3', "[because]"),
        ('name = "x"\nsummary = "X."\n[because]\n"loud" = 3', 'because: write "words"'),
        ('name = "x"\nsummary = "X."\n[because]\n" " = "black"', 'because: write "words"'),
        ('name = "x"\nsummary = "X."\n[because]\n"a hit" = "onst > 1"', "did you mean 'onset'"),
        ('name = "x"\nsummary = "X."\n[because]\n"a hit" = "score"', "because 'a hit': "),
        ('name = "x"\nsummary = "X."\nmargin = "1s, 2s, 3s"', "margin"),
        ('name = "x"\nsummary = "X."\ntransition = "wipe"', "dissolve 12f"),
        ('name = "x"\nsummary = "X."\nreframe = "tall"', "9:16"),
        ('name = "x"\nsummary = "X."\nextends = "shots"\n[options.store]\nhelp = "H."', "'store'"),
        ('name = "x"\nsummary = "X."\nextends = "shots"\n[options.rate]\nhelp = "H."', "already"),
        ('name = "x"\nsummary = "X."\nextends = "shots"\n[options.a]\nkind = "colour"', "colour"),
        ('name = "x"\nsummary = "X."\nextends = "shots"\n[options.a]\nkind = []', "options.a"),
        ('name = "x"\nsummary = "X."\nextends = "shots"\noptions = 3', "options"),
        (
            'name = "x"\nsummary = "X."\nextends = "shots"\n[options.a]\nkind = "number"\n'
            'minimum = "few"',
            "numbers",
        ),
        (
            'name = "x"\nsummary = "X."\nextends = "shots"\n[options.a]\nkind = "choice"\n'
            "choices = [1, 2]",
            "small letters",
        ),
        ('name = "x"\nsummary = "X."\nrules = 3', "rules: unknown"),
        ('schema = 9\nname = "x"\nsummary = "X."\nextends = "shots"', "schema 9"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_recipe_is_said_in_one_line(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(RecipeError, match=r"recipe") as error:
        recipe(written(tmp_path, text))
    assert words in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_all_that_is_wrong_with_a_recipe_is_said_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, 'nam = "x"\nsplit = "shot"\nkeep = "lowd"\n[options.media]\n')
    with pytest.raises(RecipeError) as error:
        recipe(path)
    for words in ("nam: unknown", "name is missing", "'shot'", "keep: column 1", "'media'"):
        assert words in str(error.value)


def test_a_recipe_that_is_not_there_or_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="did you mean 'shots'"):
        recipe("shot")
    with pytest.raises(RecipeError, match="No such file"):
        recipe(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match="UTF-8"):
        recipe(tmp_path / "bytes.toml")
    (tmp_path / "large.toml").write_bytes(b"#" * 300_000)
    with pytest.raises(RecipeError, match="larger"):
        recipe(tmp_path / "large.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(RecipeError, match="not a file"):
        recipe(tmp_path / "folder.toml")
    with pytest.raises(RecipeError, match="no recipe"):
        recipe("a\nb")


def test_a_recipe_that_builds_on_itself_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, 'name = "x"\nsummary = "X."\nextends = "mine.toml"\n')
    with pytest.raises(RecipeError, match="extends itself"):
        recipe(path)
