"""What a crash may leave on disk, and what it may not."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bearhug.storage import CannotOpen, Credentials, Objects, open_objects
from bearhug.storage.disk import sweep

WRITER = """
import hashlib, sys
from pathlib import Path
from bearhug.storage import Credentials, lfs_key, open_objects

objects = open_objects(None, Path(sys.argv[1]), Credentials())
for number in range(100_000):
    data = str(number).encode() * 50_000
    sha256 = hashlib.sha256(data).hexdigest()
    if number % 2:
        objects.put(lfs_key(sha256), data)
    else:
        path = objects.scratch / sha256
        path.write_bytes(data)
        objects.adopt(lfs_key(sha256), path)
    print(sha256, len(data), flush=True)
"""


@pytest.mark.crash
def test_a_killed_writer_leaves_only_whole_objects(tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    stored = [writer.stdout.readline().split() for _ in range(20)]
    writer.send_signal(signal.SIGKILL)
    stored += [line.split() for line in writer.stdout if line.endswith("\n")]
    writer.wait()
    writer.stdout.close()
    for sha256, size in stored:
        assert (tmp_path / "lfs" / sha256[:2] / sha256[2:4] / sha256).stat().st_size == int(size)
    lengths = {path.stat().st_size % 50_000 for path in (tmp_path / "lfs").rglob("?" * 64)}
    assert lengths == {0}


def test_leftovers_are_swept_at_boot_once_they_are_old(tmp_path: Path) -> None:
    scratch = open_objects(None, tmp_path, Credentials()).scratch
    (scratch / "upload-old").mkdir()
    for name in ("old", "new", "upload-old/data"):
        (scratch / name).write_bytes(b"x")
    yesterday = time.time() - 25 * 3600
    for name in ("old", "upload-old"):
        os.utime(scratch / name, (yesterday, yesterday))
    open_objects(None, tmp_path, Credentials())
    assert [path.name for path in scratch.iterdir()] == ["new"]
    assert sweep(scratch) == 0


def test_objects_on_disk_can_be_found_by_hand(disk: Objects) -> None:
    disk.put("packs/ab/x.pack", b"honey")
    assert (disk.scratch.parent / "packs/ab/x.pack").read_bytes() == b"honey"


def test_an_address_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="s3://"):
        open_objects("ftp://bears", tmp_path, Credentials())


def test_without_its_extra_the_cloud_names_it(tmp_path: Path) -> None:
    (tmp_path / "obstore.py").write_text("raise ImportError('as if it were not installed')")
    code = (
        "from pathlib import Path\n"
        "from bearhug.storage import *\n"
        "try:\n    open_objects('s3://b', Path('objects'), Credentials())\n"
        "except CannotOpen as error:\n    print(error)\n"
        "print(open_objects('', Path('objects'), Credentials()).local)\n"
    )
    path = {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=path, cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.stdout == "s3://b needs obstore: pip install 'bearhug[s3]'\nTrue\n", ran.stderr
