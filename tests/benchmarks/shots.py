"""Prints how well shots are found, beside PySceneDetect (and TransNetV2 if asked), as a table.

    python tests/benchmarks/shots.py [--transnet] [--weights FILE]

Needs the data folder (`OTIO_AUTOEDIT_DATA`, default `../shared/data` beside the project).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from otio_autoedit.models.evaluate.shots import evaluate_shots, format_table

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--transnet", action="store_true", help="measure TransNetV2 too (slow)")
    parser.add_argument("--weights", type=Path, help="other weights than the package's")
    options = parser.parse_args()
    data = Path(os.environ.get("OTIO_AUTOEDIT_DATA", ROOT.parent / "shared" / "data"))
    try:
        rows = evaluate_shots(data, transnet=options.transnet, weights=options.weights)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    print(format_table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
