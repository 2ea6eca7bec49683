"""How good the edits are: known events found, words left whole, people's choices, empty rooms.

    python -m tests.benchmarks.edits --data DATA --out FOLDER [--only football,talk]

Sections: football (two generated matches of 5 minutes), talk, summe, cameras, speed. Films and
plots are left in FOLDER; what was analysed is kept in the user's store, so that a second run only
cuts. The real clips measure only: nothing was chosen by them.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from tests.benchmarks.edits_football import football
from tests.benchmarks.edits_people import cameras, summe
from tests.benchmarks.edits_speed import speed
from tests.benchmarks.edits_talk import talk

_SECTIONS = {
    "football": lambda given: football(given.out, given.data),
    "talk": lambda given: talk(given.out, given.data),
    "summe": lambda given: summe(given.data),
    "cameras": lambda given: cameras(given.data),
    "speed": lambda given: speed(),
}


def main() -> None:
    given = _arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    for name in given.only.split(","):
        _SECTIONS[name](given)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=os.environ.get("OTIO_AUTOEDIT_DATA", beside))
    parser.add_argument("--out", type=Path, required=True, help="a folder for films and plots")
    parser.add_argument("--only", default=",".join(_SECTIONS), help="sections, with commas")
    return parser.parse_args()


if __name__ == "__main__":
    main()
