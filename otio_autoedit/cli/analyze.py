"""``otio-autoedit analyze``: watch footage once, keep what was seen, print it or write JSON."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otio_autoedit.analysis.choices import DEVICE, SHOT_NETWORK, THRESHOLD
from otio_autoedit.cli.arguments import (
    CommandParser,
    add_common,
    add_media,
    add_options,
    columns,
    comma_words,
    given_options,
    same_file,
)
from otio_autoedit.cli.speaking import Speaker
from otio_autoedit.errors import MediaError, OptionError
from otio_autoedit.files import write_whole
from otio_autoedit.options import read_options

if TYPE_CHECKING:
    from otio_autoedit.analysis.record import Analysis

EXAMPLES = (
    "film.mp4",
    "film.mp4 --json film.json",
    "rushes/*.mov --needs shots,loudness --json -",
    "film.mp4 --threshold 0.3 --device cpu",
    "film.mp4 -a shot_network=transnetv2",
)
OPTIONS = (THRESHOLD, SHOT_NETWORK, DEVICE)


def parser(argv: Sequence[str]) -> CommandParser:
    """The arguments of ``analyze``."""
    result = CommandParser(
        "analyze",
        "watch footage once and keep what was seen",
        EXAMPLES,
        "A second run takes what was kept. docs/analysis-json.md describes the JSON.",
    )
    add_media(result, "films, sounds or stills")
    result.add_argument(
        "--needs", default="shots", metavar="STAGES",
        help="what to look for, with commas: shots, loudness (default: shots)",
    )  # fmt: skip
    result.add_argument("--json", metavar="FILE", help="write JSON to FILE; - is stdout")
    result.add_argument(
        "-a", "--argument", action="append", metavar="NAME=VALUE",
        help="one of the options, as otioconvert takes it",
    )  # fmt: skip
    result.add_argument("--no-cache", action="store_true", help="keep nothing, use nothing kept")
    add_options(result, "the network", OPTIONS)
    add_common(result)
    return result


def run(given: Namespace, speaker: Speaker) -> int:
    """Analyze each file; one that cannot be read is named, and the others go on."""
    from otio_autoedit.analysis.pipeline import analyze
    from otio_autoedit.analysis.stages import checked_needs

    needs = checked_needs(comma_words(given.needs))
    target = _target(given)
    options: dict[str, Any] = read_options(given_options(given), OPTIONS, where="--")
    if given.no_cache:
        options["store"] = None
    seen: list[Analysis] = []
    for path in given.media:
        try:
            with speaker.progress() as progress:
                found = analyze(path, needs, progress=progress, **options)
        except MediaError as error:
            speaker.error(str(error))
            continue
        seen.append(found)
        if given.json != "-":
            speaker.say(describe(found))
    if given.json and seen:
        _write_json(seen, target, speaker)
    return 0 if len(seen) == len(given.media) else 1


def describe(found: Analysis) -> str:
    """What was seen of a file, for a person."""
    media = found.media
    head = [Path(media.path).name, media.kind]
    if media.kind != "audio":
        width, height = media.display_size
        head.append(f"{width}x{height}")
        head.append(f"{media.frame_count} frames")
    head.append(f"{_decimal(media.edit_rate)} fps")
    if media.start_timecode:
        head.append(f"from {media.start_timecode}")
    lines = [", ".join(head)]
    lines += [f"  note: {note}" for note in media.notes]
    if found.transitions is not None:
        rows = [
            (t.type, t.last_before, t.first_after, f"{t.confidence:.2f}") for t in found.transitions
        ]
        if rows:
            heads = ("  transition", "last before", "first after", "confidence")
            lines.append(columns([(f"  {row[0]}", *row[1:]) for row in rows], heads))
        else:
            lines.append("  no transitions: one shot")
    if found.jump_cuts:
        jumps = [
            ("  jump cut", j.last_before, j.last_before + 1, f"{j.confidence:.2f}")
            for j in found.jump_cuts
        ]
        lines.append(
            columns(jumps, ("  time left out", "last before", "first after", "confidence"))
        )
    for name, curve in found.curves.items():
        lines.append(f"  {name}: {len(curve.values)} values, {curve.rate:g} a second, {curve.unit}")
    return "\n".join(lines)


def _target(given: Namespace) -> Path | None:
    if not given.json or given.json == "-":
        return None
    target = Path(given.json)
    if not target.parent.is_dir():
        raise OptionError(f"--json {target}: the folder {target.parent} does not exist")
    if any(same_file(path, target) for path in given.media):
        raise OptionError(f"--json {target}: that is the footage itself; name another file")
    return target


def _write_json(seen: Sequence[Analysis], target: Path | None, speaker: Speaker) -> None:
    from otio_autoedit.analysis.export import to_json

    text = json.dumps(to_json(seen), indent=1, ensure_ascii=False) + "\n"
    if target is None:
        sys.stdout.write(text)
    else:
        write_whole(target, text.encode("utf-8", "backslashreplace"))
        speaker.written(str(target), f"{len(seen)} analyses")


def _decimal(rate: Fraction) -> str:
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")
