"""The card of a repo: read when somebody pushes, rendered when somebody looks."""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bearhug.cards import headers, reading, store
from bearhug.cards.examples import examples, parameters, refuses_inference
from bearhug.cards.front_matter import Parsed, parse
from bearhug.cards.model import Card, CardRead
from bearhug.cards.prose import first_words, searched
from bearhug.cards.render import VERSION, Base, render
from bearhug.errors import EntryNotFound, Unavailable
from bearhug.files import service as files
from bearhug.files.model import Node, RevisionPushed, Snapshot
from bearhug.git.formats import FOLDER, SUBMODULE
from bearhug.git.trees import Entry
from bearhug.hub import Hub, Transaction
from bearhug.kit.wire import Moment
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Repo, RepoChanged, RepoDeleted, RepoKind

__all__ = [
    "card",
    "cards",
    "dropped_before",
    "examples",
    "html",
    "keep",
    "on_pushed",
    "on_repo_changed",
    "on_repo_deleted",
    "packed",
    "parameters",
    "read_card",
    "read_weights",
    "refuses_inference",
]

MAIN = "refs/heads/main"
README = "README.md"
README_BYTES = 1024 * 1024
JSON_BYTES = 2 * 1024 * 1024
MOST_ENTRIES = 5000
"""Of the top folder: a model's own files are there, and a push must not wait for a list."""

CONFIG_KEYS = ("architectures", "model_type", "quantization_config", "auto_map")
TOKENIZER_KEYS = ("bos_token", "eos_token", "pad_token", "unk_token", "chat_template")


@dataclass(frozen=True)
class Html:
    """A rendered card. `key` is where to keep it, "" where it is kept already."""

    text: str
    key: str = ""


def card(tx: Transaction, repo: Repo) -> Card | None:
    """The repo's card as its main branch has it; None before anything was pushed."""
    return store.get(tx.db, repo.id)


def cards(tx: Transaction, repos: Iterable[Repo]) -> dict[int, Card]:
    """The cards of several repos, by id."""
    return store.of_repos(tx.db, [repo.id for repo in repos])


def html(tx: Transaction, repo: Repo, card: Card) -> Html | None:
    """The card's text as HTML, as it is on main; None where there is no README.

    Slow the first time. Give `key` and `text` to `keep` when there is a key.
    """
    if card.readme_oid is None:
        return None
    base = Base(repo.path)
    key = f"card:{VERSION}:{card.readme_oid}:{base.address}"
    kept = store.html(tx.db, key)
    if kept is not None:
        return Html(kept)
    snapshot = files.at(tx, repo, card.commit_oid)
    try:
        readme = files.read(tx, snapshot, README, limit_bytes=README_BYTES)
    except EntryNotFound:
        return None
    return Html(render(parse(readme.decode("utf-8", "replace")).body, base), key)


def keep(tx: Transaction, key: str, packed: bytes) -> None:
    """Keep what `html` made, so that nobody waits for it again."""
    store.keep_html(tx.db, key, packed, tx.now)


def packed(html: Html) -> bytes:
    """What `keep` takes: done before the write, which must not wait for it."""
    return zlib.compress(html.text.encode())


# --- told by others ------------------------------------------------------------------------


def on_pushed(tx: Transaction, event: RevisionPushed) -> None:
    """Read the card of a new main at once, from git alone; weights are read by a job.

    A push is never refused for what its card says, nor for a cache that must be mended.
    """
    if event.ref != MAIN or event.new is None:
        return
    try:
        read_card(tx, event.repo, event.new)
    except Unavailable:
        tx.later("cards.read", repo_id=event.repo.id)


def on_repo_changed(tx: Transaction, event: RepoChanged) -> None:
    """Find it by its new name."""
    if event.before.name != event.repo.name:
        store.rename(tx.db, event.repo.id, str(event.before.name), str(event.repo.name))


def on_repo_deleted(tx: Transaction, event: RepoDeleted) -> None:
    store.forget(tx.db, event.repo.id)


def read_card(tx: Transaction, repo: Repo, commit: str) -> None:
    """Bring columns, tags and index up to this commit of main."""
    snapshot = files.at(tx, repo, commit)
    entries = _top(snapshot)
    made_of = {name: entry.oid for name, entry in sorted(entries.items()) if _matters(repo, name)}
    old = store.get(tx.db, repo.id)
    if old is not None and old.facts.get("made_of") == made_of:
        return store.advance(tx.db, repo.id, commit)
    parsed = _readme(snapshot, entries)
    weights = _weights(tx, snapshot, entries)
    facts = {**_facts(snapshot, entries, weights, old), "made_of": made_of}
    if parsed.warning:
        facts["warning"] = parsed.warning
    _write(tx, repo, parsed, facts, readme=entries.get(README), commit=commit, names=entries)
    if _unread(facts):
        tx.later("cards.read_weights", repo_id=repo.id)
    tx.announce(CardRead(repo))
    return None


def read_weights(hub: Hub, repo_id: int) -> None:
    """Read the headers of a repo's weights, wherever they lie, and complete its card.

    Slow: call it from a job. What was pushed meanwhile has left a job of its own.
    """
    found = hub.read(_weights_to_read, repo_id)
    if found is None:
        return
    card, snapshot, nodes, readers = found
    sizes = {node.path: node.size for node in nodes}
    by_format = {
        suffix: {name: read for name, read in readers.items() if name.endswith(suffix)}
        for suffix in (".safetensors", ".gguf")
    }
    ggufs = {name: sizes[name] for name in by_format[".gguf"]}
    new = {
        "safetensors": headers.safetensors_facts(by_format[".safetensors"]),
        "gguf": headers.gguf_facts(by_format[".gguf"], ggufs),
    }
    hub.write(_add_facts, snapshot, card, {name: each for name, each in new.items() if each})


# --- from files to columns -----------------------------------------------------------------


def _write(
    tx: Transaction,
    repo: Repo,
    parsed: Parsed,
    facts: dict[str, Any],
    *,
    readme: Entry | None,
    commit: str,
    names: Iterable[str],
) -> None:
    found = reading.Found(
        repo.kind,
        parsed.metadata,
        parsed.body,
        frozenset(names),
        facts.get("config", {}),
        facts.get("config", {}).get("tokenizer_config", {}),
        facts,
        repo.sdk,
    )
    read = reading.read(found)
    title, summary = first_words(parsed.body)
    said = reading.words(parsed.metadata.get("short_description"))
    named = reading.words(parsed.metadata.get("title", parsed.metadata.get("pretty_name")))
    pictured = reading.words(parsed.metadata.get("thumbnail"))
    card = Card(
        parsed.metadata,
        named[0] if named else title,
        said[0] if said else summary,
        read.pipeline_tag,
        read.library,
        read.license,
        read.tags,
        facts,
        _parameters(facts),
        _weight_bytes(facts),
        readme.oid if readme else None,
        commit,
        pictured[0] if pictured else None,
    )
    store.put(tx.db, repo.id, card, tx.now)
    store.set_tags(tx.db, repo.id, read.facets)
    words = searched(parsed.body)
    store.index(tx.db, repo.id, str(repo.name), words=f"{card.title} {words}", tags=read.tags)


def _top(snapshot: Snapshot) -> dict[str, Entry]:
    entries = snapshot.repository.children(snapshot.commit, "", limit=MOST_ENTRIES)
    return {entry.path: entry for entry in entries if entry.mode not in (FOLDER, SUBMODULE)}


def _matters(repo: Repo, name: str) -> bool:
    """Whether a card may be other when this file is."""
    if repo.kind is RepoKind.MODEL:
        known = name in reading.LIBRARY_OF_FILE or name.startswith(("chat_template.", "config."))
        known = known or name == "tokenizer_config.json"
    else:
        known = False
    return known or name == README or _suffix(name) in (*reading.WEIGHTS, *reading.DATA)


def _readme(snapshot: Snapshot, entries: Mapping[str, Entry]) -> Parsed:
    text = _blob(snapshot, entries.get(README), README_BYTES)
    return parse(text.decode("utf-8", "replace"))


def _weights(tx: Transaction, snapshot: Snapshot, entries: Mapping[str, Entry]) -> list[Node]:
    if snapshot.repo.kind is not RepoKind.MODEL:
        return []
    return files.sized(
        tx, snapshot, [entry for name, entry in entries.items() if _suffix(name) in reading.WEIGHTS]
    )


def _facts(
    snapshot: Snapshot, entries: Mapping[str, Entry], weights: list[Node], old: Card | None
) -> dict[str, Any]:
    if snapshot.repo.kind is not RepoKind.MODEL:
        return {}
    config = _json(snapshot, entries.get("config.json"))
    tokenizer = _json(snapshot, entries.get("tokenizer_config.json"))
    info = reading.transformers_info(config)
    kept = {key: config[key] for key in CONFIG_KEYS if key in config}
    if tokenizer:
        kept["tokenizer_config"] = _short(tokenizer)
    facts: dict[str, Any] = {
        "config": kept,
        "transformers": info,
        "mask_token": _token(tokenizer.get("mask_token")),
        "weights": {node.path: [node.etag, node.size] for node in weights},
    }
    if old is not None and old.facts.get("weights") == facts["weights"]:
        facts |= {key: old.facts[key] for key in ("safetensors", "gguf") if key in old.facts}
    return {key: value for key, value in facts.items() if value}


def _unread(facts: Mapping[str, Any]) -> bool:
    suffixes = {_suffix(name) for name in facts.get("weights", {})}
    wanted = {".safetensors": "safetensors", ".gguf": "gguf"}
    return any(suffix in suffixes and name not in facts for suffix, name in wanted.items())


def _weights_to_read(tx: Transaction, repo_id: int) -> Any:
    repo, card = repo_rows.by_id(tx.db, repo_id), store.get(tx.db, repo_id)
    if repo is None or card is None or not _unread(card.facts):
        return None
    snapshot = files.at(tx, repo, card.commit_oid)
    nodes = _weights(tx, snapshot, _top(snapshot))
    readers = {node.path: files.reader(tx, snapshot, node) for node in nodes}
    return card, snapshot, nodes, readers


def _add_facts(tx: Transaction, snapshot: Snapshot, seen: Card, new: dict[str, Any]) -> None:
    repo, card = repo_rows.by_id(tx.db, snapshot.repo.id), store.get(tx.db, snapshot.repo.id)
    if repo is None or card is None or card.facts.get("weights") != seen.facts.get("weights"):
        return
    snapshot = files.at(tx, repo, card.commit_oid)
    entries = _top(snapshot)
    parsed = _readme(snapshot, entries)
    facts = {**card.facts, **new}
    readme = entries.get(README)
    _write(tx, repo, parsed, facts, readme=readme, commit=card.commit_oid, names=entries)
    tx.announce(CardRead(repo))


def _parameters(facts: Mapping[str, Any]) -> int | None:
    total = facts.get("safetensors", {}).get("total")
    return total or facts.get("gguf", {}).get("parameters") or None


def _weight_bytes(facts: Mapping[str, Any]) -> int | None:
    """What one would load: all safetensors, else the GGUF that stands for all, else everything."""
    weights: dict[str, list[Any]] = facts.get("weights", {})
    whole = sum(size for name, (_, size) in weights.items() if name.endswith(".safetensors"))
    gguf = facts.get("gguf", {}).get("size")
    return whole or gguf or sum(size for _, size in weights.values()) or None


# --- small readings ------------------------------------------------------------------------


def _blob(snapshot: Snapshot, entry: Entry | None, limit_bytes: int) -> bytes:
    """A file that git itself holds; b"" where there is none, or it is absurdly large."""
    if entry is None or snapshot.repository.blob_size(entry.oid) > limit_bytes:
        return b""
    return snapshot.repository.blob(entry.oid)


def _json(snapshot: Snapshot, entry: Entry | None) -> dict[str, Any]:
    try:
        value = json.loads(_blob(snapshot, entry, JSON_BYTES) or b"{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _short(tokenizer: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that a page or a client reads. A template may be a list of named ones."""
    kept = {}
    for key in TOKENIZER_KEYS:
        value = tokenizer.get(key)
        if key.endswith("_token"):
            value = _token(value)
        if value and len(json.dumps(value)) <= 32_000:
            kept[key] = value
    return kept


def _token(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("content")
    return value if isinstance(value, str) else None


def _suffix(name: str) -> str:
    return name[name.rfind(".") :].lower() if "." in name else ""


def dropped_before(tx: Transaction, before: Moment) -> int:
    """Forget pages rendered before then; how many."""
    return store.drop_html(tx.db, before)
