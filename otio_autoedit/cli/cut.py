"""``otio-autoedit cut``: footage in, timelines for editing programs out."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from otio_autoedit.cli.arguments import (
    CommandParser,
    add_common,
    add_media,
    add_options,
    given_options,
    key_value,
)
from otio_autoedit.cli.programs import PROGRAMS, how_to_open, target_for
from otio_autoedit.cli.speaking import Speaker
from otio_autoedit.cli.writing import check_target, write_timeline
from otio_autoedit.cutting import cut, read_cut_options
from otio_autoedit.edit.general import RECIPE
from otio_autoedit.edit.parameters import GROUPS
from otio_autoedit.edit.recipes import Recipe, recipe
from otio_autoedit.errors import OptionError, RecipeError
from otio_autoedit.options import Option

if TYPE_CHECKING:
    import opentimelineio as otio

EXAMPLES = (
    "film.mp4 -o film.otio",
    "film.mp4 -r highlights -t 60s -o best.otio",
    "edit.otio -r highlights -t 30s -o short.otio",
    "film.mp4 -o film --for resolve",
    "rushes/*.mov -r shots -o rushes.xml -o rushes.edl",
    "film.mp4 -o film.otioz --min-clip 12f",
    "film.mp4 -o film.otio -a min_clip=12f -a audio=none",
    "-o odd.otio -- -strange-name.mp4",
)


def parser(argv: Sequence[str]) -> CommandParser:
    """The arguments of ``cut``, with the options of the recipe that ``argv`` names."""
    chosen = _recipe(argv)
    result = CommandParser(
        "cut",
        "footage in, a timeline for an editing program out",
        EXAMPLES,
        "Of several files one timeline is made. The suffix of OUT says which format is written.",
    )
    add_media(result, "films, sounds or stills; or one timeline, to be shortened")
    result.add_argument(
        "-o", "--output", action="append", metavar="OUT", required=True,
        help="where to write; may be given more than once",
    )  # fmt: skip
    result.add_argument(
        "-r", "--recipe", default=RECIPE.default, metavar="RECIPE",
        help=f"{RECIPE.help.removesuffix('.').replace('`', '')} (default: {RECIPE.default})",
    )  # fmt: skip
    result.add_argument(
        "--for", dest="program", choices=list(PROGRAMS), help="the program that will open it"
    )
    result.add_argument(
        "-a", "--argument", action="append", metavar="NAME=VALUE",
        help="an option, as otioconvert takes it",
    )  # fmt: skip
    result.add_argument("-O", "--output-adapter", metavar="ADAPTER", help="write by this adapter")
    result.add_argument(
        "-A", "--output-argument", action="append", metavar="NAME=VALUE",
        help="an argument of the adapter that writes",
    )  # fmt: skip
    for title, options in option_groups(chosen):
        add_options(result, title, options, short={"target": "-t"})
    add_common(result)
    return result


def run(given: Namespace, speaker: Speaker) -> int:
    """Cut, and write every output."""
    program = PROGRAMS[given.program] if given.program else None
    asked = {RECIPE.name: given.recipe, **given_options(given)}
    chosen, options = read_cut_options(asked, where="--")
    targets = [target_for(target, program) for target in given.output]
    for target in targets:
        check_target(target, given.media, given.output_adapter)
    arguments = dict(key_value(pair, "-A") for pair in given.output_argument or ())
    named: dict[str, Any] = dict(options)
    with speaker.progress() as progress:
        timeline = cut(list(given.media), chosen, progress=progress, **named)
    for note in notes_of(timeline):
        speaker.say(f"note: {note}")
    for target in targets:
        write_timeline(timeline, target, given.output_adapter, arguments)
        speaker.written(str(target), summary(timeline))
        if program:
            speaker.say(f"{program.title}: {how_to_open(program, target)}")
    return 0


def notes_of(timeline: otio.schema.Timeline) -> list[str]:
    """What could not be as asked, as the timeline says."""
    ours = timeline.metadata.get("autoedit") or {}
    return [
        str(note) for note in (ours.get("notes") or (ours.get("recut") or {}).get("notes") or ())
    ]


def option_groups(chosen: Recipe) -> list[tuple[str, list[Option]]]:
    """A recipe's options in the groups in which people look for them, each with its title."""
    options = {option.name: option for option in chosen.all_options}
    named = [(f"of the recipe {chosen.name}", chosen.options)]
    named += [(group.title, group.parameters) for group in GROUPS]
    result = [(title, [options.pop(one.name) for one in of]) for title, of in named if of]
    return [*result, ("timeline, networks and cache", list(options.values()))]


def summary(timeline: otio.schema.Timeline) -> str:
    """What a timeline plays, in a few words."""
    from otio_autoedit.timeline.flat import timeline_rate

    tracks = list(timeline.video_tracks()) or list(timeline.audio_tracks())
    clips = sum(1 for track in tracks if track.enabled for _ in track.find_clips())
    length = timeline.duration()
    rate = _rate_text(float(timeline_rate(timeline)))
    noun = "clip" if clips == 1 else "clips"
    return f"{clips} {noun}, {length.to_seconds():.2f} s at {rate} fps"


def _rate_text(rate: float) -> str:
    return f"{float(Fraction(rate).limit_denominator(1001)):.3f}".rstrip("0").rstrip(".")


def _recipe(argv: Sequence[str]) -> Recipe:
    """The recipe that ``argv`` names: its options are flags. A wrong name is usage, too."""
    name = str(RECIPE.default)
    for at, word in enumerate(argv):
        if word == "--":
            break
        if word in ("-r", "--recipe") and at + 1 < len(argv):
            name = argv[at + 1]
        elif word.startswith("--recipe="):
            name = word.removeprefix("--recipe=")
        elif word.startswith("-r") and not word.startswith("--") and len(word) > 2:
            name = word.removeprefix("-r")
    try:
        return recipe(name)
    except RecipeError as error:
        raise OptionError(f"-r {name}: {error}") from error
