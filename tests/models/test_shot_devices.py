"""The shot network says the same on every device: against double precision on the CPU.

Stated tolerance of a probability: .0005 on the CPU; .01 elsewhere, where convolutions may round to
ten bits (TF32). What is found is the same.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from otio_autoedit.models.guises import both_guises
from otio_autoedit.models.shots import ShotDetector, as_input, as_scores, network_from
from otio_autoedit.models.transition import shots_from
from otio_autoedit.models.weight_files import load_weights

TOLERANCES = {"cpu": 5e-4, "cuda": 1e-2, "mps": 1e-2}
DEVICES = [
    "cpu",
    *(["cuda"] if torch.cuda.is_available() else []),
    *(["mps"] if torch.backends.mps.is_available() else []),
]


def film() -> np.ndarray:
    """200 frames: four pictures that drift, the last two joined by a dissolve of 20 frames."""
    rng = np.random.default_rng(4)
    pictures = rng.integers(0, 256, (4, 9, 40, 3)).repeat(3, 1).repeat(3, 2).astype(float)
    shots = [np.stack([p[:, i // 4 : i // 4 + 48] for i in range(70)]) for p in pictures]
    a = (np.arange(1, 21) / 21)[:, None, None, None]
    mixed = shots[2][-20:] * (1 - a) + shots[3][:20] * a
    pieces = [shots[0][:50], shots[1][:40], shots[2][:-20], mixed, shots[3][20:60]]
    return np.concatenate(pieces).astype(np.uint8)


@pytest.mark.parametrize("device", DEVICES)
def test_a_device_agrees_with_double_precision(device: str) -> None:
    frames = film()
    net, thresholds = network_from(load_weights("shots", None))
    with torch.inference_mode():
        seen = as_input(torch.from_numpy(frames)[None]).double()
        guises = both_guises(seen, seen[:, :1], seen[:, -1:])
        exact = as_scores(net.double().over_time(net.backbone(*guises)))
    detector = ShotDetector(device=device)
    detector.push(frames)
    found = detector.finish_scores()
    for name in ("middle", "inside", "kind", "jump"):
        error = np.abs(getattr(found, name) - getattr(exact, name)).max()
        assert error < TOLERANCES[device], name
    expected = shots_from(exact, thresholds)
    assert expected.transitions
    ends = [(t.last_before, t.first_after, t.type) for t in expected.transitions]
    said = shots_from(found, thresholds)
    assert [(t.last_before, t.first_after, t.type) for t in said.transitions] == ends
