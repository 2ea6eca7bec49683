"""``otio-autoedit train``: train a network from nothing; gather, make and label what it needs."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from otio_autoedit.analysis.device import choose_device
from otio_autoedit.cli import train_generate, train_importance, train_sets
from otio_autoedit.cli.arguments import CommandParser, add_common
from otio_autoedit.cli.data import VARIABLE, data_folder
from otio_autoedit.cli.speaking import Speaker
from otio_autoedit.cli.training_lines import Lines
from otio_autoedit.errors import OptionError

if TYPE_CHECKING:
    from otio_autoedit.models.train.gather import Step
    from otio_autoedit.models.train.scene.validate import Validation as SceneValidation
    from otio_autoedit.models.train.validate import Validation

JOBS = ("shots", "scene", "importance", "gather", "sets", "generate", "teach")
EXAMPLES = (
    "gather --out ~/gathered",
    "shots --extra ~/gathered --out runs/shots",
    "sets --from ~/copies --footage ~/gathered/single --out sets",
    "generate --footage ~/gathered --out sets",
    "teach --set sets/*",
    "scene --source sets --minutes 100 --out runs/scene",
    "shots --data ~/footage --minutes 200 --seed 1 --out runs/shots",
)


class _Door(Protocol):
    """A module of a job that has arguments of its own."""

    def parser(self) -> CommandParser: ...

    def run(self, given: Namespace, speaker: Speaker) -> int: ...


_APART: dict[str, _Door] = {
    "importance": train_importance,
    "sets": train_sets,
    "generate": train_generate,
}


def parser(argv: Sequence[str]) -> CommandParser:
    """The arguments of ``train``, of the job that is named."""
    named = next((word for word in argv if word in JOBS), "")
    if named in _APART:
        return _APART[named].parser()
    result = CommandParser(
        "train",
        "train a network from nothing; or gather, make and label what it learns from",
        EXAMPLES,
        "A run that was stopped goes on where its last checkpoint left it.",
    )
    result.add_argument(
        "what",
        choices=JOBS,
        help="which network (`train importance --help` tells what that takes); or gather: fetch "
        "public footage to train on, with labels of edits; or sets: make sets of labelled pictures "
        "(`train sets --help`); or generate: draw some (`train generate --help`); or teach: let "
        "published networks label them",
    )
    result.add_argument("--data", help=f"the footage folder (default: {VARIABLE})")
    result.add_argument(
        "--extra", type=Path, help="a folder of gathered footage: single/ and edited/"
    )
    result.add_argument(
        "--out", type=Path, help="where weights, checkpoint and history go, or what is gathered"
    )
    result.add_argument(
        "--set",
        type=Path,
        nargs="+",
        metavar="DIR",
        help="teach: folders of sets; their labels are written into them",
    )
    result.add_argument(
        "--source",
        type=Path,
        nargs="+",
        metavar="DIR",
        help="scene: sets of pictures to train on, or folders of sets",
    )
    result.add_argument(
        "--device", default="cpu", help="scene: cpu, cuda, mps or auto (default: cpu)"
    )
    result.add_argument("--minutes", type=float, default=200.0, help="time to train (default: 200)")
    result.add_argument("--steps", type=int, help="how long to train instead, in steps")
    result.add_argument("--seed", type=int, default=0, help="of everything drawn (default: 0)")
    result.add_argument(
        "--base", help="gather: another place that serves the same files (default: GitHub)"
    )
    result.add_argument(
        "--begin", type=Path, metavar="WEIGHTS", help="begin with these weights, not from nothing"
    )
    result.add_argument(
        "--from-start", action="store_true", help="begin anew; teach: label sets again"
    )
    add_common(result)
    return result


def run(given: Namespace, speaker: Speaker) -> int:
    """Train or gather, and say what was written."""
    if given.what in _APART:
        return _APART[given.what].run(given, speaker)
    if given.what == "teach":
        return _teach(given, speaker)
    if given.out is None:
        raise OptionError(f"train {given.what} needs --out DIR: where what it makes goes")
    jobs = {"gather": _gather, "scene": _train_scene, "shots": _train}
    code: int = jobs[given.what](given, speaker)
    return code


def _gather(given: Namespace, speaker: Speaker) -> int:
    from otio_autoedit.models.train.gather import BASE, gather

    def show(step: Step) -> None:
        if speaker.as_json:
            speaker.event("progress", stage="gather", done=step.done, total=step.total)
        elif step.reason or step.done % 20 == 0:
            words = f"{step.clip}: {step.reason}" if step.reason else step.clip
            print(f"{step.done} of {step.total}, {words}", file=sys.stderr, flush=True)

    wanted = show if _wants_lines(given) else None
    gathered = gather(given.out, base=given.base or BASE, progress=wanted)
    for failure in gathered.failed:
        speaker.warning(f"{failure.clip} could not be had from {failure.url}: {failure.reason}")
    there = len(gathered.made) + len(gathered.kept)
    total = there + len(gathered.failed)
    speaker.written(str(given.out), f"{there} of {total} clips, {len(gathered.made)} of them new")
    return 1 if gathered.failed else 0


def _teach(given: Namespace, speaker: Speaker) -> int:
    if not given.set:
        raise OptionError("train teach needs --set DIR: a folder of a set of pictures, or several")
    weights = data_folder(given.data) / "weights"
    from otio_autoedit.models.train.scene.teach import Taught, teach

    def show(taught: Taught) -> None:
        done = f"labelled in {taught.seconds:.0f} s" if taught.seconds else "was labelled before"
        common = sorted(taught.boxes.items(), key=lambda pair: -pair[1])[:12]
        words = [f"{taught.pictures} pictures, {done}", *(f"{name} {n}" for name, n in common)]
        speaker.written(str(taught.folder), ", ".join(words))

    with speaker.progress() as progress:
        teach(given.set, weights, again=given.from_start, progress=progress, done=show)
    return 0


def _train(given: Namespace, speaker: Speaker) -> int:
    data = data_folder(given.data)
    from otio_autoedit.models.train.shots import train_shots

    lines = Lines(speaker, given.minutes * 60, _wants_lines(given), _shot_words, _shot_fields)
    path = train_shots(
        data,
        given.out,
        minutes=given.minutes,
        steps=given.steps,
        seed=given.seed,
        resume=not given.from_start,
        extra=given.extra,
        begin=given.begin,
        progress=lines.show,
    )
    speaker.written(str(path), "weights; OTIO_AUTOEDIT_WEIGHTS names a folder to take them from")
    return 0


def _train_scene(given: Namespace, speaker: Speaker) -> int:
    if not given.source:
        raise OptionError("train scene needs --source DIR: sets of pictures, or folders of sets")
    device = choose_device(given.device)
    from otio_autoedit.models.train.scene.training import train_scene

    lines = Lines(speaker, given.minutes * 60, _wants_lines(given), _scene_words, _scene_fields)
    path = train_scene(
        given.source,
        given.out,
        minutes=given.minutes,
        steps=given.steps,
        seed=given.seed,
        resume=not given.from_start,
        device=device.name,
        begin=given.begin,
        progress=lines.show,
    )
    speaker.written(str(path), "weights; OTIO_AUTOEDIT_WEIGHTS names a folder to take them from")
    return 0


def _wants_lines(given: Namespace) -> bool:
    return given.progress != "none" and not given.quiet


def _shot_words(found: Validation) -> list[str]:
    words = [f"F1 {found.generated.f1:.3f}, gradual recall {found.generated.gradual_recall:.3f}"]
    if found.real.found + found.real.missed:
        words.append(f"on real films {found.real.f1:.3f} and {found.real.gradual_recall:.3f}")
    return words


def _shot_fields(found: Validation) -> dict[str, float]:
    return {
        "f1": round(found.generated.f1, 4),
        "gradual_recall": round(found.generated.gradual_recall, 4),
        "real_f1": round(found.real.f1, 4),
    }


def _scene_words(found: SceneValidation) -> list[str]:
    return [
        f"on {found.pictures} held-out pictures AP50 {found.ap50:.3f}",
        f"person {found.ap50_person:.3f}",
        f"mIoU {found.miou:.3f}",
        f"foreground {found.foreground_iou:.3f}",
        f"scene {found.scene:.2f}",
    ]


def _scene_fields(found: SceneValidation) -> dict[str, float]:
    return found.figures()
