"""One engine for all tests of it: its workers take seconds to start."""

from collections.abc import Iterator

import pytest

from bearhug.viewer.engine.engine import Engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = Engine((tmp_path_factory.getbasetemp(),), workers=1)
    yield found
    found.close()
