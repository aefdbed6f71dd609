"""Every kind of object store, for tests that hold them to one contract."""

from pathlib import Path
from uuid import uuid4

import pytest

from bearhug.storage import Objects, open_objects
from bearhug.storage.sigv4 import Credentials
from tests.seaweed import S3Server


@pytest.fixture
def disk(tmp_path: Path) -> Objects:
    return open_objects(None, tmp_path / "objects", Credentials())


@pytest.fixture
def s3(s3_server: S3Server, tmp_path: Path) -> Objects:
    url = f"{s3_server.url}/{uuid4().hex}"
    return open_objects(url, tmp_path / "objects", s3_server.credentials)


@pytest.fixture(params=["disk", "s3"])
def objects(request: pytest.FixtureRequest) -> Objects:
    found: Objects = request.getfixturevalue(request.param)
    return found
