"""The tricky files, made once for the whole run."""

from __future__ import annotations

import pytest

from tests.support.tricky import TrickyFile, tricky_files


@pytest.fixture(scope="session")
def tricky(tmp_path_factory: pytest.TempPathFactory) -> list[TrickyFile]:
    return tricky_files(tmp_path_factory.mktemp("tricky"))
