"""Which file of a repo is loaded, how, and how memory is counted."""

import os
import subprocess
import sys
from pathlib import Path

from bearhug.inference import memory
from bearhug.inference.engines.base import Contents, ModelFile, RepoFile
from bearhug.inference.engines.gguf import GgufEngine

GB = 10**9
ENGINE = GgufEngine()


def choose(budget: int, *files: tuple[str, int]) -> tuple[str, ...] | None:
    found = ENGINE.fits(Contents(tuple(RepoFile(path, size) for path, size in files)), budget)
    return found and tuple(file.path for file in found.files)


BEARS = (
    ("README.md", 1000),
    ("bear-Q2_K.gguf", 2 * GB),
    ("bear-Q4_K_M.gguf", 4 * GB),
    ("bear-Q8_0.gguf", 8 * GB),
    ("bear-f16.gguf", 16 * GB),
    ("mmproj-bear-f16.gguf", GB),
)


def test_four_bits_are_preferred_though_more_would_fit() -> None:
    assert choose(64 * GB, *BEARS) == ("bear-Q4_K_M.gguf",)


def test_less_memory_takes_a_smaller_file() -> None:
    assert choose(3 * GB, *BEARS) == ("bear-Q2_K.gguf",)


def test_where_none_fits_the_smallest_is_named() -> None:
    assert choose(GB, *BEARS) == ("bear-Q2_K.gguf",)


def test_a_repo_without_gguf_has_no_candidate() -> None:
    assert choose(64 * GB, ("model.safetensors", GB)) is None


def test_shards_come_together_in_order_or_not_at_all() -> None:
    shards = [(f"Q4_K_M/bear-Q4_K_M-{n:05}-of-00003.gguf", GB) for n in (3, 1, 2)]
    assert choose(64 * GB, *shards) == tuple(path for path, _ in sorted(shards))
    assert choose(64 * GB, *shards[:2]) is None


def test_the_quantisation_is_read_from_the_name() -> None:
    names = {
        "SmolLM2-135M-Instruct.Q4_1.gguf": "Q4_1",
        "qwen2.5-0.5b-instruct-q5_k_m.gguf": "Q5_K_M",
        "gpt-oss-20b-MXFP4.gguf": "MXFP4",
        "BF16/gemma-IQ4_XS.gguf": "IQ4_XS",
        "model-bf16.gguf": "BF16",
        "bear.gguf": "",
    }
    for name, quantisation in names.items():
        found = ENGINE.fits(Contents((RepoFile(name, 1),)), GB)
        assert found is not None
        assert found.quantisation == quantisation


def test_plans_shrink_and_stay_within_the_models_own_context(smollm: ModelFile) -> None:
    plans = ENGINE.plans(smollm)
    assert (plans[0].slots, plans[0].context) == (4, 8192)
    assert (plans[-1].slots, plans[-1].context) == (1, 2048)
    sizes = [plan.memory_bytes for plan in plans]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] > smollm.size


def test_memory_in_words_never_flatters() -> None:
    assert memory.needs(3_010_000_000) == "3.1 GB"
    assert memory.needs(311_000_001) == "312 MB"
    assert memory.free(2_490_000_000) == "2.4 GB"
    assert memory.free(-5) == "0 MB"


def test_one_core_is_left_to_the_hub() -> None:
    assert memory.threads() == max(1, len(os.sched_getaffinity(0)) - 1)
    assert memory.threads(3) == 3


def test_what_there_is_lies_within_the_machine() -> None:
    assert 0 < memory.available() <= memory.total()


PARENT = """
import subprocess, sys
child = "filling = bytearray(b'x' * 80_000_000); print(len(filling), flush=True); input()"
subprocess.run([sys.executable, "-c", child])
"""


def test_a_process_is_measured_with_its_children() -> None:
    argv = [sys.executable, "-c", PARENT]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        both = memory.measure(parent.pid)
        parent.communicate(b"\n")
    assert both is not None
    assert both.pss > both.anonymous > 80_000_000


CONFINED = """
import os, socket, sys
from pathlib import Path
from bearhug.inference.engines.confine import confine
said = confine([Path("model")], Path("."), parent=os.getppid(), memory_bytes=10**9)
print(said)
for path in ("model", "../secret"):
    try:
        print(path, Path(path).read_text())
    except OSError as error:
        print(path, type(error).__name__)
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=2)
    print("connected")
except OSError as error:
    print("unreachable")
socket.socket(socket.AF_UNIX).bind("runner.sock")
print(Path("runner.sock").is_socket())
"""


def test_a_confined_process_reads_its_model_and_nothing_else_of_the_hub(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hub.db")
    folder = tmp_path / "runner"
    folder.mkdir()
    (tmp_path / "object").write_text("weights")
    (folder / "model").symlink_to(tmp_path / "object")
    argv = [sys.executable, "-I", "-c", CONFINED, "9"]
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=True)
    said, model, secret, network, bound = done.stdout.splitlines()
    assert (model, bound) == ("model weights", "True")
    if "none of the hub's files" in said:
        assert secret == "../secret PermissionError"
    if "without network" in said:
        assert network == "unreachable"
