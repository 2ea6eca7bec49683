"""How long a rule over a long recording takes.

    python tests/benchmarks/rules.py [--hours 10]

The signals are there already, as of an analysed file (25 frames a second, noise, a tenth of it
unknown); measured is the reading of the rule and its evaluation, the best and the median of five.
The goal is well under a second for ten hours; the exit code is 1 where the median is above one.
"""

from __future__ import annotations

import argparse
import statistics
import time
from fractions import Fraction

import numpy as np

from otio_autoedit.edit.expressions import evaluate, read_condition
from otio_autoedit.edit.signal import Call, Signal, Values

RULES = (
    "loudness > -30",
    "within(rising(cheer > percentile(cheer, 90), 1s), 2s) and smooth(motion, 0.5s) > 0.2 "
    "and not black",
    "lasting(rising(loudness, 30s) > 6 and peak(cheer, 60s) > 0.9, 0.4s)",
    "within(rising(cheer > percentile(cheer, 90), 1h), 1h) and smooth(motion, 1h) > 0.2",
)
GOAL = 1.0


class Recording:
    """Four signals of noise."""

    rate = Fraction(25)

    def __init__(self, hours: float) -> None:
        self.length = round(hours * 3600 * 25)
        random = np.random.default_rng(11)
        self._values = {
            name: random.random(self.length, np.float32) for name in ("cheer", "motion", "black")
        }
        self._values["loudness"] = -60 * random.random(self.length, np.float32)
        for one in self._values.values():
            one[random.integers(0, self.length, self.length // 10)] = np.nan

    def values(self, call: Call) -> Values:
        return self._values[call.name]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--hours", type=float, default=10)
    scope = Recording(parser.parse_args().hours)
    signals = {
        name: Signal(name, "condition" if name == "black" else "number", "", "", "")
        for name in ("cheer", "motion", "black", "loudness")
    }
    print(f"{scope.length} frames\n| rule | best, ms | median, ms | holds in |\n|---|---|---|---|")
    slowest = 0.0
    for text in RULES:
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            held = evaluate(read_condition(text, signals), scope)
            times.append(time.perf_counter() - begun)
        slowest = max(slowest, statistics.median(times))
        best, middle = 1000 * min(times), 1000 * statistics.median(times)
        print(f"| `{text}` | {best:.0f} | {middle:.0f} | {held.mean():.1%} |")
    return int(slowest > GOAL)


if __name__ == "__main__":
    raise SystemExit(main())
