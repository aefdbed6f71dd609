"""What the files of a repo say: read from git when somebody pushes, without their weights."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bearhug.cards.evaluations import FOLDER as EVALUATIONS
from bearhug.cards.evaluations import evaluations
from bearhug.cards.formats import tells
from bearhug.cards.front_matter import Parsed, parse
from bearhug.cards.libraries import OF_FILE
from bearhug.cards.pipelines import transformers_info
from bearhug.files import service as files
from bearhug.files.model import Node, Snapshot
from bearhug.git.formats import FOLDER, SUBMODULE
from bearhug.git.trees import Entry
from bearhug.hub import Transaction
from bearhug.repos.model import RepoKind

README = "README.md"
README_BYTES = 1024 * 1024
JSON_BYTES = 2 * 1024 * 1024
TEMPLATE_BYTES = 32_000
CODE_BYTES = 256 * 1024
MOST_ENTRIES = 3000
"""A push must not wait for a list of everything: what a repo is shows among so many names."""

MOST_WEIGHTS = 500
MOST_MENTIONS = 50
DEEPEST = 3
VERSION = 2
"""Raised when what is read changes, so that the next push reads a repo anew."""

CONFIG_KEYS = ("architectures", "model_type", "quantization_config", "auto_map", "pretrained_cfg")
TOKENIZER_KEYS = (
    *("bos_token", "eos_token", "pad_token", "unk_token", "sep_token", "cls_token", "mask_token"),
    "chat_template",
)
READ = frozenset(
    {README, "config.json", "tokenizer_config.json", "special_tokens_map.json", "handler.py"}
    | {"chat_template.jinja", "chat_template.json", "processor_config.json", "eval.yaml"}
    | {"meta.json", *OF_FILE}
)
MASKS = {
    "<mask>": ("roberta", "xlm-roberta", "camembert", "bart", "mbart", "longformer", "mpnet"),
    "[MASK]": ("bert", "distilbert", "albert", "electra", "deberta", "deberta-v2", "modernbert"),
}
"""The mask of models whose tokenizer does not say it."""

Entries = Mapping[str, Entry]

_WEIGHTS = (".safetensors", ".gguf", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx",
            ".onnx_data", ".tflite", ".skops", ".joblib", ".pkl", ".pickle")  # fmt: skip
_CODE = re.compile(r"[^/]+\.(py|js|mjs|ts|html)")
_NAME = r"[A-Za-z0-9][\w.-]{1,95}"
_MENTION = re.compile(rf"""["'`](?:models/|datasets/)?({_NAME}/{_NAME})["'`]""")
_LIKE_A_FILE = re.compile(
    r".*\.(py|js|mjs|ts|css|html?|json|ya?ml|txt|md|png|jpe?g|svg|csv|wav|mp[34])", re.IGNORECASE
)


def entries(snapshot: Snapshot) -> dict[str, Entry]:
    """The files of a repo by path, those at the top first, at most MOST_ENTRIES."""
    repository, commit = snapshot.repository, snapshot.commit
    found: dict[str, Entry] = {}
    folders = [""]
    while folders and len(found) < MOST_ENTRIES:
        folder = folders.pop(0)
        limit = MOST_ENTRIES - len(found)
        for entry in repository.children(commit, folder, limit=limit):
            if entry.mode == FOLDER and _opens(snapshot.repo.kind, entry.path):
                folders.append(entry.path)
            elif entry.mode not in (FOLDER, SUBMODULE):
                found[entry.path] = entry
    return found


def at_top(snapshot: Snapshot) -> dict[str, Entry]:
    """The README alone, by path; {} without one."""
    entry = snapshot.repository.entry(snapshot.commit, README)
    return {README: entry} if entry else {}


def made_of(kind: RepoKind, found: Entries) -> str:
    """A digest of every file that a card is made of: the same until one of them is other."""
    digest = hashlib.sha256(b"%d" % VERSION)
    for path in sorted(found):
        if _matters(kind, path):
            digest.update(f"{path}\n{found[path].oid}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def readme(snapshot: Snapshot, found: Entries) -> Parsed:
    text = blob(snapshot, found.get(README), README_BYTES)
    return parse(text.decode("utf-8", "replace"))


def weights(tx: Transaction, snapshot: Snapshot, found: Entries) -> list[Node]:
    """The files of a model that hold weights, with their sizes."""
    if snapshot.repo.kind is not RepoKind.MODEL:
        return []
    named = [entry for path, entry in found.items() if path.lower().endswith(_WEIGHTS)]
    return files.sized(tx, snapshot, named[:MOST_WEIGHTS])


def facts(snapshot: Snapshot, found: Entries, held: Iterable[Node]) -> dict[str, Any]:
    """`Card.facts` as far as git alone tells them."""
    kind = snapshot.repo.kind
    if kind is RepoKind.SPACE:
        return {"mentions": mentions(snapshot, found)}
    if kind is not RepoKind.MODEL:
        return {}
    config = config_of(snapshot, found)
    return {
        "config": config,
        "transformers": transformers_info(config),
        "mask_token": _mask(snapshot, found, config),
        "evaluations": evaluations(_evaluated(snapshot, found)),
        "weights": {node.path: [node.etag, node.size] for node in held},
    }


def config_of(snapshot: Snapshot, found: Entries) -> dict[str, Any]:
    """The part of a model's configuration that the Hub shows, from all files that hold some."""

    def load(name: str) -> dict[str, Any]:
        return read_json(snapshot, found.get(name))

    config = load("config.json")
    kept = {key: config[key] for key in CONFIG_KEYS if key in config}
    if "tokenizer_config.json" in found:
        kept["tokenizer_config"] = _short(load("tokenizer_config.json"))
    template = blob(snapshot, found.get("chat_template.jinja"), TEMPLATE_BYTES)
    if template:
        kept["chat_template_jinja"] = template.decode("utf-8", "replace")
    for name in ("chat_template.json", "processor_config.json"):
        spoken = load(name).get("chat_template")
        if isinstance(spoken, str) and len(spoken) <= TEMPLATE_BYTES:
            kept["processor_config"] = {"chat_template": spoken}
    return kept | _of_libraries(config, load)


def _of_libraries(config: Mapping[str, Any], load: Any) -> dict[str, Any]:
    """What libraries other than transformers keep, each under its own name."""
    index = load("model_index.json") or load("modular_model_index.json")
    adapter = load("adapter_config.json")
    found = {
        "diffusers": _part(index, "_class_name"),
        "peft": _part(adapter, "base_model_name_or_path", "task_type"),
        "sklearn": _part(config.get("sklearn"), "model", "model_format", "task"),
        "speechbrain": _part(config, "speechbrain_interface", "vocoder_interface"),
        "adapter_transformers": _part(config.get("adapter_transformers"), "model_name"),
    }
    return {name: part for name, part in found.items() if part}


def mentions(snapshot: Snapshot, found: Entries) -> list[str]:
    """Names of the form owner/name in a Space's code: the models and datasets it may use."""
    seen: dict[str, None] = {}
    for path, entry in found.items():
        if _CODE.fullmatch(path):
            code = blob(snapshot, entry, CODE_BYTES).decode("utf-8", "replace")
            named = (name for name in _MENTION.findall(code) if not _LIKE_A_FILE.fullmatch(name))
            seen |= dict.fromkeys(named)
    return list(seen)[:MOST_MENTIONS]


def blob(snapshot: Snapshot, entry: Entry | None, limit_bytes: int) -> bytes:
    """A file that git itself holds; b"" where there is none, or it is absurdly large."""
    if entry is None or snapshot.repository.blob_size(entry.oid) > limit_bytes:
        return b""
    return snapshot.repository.blob(entry.oid)


def read_json(snapshot: Snapshot, entry: Entry | None) -> dict[str, Any]:
    """The object in a JSON file; {} for what is none."""
    try:
        value = json.loads(blob(snapshot, entry, JSON_BYTES) or b"{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _opens(kind: RepoKind, folder: str) -> bool:
    if folder.rpartition("/")[2].startswith("."):
        return kind is RepoKind.MODEL and folder == EVALUATIONS
    return kind in (RepoKind.MODEL, RepoKind.DATASET) and folder.count("/") < DEEPEST


def _matters(kind: RepoKind, path: str) -> bool:
    """Whether a card may be other when this file is."""
    if kind is RepoKind.SPACE and _CODE.fullmatch(path):
        return True
    return path in READ or path.startswith(f"{EVALUATIONS}/") or tells(kind, path)


def _evaluated(snapshot: Snapshot, found: Entries) -> dict[str, bytes]:
    inside = [path for path in found if path.startswith(f"{EVALUATIONS}/")]
    return {path: blob(snapshot, found[path], TEMPLATE_BYTES) for path in inside[:MOST_MENTIONS]}


def _mask(snapshot: Snapshot, found: Entries, config: Mapping[str, Any]) -> str | None:
    said = config.get("tokenizer_config", {}).get("mask_token")
    named = read_json(snapshot, found.get("special_tokens_map.json")).get("mask_token")
    kind = config.get("model_type")
    known = next((mask for mask, kinds in MASKS.items() if kind in kinds), None)
    return token(said) or token(named) or known


def _short(tokenizer: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that a page or a client reads. A template may be a list of named ones."""
    kept = {}
    for key in TOKENIZER_KEYS:
        value = tokenizer.get(key)
        if key.endswith("_token"):
            value = token(value)
        if value and len(json.dumps(value)) <= TEMPLATE_BYTES:
            kept[key] = value
    return kept


def _part(value: Any, *keys: str) -> dict[str, Any]:
    held = value if isinstance(value, dict) else {}
    return {key: held[key] for key in keys if isinstance(held.get(key), str | dict)}


def token(value: Any) -> str | None:
    """A special token, which is a word or an object that has one."""
    if isinstance(value, dict):
        value = value.get("content")
    return value if isinstance(value, str) else None
