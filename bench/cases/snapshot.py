"""snapshot_download of 100 small files with the real client: what the hub computes for each."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from huggingface_hub import snapshot_download

from bench import servers
from bench.repos import Owner, commit_body
from bench.results import Result, interleave, seconds
from bench.servers import RunningHub

FILES, ROUNDS = 100, 5
AIM_MS = 1


def measure() -> Iterator[Result]:
    with tempfile.TemporaryDirectory(prefix="bearhug-bench-") as folder:
        scratch = Path(folder)
        with servers.hub(scratch / "data") as hub:
            hub.user("ada")
            token = hub.token("ada")
            owner = Owner(hub.url, token)
            owner.create("many")
            content = {f"part-{number:03d}.txt": b"%d\n" % number * 200 for number in range(FILES)}
            owner.commit("ada/many", commit_body(content))
            _download(hub, token, scratch / "first")
            spent = [_spent(hub, token, scratch / f"round{number}") for number in range(ROUNDS)]
            computed = sorted(each for each, _ in spent)[ROUNDS // 2]
            taken = interleave(1, {"all": lambda: sorted(each for _, each in spent)[ROUNDS // 2]})
            yield Result(
                what="processor time of the hub, a file",
                ours=1000 * computed / FILES,
                unit="ms",
                peer=1000 * taken["all"] / FILES,
                peer_name="the client's time for it",
                at_most=AIM_MS,
            )


def _spent(hub: RunningHub, token: str, folder: Path) -> tuple[float, float]:
    """(seconds the hub computed, seconds it all took)."""
    before = hub.processor_seconds()
    taken = seconds(lambda: _download(hub, token, folder))
    return hub.processor_seconds() - before, taken


def _download(hub: RunningHub, token: str, folder: Path) -> None:
    snapshot_download("ada/many", cache_dir=folder, endpoint=hub.url, token=token)
