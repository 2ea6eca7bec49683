"""Mend the file that OTIO's AAF adapter wrote: timecode rates and flags, marks, tape names."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otio_autoedit.adapters.conform.facts import is_drop_rate, nominal
from otio_autoedit.files import whole_file

if TYPE_CHECKING:
    from otio_autoedit.adapters.conform.facts import Facts


def mend(path: Path, facts: Facts) -> None:
    """Edit a copy of ``path`` and put it in its place, whole or not at all."""
    import aaf2  # type: ignore[import-untyped]

    with whole_file(path) as part:
        shutil.copyfile(path, part)
        with aaf2.open(str(part), "rw") as file:
            _spares(file)
            _timecodes(file, facts)
            _marks(file)


def _spares(file: Any) -> None:
    """The adapter describes a file once for every clip; keep what the master mobs point at."""
    used = {slot.segment.mob_id for mob in file.content.mastermobs() for slot in mob.slots}
    tapes: dict[Any, set[int]] = {}
    for mob in list(file.content.sourcemobs()):
        for slot in mob.slots:
            if type(slot.segment).__name__ != "SourceClip" or slot.segment.mob is None:
                continue
            if mob.mob_id not in used:
                file.content.mobs.pop(mob.mob_id)
                break
            tapes.setdefault(slot.segment.mob_id, set()).add(slot.segment.slot_id)
    for mob in file.content.sourcemobs():
        if mob.mob_id in tapes:
            _only_slots(mob, tapes[mob.mob_id])


def _only_slots(tape: Any, wanted: set[int]) -> None:
    """Keep the tape's timecode and the slots that somebody points at."""
    for index in reversed(range(len(tape.slots))):
        slot = tape.slots[index]
        if slot.slot_id not in wanted and type(slot.segment).__name__ != "Timecode":
            tape.slots.pop(index)


def _timecodes(file: Any, facts: Facts) -> None:
    """The adapter flags every fractional rate as drop-frame on tapes, none on the edit, and makes
    50 frames a second 60."""
    drops, tapes = facts.notes.get("drop", {}), facts.notes.get("tapes", {})
    possible = is_drop_rate(facts.rate)
    for mob in file.content.mobs:
        for slot in mob.slots:
            if type(slot.segment).__name__ != "Timecode":
                continue
            slot.segment.fps = nominal(facts.rate)
            if type(mob).__name__ == "CompositionMob":
                slot.segment["Drop"].value = facts.drop
            else:
                slot.segment["Drop"].value = possible and bool(drops.get(mob.name))
                mob.name = tapes.get(mob.name, mob.name)


def _marks(file: Any) -> None:
    """Marks count from the file's first frame, as the edit's own in-points do."""
    for mob in file.content.mastermobs():
        for slot in mob.slots:
            start = _start_of(slot.segment)
            for name in ("MarkIn", "MarkOut"):
                mark = slot.get(name)
                if start and mark is not None and mark.value is not None:
                    mark.value = mark.value - start


def _start_of(segment: Any) -> int:
    """The timecode, in frames, at which the tape behind a master clip begins."""
    for _ in range(8):
        mob = getattr(segment, "mob", None)
        if mob is None:
            return 0
        for slot in mob.slots:
            if type(slot.segment).__name__ == "Timecode":
                return int(slot.segment.start)
        segment = segment.slot.segment
    return 0
