"""``otio-autoedit analyze``: watch footage once, keep what was seen, print it or write JSON."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otio_autoedit.analysis.choices import (
    DETECTOR,
    DEVICE,
    SEGMENTER,
    SHOT_NETWORK,
    SPEECH_DETECTOR,
    THRESHOLD,
)
from otio_autoedit.analysis.stages import NEEDS, checked_needs
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
    from otio_autoedit.analysis.record import Analysis, Track

EXAMPLES = (
    "film.mp4",
    "film.mp4 --json film.json",
    "rushes/*.mov --needs shots,loudness --json -",
    "film.mp4 --threshold 0.3 --device cpu",
    "film.mp4 --needs objects,masks,score --json film.json --masks-dir masks",
    "film.mp4 -a shot_network=transnetv2",
    "film.mp4 --needs objects --detector yolox_nano",
)
OPTIONS = (THRESHOLD, SHOT_NETWORK, DETECTOR, SEGMENTER, SPEECH_DETECTOR, DEVICE)


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
        help=f"what to look for, with commas: {', '.join(NEEDS)} (default: shots)",
    )  # fmt: skip
    result.add_argument("--json", metavar="FILE", help="write JSON to FILE; - is stdout")
    result.add_argument(
        "--masks-dir", metavar="DIR",
        help="write the masks into DIR, a NumPy file for each kind; needs masks",
    )  # fmt: skip
    result.add_argument(
        "-a", "--argument", action="append", metavar="NAME=VALUE",
        help="one of the options, as otioconvert takes it",
    )  # fmt: skip
    result.add_argument("--no-cache", action="store_true", help="keep nothing, use nothing kept")
    add_options(result, "the networks", OPTIONS)
    add_common(result)
    return result


def run(given: Namespace, speaker: Speaker) -> int:
    """Analyze each file; one that cannot be read is named, and the others go on."""
    from otio_autoedit.analysis.pipeline import analyze

    needs = checked_needs(comma_words(given.needs))
    target = _target(given)
    masks_dir = _masks_dir(given, needs)
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
        if masks_dir is not None:
            found = _with_masks_written(found, masks_dir, seen, speaker)
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
    if found.tracks is not None:
        lines.append(f"  objects: {_counted(found.tracks)}")
    lines += [
        f"  mask of {masks.label}: {len(masks.frames)} frames, {masks.size[0]}x{masks.size[1]}"
        for masks in found.masks or ()
    ]
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


def _masks_dir(given: Namespace, needs: Sequence[str]) -> Path | None:
    if not given.masks_dir:
        return None
    if "masks" not in needs:
        raise OptionError("--masks-dir: there are no masks without --needs masks")
    folder = Path(given.masks_dir)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OptionError(f"--masks-dir {folder}: {error.strerror or error}") from error
    return folder


def _with_masks_written(
    found: Analysis, folder: Path, seen: Sequence[Analysis], speaker: Speaker
) -> Analysis:
    from otio_autoedit.analysis.mask_files import write_masks

    taken = {Path(masks.file) for each in seen for masks in each.masks or ()}
    found = write_masks(found, folder, taken)
    for masks in found.masks or ():
        speaker.written(masks.file, f"{len(masks.frames)} masks of {masks.label}")
    return found


def _counted(tracks: Sequence[Track]) -> str:
    """How many of each there are, the most first."""
    counts = Counter(track.label for track in tracks)
    return ", ".join(f"{count} {label}" for label, count in counts.most_common()) or "none"


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
