"""The editing programs that ``--for`` names: what each reads best, and how to open it there."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from otio_autoedit.errors import OptionError


@dataclass(frozen=True, slots=True)
class Program:
    """An editing program. ``reads`` are suffixes, the best first; ``how`` says how to open
    ``{file}``."""

    name: str
    title: str
    reads: tuple[str, ...]
    how: str


PROGRAMS = {
    program.name: program
    for program in (
        Program(
            "resolve",
            "DaVinci Resolve 18.5 or later",
            (".otio", ".otioz", ".xml", ".fcpxml", ".aaf", ".edl"),
            "File > Import > Timeline, choose {file}",
        ),
        Program(
            "premiere",
            "Adobe Premiere Pro",
            (".xml", ".aaf", ".edl", ".otio"),
            "File > Import, choose {file}",
        ),
        Program(
            "blender",
            "Blender 4.2 or later",
            (".otio",),
            "blender --python {script} -- {file}",
        ),
        Program(
            "kdenlive",
            "Kdenlive 25.04 or later",
            (".otio", ".kdenlive"),
            "File > Open, choose {file}",
        ),
    )
}


def target_for(target: str, program: Program | None) -> Path:
    """``target`` with the program's best suffix where it has none.

    Raises OptionError for a suffix that the program does not read.
    """
    path = Path(target)
    if program is None:
        return path
    if not path.suffix:
        return path.with_name(path.name + program.reads[0])
    if path.suffix.lower() not in program.reads:
        raise OptionError(
            f"-o {path}: {program.title} does not read {path.suffix}; it reads "
            f"{', '.join(program.reads)}"
        )
    return path


def how_to_open(program: Program, path: str | Path) -> str:
    """What to do in the program to open ``path``."""
    script = Path(__file__).with_name("open_in_blender.py")
    file = str(path)
    if "{script}" in program.how:
        return program.how.format(script=shlex.quote(str(script)), file=shlex.quote(file))
    return program.how.format(file=file)
