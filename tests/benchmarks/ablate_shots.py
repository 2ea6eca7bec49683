"""What each lever of the shot network's training gives: runs of some hundred steps, one less each.

    python tests/benchmarks/ablate_shots.py --begin RUN --out FOLDER --extra GATHERED

All runs begin with the checkpoint in RUN (a folder of `train shots`), see as many steps and are
scored on the same films: generated ones over held-out footage, and, with gathered footage, real
ones that nobody trained on. A run that is done is not done again. What a checkpoint has learnt
already is not unlearnt in a few hundred steps: the table shows directions, not all that a lever is
worth.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

from otio_autoedit.models.train.shots import TrainOptions, train_shots
from otio_autoedit.models.train.synth import SynthOptions

SYNTH = SynthOptions()
WHOLE = TrainOptions(checkpoint_s=1e9)
LEVERS = {
    "nothing": WHOLE,
    "real edited films": replace(WHOLE, edited_share=0.0),
    "all gathered footage": replace(WHOLE, edited_share=0.0, gathered=False),
    "disturbances": replace(WHOLE, synth=replace(SYNTH, disturbance=0.0)),
    "dense runs of short shots": replace(WHOLE, synth=replace(SYNTH, dense_share=0.0)),
    "the same source on both sides": replace(WHOLE, synth=replace(SYNTH, same_source_share=0.0)),
    "badly shrunk pictures": replace(WHOLE, synth=replace(SYNTH, coarse_share=0.0)),
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
    if not (out / "shots.safetensors").exists():
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        begun = json.loads((given.begin / "checkpoint.json").read_text("utf-8"))
        for file in ("checkpoint.json", begun["file"]):
            shutil.copy(given.begin / file, out)
        steps = begun["step"] + given.steps
        options = replace(options, falling_share=given.steps / steps)
        train_shots(given.data, out, steps=steps, extra=given.extra, options=options)
    history = json.loads((out / "shots-history.json").read_text("utf-8"))
    figures: dict[str, dict[str, float]] = history[-1]
    return figures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=os.environ.get("OTIO_AUTOEDIT_DATA", beside))
    parser.add_argument("--extra", type=Path, help="gathered footage: single/ and edited/")
    parser.add_argument("--begin", type=Path, required=True, help="a folder with a checkpoint")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=400)
    return parser.parse_args()


if __name__ == "__main__":
    main()
