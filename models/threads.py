"""One thread for torch, for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Lets torch use the calling thread alone.

    The steps of a small network gain nothing from a pool, and on cores that a decoder keeps busy
    its threads wait for each other: measured, a tenth of the speed. And what is timed is timed
    alike.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
