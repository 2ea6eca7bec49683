"""What a conversion linked and what not, counted on the way and told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from otio_autoedit.adapters.link.find import WAYS, Found
from otio_autoedit.adapters.link.fit import Cover
from otio_autoedit.media.rates import rate_text
from otio_autoedit.options import one_line

SHOWN = 8  # names of clips or files in one line


@dataclass(slots=True)
class Tally:
    """The counts of one conversion. Lists hold the names of clips, with a reason where there is
    one."""

    ways: Counter[str] = field(default_factory=Counter)
    before: int = 0  # linked in an earlier conversion
    files: set[str] = field(default_factory=set)
    changes: int = 0
    missed: list[str] = field(default_factory=list)
    retimed: int = 0
    moved: int = 0
    reaching: list[str] = field(default_factory=list)
    relabelled: set[tuple[Fraction, Fraction]] = field(default_factory=set)
    not_found: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    unwatched: Mapping[Path, str] = field(default_factory=dict)  # files, and why

    @property
    def linked(self) -> int:
        """Clips that were given their media now."""
        return self.ways.total()

    def count(self, name: str, found: Found) -> None:
        """Counts a clip that was given its media."""
        self.ways[found.way] += 1
        self.files.add(str(found.path))
        self.moved += bool(found.fit.move)
        if found.fit.cover == Cover.PART:
            self.reaching.append(name)
        if found.fit.relabelled and found.info.kind == "video":
            self.relabelled.add((found.fit.rate, found.info.edit_rate))

    def facts(self) -> dict[str, object]:
        """The counts as the timeline's metadata holds them."""
        return {
            "linked": self.linked,
            "ways": dict(sorted(self.ways.items())),
            "not_found": len(self.not_found),
            "failed": len(self.failed),
            "shot_changes": self.changes,
            "missed_cuts": len(self.missed),
        }

    def text(self) -> str:
        """One line that says it all, and one more for each thing that a person should look at."""
        total = self.linked + self.before + len(self.not_found) + len(self.failed)
        ways = ", ".join(f"{self.ways[way]} by {way}" for way in WAYS if self.ways[way])
        first = f"otio-autoedit: linked {self.linked} of {_clips(total)}"
        if self.linked:
            first += f" to {len(self.files)} file{'s' * (len(self.files) != 1)} ({ways})"
        if self.before:
            first += f"; {self.before} already linked"
        if self.changes:
            first += f"; {self.changes} shot change{'s' * (self.changes != 1)} marked"
        return "\n  ".join([first, *self._remarks()])

    def _remarks(self) -> list[str]:
        remarks = [
            _listed("cut 1 to 3 frames beside a shot boundary (marked)", self.missed),
            _listed("not found, left as they were", self.not_found),
            _listed("failed, left as they were", self.failed),
            _listed("longer than the media found", self.reaching),
        ]
        for reason in dict.fromkeys(self.unwatched.values()):
            names = [path.name for path, why in self.unwatched.items() if why == reason]
            remarks.append(_listed(f"no shot changes marked, since {reason}", names))
        if self.moved:
            remarks.append(
                f"{_clips(self.moved)} counted from another zero: moved into the media's timecode"
            )
        if self.retimed:
            remarks.append(f"{_clips(self.retimed)} retimed: no shot changes marked inside")
        for clip_rate, media_rate in sorted(self.relabelled):
            remarks.append(
                f"clips count at {rate_text(clip_rate)}, their media runs at "
                f"{rate_text(media_rate)}: taken frame for frame "
                f"(an EDL is read at the media's rate with -a rate={float(media_rate)!r})"
            )
        return [remark for remark in remarks if remark]


def _clips(count: int) -> str:
    return f"{count} clip{'s' * (count != 1)}"


def _listed(what: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    counted = Counter(names)
    shown = [
        one_line(name if times == 1 else f"{name} ({times} times)")
        for name, times in list(counted.items())[:SHOWN]
    ]
    more = f" and {len(counted) - SHOWN} more" if len(counted) > SHOWN else ""
    return f"{what}: {len(names)}: {'; '.join(shown)}{more}"
