"""The examples in the room's documentation are true."""

from __future__ import annotations

import doctest

import pytest

from otio_autoedit.media import rates, timecode


@pytest.mark.parametrize("module", [rates, timecode])
def test_examples(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted > 0
    assert result.failed == 0
