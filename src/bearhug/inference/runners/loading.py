"""Models and tokenizers of transformers, loaded by the safe roads only.

Trap by trap as in specs/INFERENCE.md §8: dtypes on a CPU, pickles, code a repo brings along.
"""

import json
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModel,
    AutoProcessor,
    AutoTokenizer,
    dynamic_module_utils,
)

from bearhug.inference.runners import brought
from bearhug.inference.runners.task import CannotLoad, Setup

COUNTED_FROM_PADDING = frozenset(
    {"camembert", "data2vec-text", "longformer", "mpnet", "roberta", "xlm-roberta", "xmod"}
)
MAX_CONFIG_BYTES = 16 * 1024**2
CODE = (
    "This repository brings Python code of its own (`auto_map` in {file}), which this hub runs "
    "only when its operator allowed it for this very commit."
)
PICKLED = (
    "This repository has only pickled weights ({file}). They can run code, so they are opened only "
    "where a runner can be cut off from files and network, which this machine does not allow. "
    "Convert them to safetensors."
)


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def model(setup: Setup, auto: Any = AutoModel, *, decoding: bool = False, **options: Any) -> Any:
    """A model by one of transformers' Auto classes, on the device, ready to answer.

    `decoding`: it writes token by token, where reading fewer bytes is what counts.
    """
    check(setup)
    torch.set_num_threads(setup.threads)
    loaded = auto.from_pretrained(
        setup.folder,
        dtype=dtype(config(setup), decoding),
        local_files_only=True,
        trust_remote_code=setup.trusted,
        weights_only=True,
        **options,
    )
    return loaded.to(device()).eval()


def config(setup: Setup) -> Any:
    return AutoConfig.from_pretrained(
        setup.folder, local_files_only=True, trust_remote_code=setup.trusted
    )


def tokenizer(setup: Setup, **options: Any) -> Any:
    check(setup)
    return AutoTokenizer.from_pretrained(
        setup.folder, local_files_only=True, trust_remote_code=setup.trusted, **options
    )


def processor(setup: Setup, auto: Any = AutoProcessor, **options: Any) -> Any:
    """A processor, an image processor or a feature extractor, by its Auto class."""
    check(setup)
    return auto.from_pretrained(
        setup.folder, local_files_only=True, trust_remote_code=setup.trusted, **options
    )


def dtype(found: Any, decoding: bool = False) -> torch.dtype:
    """The checkpoint's own on a graphics card. A CPU without half-precision arithmetic of its own
    decodes faster with bfloat16 (less to read) and does all else faster with float32.
    """
    own = getattr(found, "dtype", None) or getattr(found.get_text_config(), "dtype", None)
    if device().type == "cuda":
        return own if isinstance(own, torch.dtype) else torch.float32
    return torch.bfloat16 if decoding and own == torch.bfloat16 else torch.float32


def check(setup: Setup) -> None:
    """Refuse code and pickles that policy does not allow, before anything opens them."""
    if setup.trusted:
        # transformers names the folder by a hash; ours was laid before there was transformers.
        dynamic_module_utils._compute_local_source_files_hash = lambda *_: brought.NAMED
    else:
        for name in ("config.json", "tokenizer_config.json", "preprocessor_config.json"):
            if "auto_map" in _object(setup, name):
                raise CannotLoad(CODE.format(file=name))
    if not setup.sealed and not has(setup, "*.safetensors"):
        for pickled in setup.folder.rglob("*.bin"):
            raise CannotLoad(PICKLED.format(file=pickled.name))


def has(setup: Setup, pattern: str) -> bool:
    return next(setup.folder.rglob(pattern), None) is not None


def is_whole(setup: Setup) -> bool:
    """Whether a configuration lies at the top, as for any model of transformers itself."""
    return (setup.folder / "config.json").is_file()


def _object(setup: Setup, name: str) -> dict[str, Any]:
    """A JSON file of the repo; {} if there is none. Raises CannotLoad if it is no JSON object."""
    path = setup.folder / name
    if not path.is_file():
        return {}
    if path.stat().st_size > MAX_CONFIG_BYTES:
        raise CannotLoad(f"{name} is too large.")
    try:
        found = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        raise CannotLoad(f"{name} is not valid JSON.") from None
    if not isinstance(found, dict):
        raise CannotLoad(f"{name} is not a JSON object.")
    return found


def longest(tokens: Any, found: Any) -> int:
    """Tokens a model can read at once, by its tokenizer and by its configuration."""
    positions = getattr(found, "max_position_embeddings", None) or 512
    if getattr(found, "position_embedding_type", "absolute") == "absolute":
        first = getattr(found, "pad_token_id", None) or 0
        # RoBERTa and its kin count positions from just after the padding token's number.
        positions -= first + 1 if found.model_type in COUNTED_FROM_PADDING else 0
    return int(min(tokens.model_max_length, positions))
