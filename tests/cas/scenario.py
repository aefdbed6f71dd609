"""Run by the wheels of a client, old or new, as its user would: PYTHON scenario.py REPO.

Uploads, edits, sends again, downloads into an empty cache, and compares. HF_ENDPOINT and HF_TOKEN
say where and as whom. Plain Python of the time of the oldest client.
"""

import random
import sys
import tempfile
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_download, snapshot_download

MIB = 1 << 20


def main(repo):
    api = HfApi()
    data = random.Random(repo).randbytes(11 * MIB) + bytes(MIB)
    edited = data[: 5 * MIB] + b"an edit" + data[5 * MIB :]
    api.create_repo(repo, exist_ok=True)
    send(api, repo, "weights.bin", data)
    assert fetch(repo, "weights.bin") == data, "what came back is something else"
    send(api, repo, "edited.bin", edited)
    send(api, repo, "again.bin", data)
    wanted = {"weights.bin": data, "edited.bin": edited, "again.bin": data}
    with tempfile.TemporaryDirectory() as cache:
        folder = Path(snapshot_download(repo, cache_dir=cache))
        for name, content in wanted.items():
            assert (folder / name).read_bytes() == content, name


def send(api, repo, name, data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        api.upload_file(path_or_fileobj=str(path), path_in_repo=name, repo_id=repo)


def fetch(repo, name):
    with tempfile.TemporaryDirectory() as cache:
        return Path(hf_hub_download(repo, name, cache_dir=cache)).read_bytes()


if __name__ == "__main__":
    main(sys.argv[1])
