"""What each lever of the shot network's training gives: short runs, each with one thing less.

    python tests/benchmarks/ablate_shots.py --out FOLDER [--steps 600] [--extra GATHERED]

Every run sees as many steps, and is scored on the same films: generated ones over held-out footage,
and, with gathered footage, real ones that nobody trained on. A run that is done is not done again.
Short runs show directions, not final figures.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import replace
from pathlib import Path

from otio_autoedit.models.train.shots import TrainOptions, train_shots
from otio_autoedit.models.train.synth import SynthOptions

SYNTH = SynthOptions()
WHOLE = TrainOptions(checkpoint_s=1e9)
LEVERS = {
    "everything": WHOLE,
    "no real edited films": replace(WHOLE, edited_share=0.0),
    "no disturbances": replace(WHOLE, synth=replace(SYNTH, disturbance=0.0)),
    "no dense runs of short shots": replace(WHOLE, synth=replace(SYNTH, dense_share=0.0)),
    "other footage on every join": replace(WHOLE, synth=replace(SYNTH, same_source_share=0.0)),
    "no badly shrunk pictures": replace(WHOLE, synth=replace(SYNTH, coarse_share=0.0)),
    "no gathered footage at all": replace(WHOLE, edited_share=0.0, gathered=False),
}


def main() -> None:
    given = _arguments()
    print("| without | generated F1 | gradual recall | gradual IoU | real F1 | P | R | gradual R |")
    print("|---" * 8 + "|")
    for name, options in LEVERS.items():
        figures = _run(name, options, given)
        drawn, real = figures["generated"], figures["real"]
        cells = [drawn["f1"], drawn["gradual_recall"], drawn["gradual_iou"]]
        cells += [real["f1"], real["precision"], real["recall"], real["gradual_recall"]]
        print(f"| {name} | {' | '.join(f'{cell:.3f}' for cell in cells)} |", flush=True)


def _run(
    name: str, options: TrainOptions, given: argparse.Namespace
) -> dict[str, dict[str, float]]:
    """Returns the last figures of a run."""
    out = given.out / name.replace(" ", "-")
    history = out / "shots-history.json"
    if not (out / "shots.safetensors").exists():
        train_shots(given.data, out, steps=given.steps, extra=given.extra, options=options)
    figures: dict[str, dict[str, float]] = json.loads(history.read_text("utf-8"))[-1]
    return figures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=os.environ.get("OTIO_AUTOEDIT_DATA", beside))
    parser.add_argument("--extra", type=Path, help="gathered footage: single/ and edited/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=600)
    return parser.parse_args()


if __name__ == "__main__":
    main()
