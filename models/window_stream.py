"""A network over time on the grid of windows, while the film arrives in pieces of any size.

    features of a piece -> held until a window is whole -> network -> its centre, kept

What the network makes of a frame depends on the window the frame is in and on nothing else: not on
the pieces, not on where a segment of the film begins. Of the film only one window is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

import torch
from torch import Tensor

from otio_autoedit.models.windows import WindowGrid

Features = tuple[Tensor, ...]
Result = TypeVar("Result")


class WindowStream(Generic[Result]):
    """Runs a network on one window after another as their frames come in.

        stream = WindowStream(run, WindowGrid(centre=256, warm_up=64))
        for piece in film:
            results += stream.push(backbone.features(piece))
        results += stream.finish()

    A part of a film gives what the whole gives: begin with frame `first_frame` (before `start` by
    the warm-up), and push as far as `stop` and the warm-up after it, or to the film's end.
    """

    def __init__(
        self,
        run: Callable[[Features, slice], Result],
        grid: WindowGrid,
        start: int = 0,
        stop: int | None = None,
    ) -> None:
        """Begins a film, or the part `[start, stop)` of it.

        Args:
            run: given a window's features, time first, and which of its frames are kept; returns
                what the network says of those.
            grid: the windows.
            start: the first source frame wanted; on the grid.
            stop: the end of what is wanted, on the grid; by default the film's end.
        """
        if start < 0 or start % grid.centre or (stop or 0) % grid.centre:
            raise ValueError(
                f"parts of a film begin and end on its grid, at multiples of {grid.centre}, "
                f"not at {start} and {stop}"
            )
        self.first_frame = max(0, start - grid.warm_up)
        self._run = run
        self._grid = grid
        self._next = start // grid.centre  # the window to run next
        self._end = None if stop is None else stop // grid.centre
        self._held: list[Features] = []
        self._held_from = self.first_frame
        self._seen = self.first_frame  # source frames before this one have been pushed

    def push(self, features: Tensor | Features) -> list[Result]:
        """Returns the results of the windows that `features` make whole, in order; often none.

        All tensors of `features` have the next frames along their first axis.
        """
        rest = (features,) if isinstance(features, Tensor) else features
        results = []
        while len(rest[0]) and not self._is_done:
            taken = min(len(rest[0]), self._whole_at - self._seen)
            self._held.append(tuple(_own(part[:taken]) for part in rest))
            self._seen += taken
            rest = tuple(part[taken:] for part in rest)
            if self._seen == self._whole_at:
                results.append(self._run_next())
        return results

    def finish(self) -> list[Result]:
        """Returns the results of the windows that the film's end cuts short.

        The stream is done after it; another film needs another stream.
        """
        results = []
        while not self._is_done and self._next * self._grid.centre < self._seen:
            results.append(self._run_next())
        self._end, self._held = self._next, []
        return results

    @property
    def _is_done(self) -> bool:
        return self._end is not None and self._next >= self._end

    @property
    def _whole_at(self) -> int:
        """How much of the film the next window needs to have seen."""
        return (self._next + 1) * self._grid.centre + self._grid.warm_up

    def _run_next(self) -> Result:
        window = self._grid.window(self._next, self._seen)
        held = tuple(torch.cat(parts) for parts in zip(*self._held, strict=True))
        inside = slice(window.start - self._held_from, window.stop - self._held_from)
        kept = slice(window.keep_start - window.start, window.keep_stop - window.start)
        result = self._run(tuple(part[inside] for part in held), kept)
        self._next += 1
        needed = max(self._held_from, self._next * self._grid.centre - self._grid.warm_up)
        self._held = [tuple(_own(part[needed - self._held_from :]) for part in held)]
        self._held_from = needed
        return result


@torch.no_grad()  # not inference mode: heads may be trained on what comes out
def states_over_film(
    rnn: torch.nn.Module,
    pieces: Iterable[Tensor],
    grid: WindowGrid,
    start: int = 0,
    stop: int | None = None,
) -> Iterator[Tensor]:
    """Yields the states of an RNN of `temporal`, a window's centre at a time: `(n, ...)`.

    Args:
        rnn: `h, state = rnn(x)`.
        pieces: features in order, each `(n, ...)`, n of any size.
        grid, start, stop: see `WindowStream`.
    """

    def run(features: Features, kept: slice) -> Tensor:
        h: Tensor = rnn(features[0][None])[0]
        return h[0, kept]

    stream = WindowStream(run, grid, start, stop)
    for piece in pieces:
        yield from stream.push(piece)
    yield from stream.finish()


def _own(part: Tensor) -> Tensor:
    """Returns `part` on its own, so that what it was cut from can go."""
    return part.clone() if part.untyped_storage().nbytes() > part.nbytes else part
