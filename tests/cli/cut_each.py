"""Runs `otio-autoedit cut` on many files in one process: importing costs seconds.

Standard input: one JSON list of arguments a line. Standard output: one JSON object a line, with the
exit code, all that reached stderr (FFmpeg's own words too) and the seconds it took.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import traceback

from otio_autoedit.cli import main


def run(arguments: list[str]) -> dict[str, object]:
    start = time.perf_counter()
    kept = [os.dup(1), os.dup(2)]
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        try:
            code = main(arguments)
        except SystemExit as stop:
            code = int(stop.code or 0)
        except BaseException:
            traceback.print_exc()
            code = -1
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, copy in enumerate(kept, start=1):
                os.dup2(copy, number)
                os.close(copy)
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    return {"code": code, "text": text, "seconds": time.perf_counter() - start}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)
