"""The card of a repo: read when somebody pushes, rendered when somebody looks."""

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bearhug.cards import gathering, headers, reading, store
from bearhug.cards.examples import examples, parameters, refuses_inference
from bearhug.cards.front_matter import Parsed, parse
from bearhug.cards.model import Card, CardRead
from bearhug.cards.prose import citation, first_words, searched
from bearhug.cards.render import VERSION, Base, render
from bearhug.cards.tagging import Found, bases, words
from bearhug.cards.widgets import proposals
from bearhug.errors import EntryNotFound, Unavailable
from bearhug.files import service as files
from bearhug.files.model import RevisionPushed, Snapshot
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
    "plain",
    "proposals",
    "read_card",
    "read_weights",
    "refuses_inference",
]

MAIN = "refs/heads/main"
MEASURED = ("safetensors", "gguf", "bytes")
"""Facts that a job finds out: kept while the weights stay the same."""

Measuring = tuple[Card, Snapshot, Callable[[], dict[str, Any]]]
"""A card, where it was read, and how to find out the rest, outside of any transaction."""


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
        readme = files.read(tx, snapshot, gathering.README, limit_bytes=gathering.README_BYTES)
    except EntryNotFound:
        return None
    return Html(render(parse(readme.decode("utf-8", "replace")).body, base), key)


def plain(tx: Transaction, repo: Repo, card: Card) -> str:
    """The words of the card, without its metadata and markup; "" without a README."""
    if card.readme_oid is None:
        return ""
    snapshot = files.at(tx, repo, card.commit_oid)
    return searched(gathering.readme(snapshot, gathering.at_top(snapshot)).body)


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
    entries = gathering.entries(snapshot)
    made_of = gathering.made_of(repo.kind, entries)
    old = store.get(tx.db, repo.id)
    if repo.kind is RepoKind.DATASET:
        tx.later("cards.read_weights", repo_id=repo.id)
    if old is not None and old.facts.get("made_of") == made_of:
        return store.advance(tx.db, repo.id, commit)
    parsed = gathering.readme(snapshot, entries)
    held = gathering.weights(tx, snapshot, entries)
    facts = gathering.facts(snapshot, entries, held)
    if old is not None and old.facts.get("weights") == facts.get("weights"):
        facts |= {key: old.facts[key] for key in MEASURED if key in old.facts}
    facts |= {"made_of": made_of, "warning": parsed.warning}
    if repo.kind is RepoKind.DATASET:
        facts["citation"] = citation(parsed.body)
    facts = {key: value for key, value in facts.items() if value}
    _write(tx, repo, parsed, facts, commit=commit, entries=entries)
    if _unread(facts):
        tx.later("cards.read_weights", repo_id=repo.id)
    tx.announce(CardRead(repo))
    return None


def read_weights(hub: Hub, repo_id: int) -> None:
    """Read the headers of a model's weights, wherever they lie, or weigh a dataset.

    Slow: call it from a job. What was pushed meanwhile has left a job of its own.
    """
    found = hub.read(_to_measure, repo_id)
    if found is not None:
        card, snapshot, measure = found
        new = measure()
        hub.write(_add_facts, snapshot, card, {name: each for name, each in new.items() if each})


# --- from files to columns -----------------------------------------------------------------


def _write(
    tx: Transaction,
    repo: Repo,
    parsed: Parsed,
    facts: dict[str, Any],
    *,
    commit: str,
    entries: gathering.Entries,
) -> None:
    names, sdk = frozenset(entries), repo.sdk
    found = Found(repo.kind, parsed.metadata, parsed.body, names, facts, sdk)
    read = reading.read(replace(found, base_task=_base_task(tx, found)))
    title, summary = first_words(parsed.body)
    said = words(parsed.metadata.get("short_description"))
    named = words(parsed.metadata.get("title", parsed.metadata.get("pretty_name")))
    pictured = words(parsed.metadata.get("thumbnail"))
    readme = entries.get(gathering.README)
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
        facts.get("bytes") or _weight_bytes(facts),
        readme.oid if readme else None,
        commit,
        pictured[0] if pictured else None,
    )
    store.put(tx.db, repo.id, card, tx.now)
    store.set_tags(tx.db, repo.id, read.facets)
    spoken = f"{card.title} {searched(parsed.body)}"
    store.index(tx.db, repo.id, str(repo.name), words=spoken, tags=read.tags)


def _base_task(tx: Transaction, found: Found) -> str | None:
    """The task of the model that this one was made from, if that is here."""
    for name in bases(found)[:1]:
        repo = repo_rows.by_name(tx.db, RepoKind.MODEL, name)
        base = store.get(tx.db, repo.id) if repo and not repo.private else None
        return base.pipeline_tag if base else None
    return None


def _unread(facts: Mapping[str, Any]) -> bool:
    paths = facts.get("weights", {})
    wanted = {".safetensors": "safetensors", ".gguf": "gguf"}
    return any(
        name not in facts and any(path.lower().endswith(suffix) for path in paths)
        for suffix, name in wanted.items()
    )


def _to_measure(tx: Transaction, repo_id: int) -> Measuring | None:
    repo, card = repo_rows.by_id(tx.db, repo_id), store.get(tx.db, repo_id)
    if repo is None or card is None:
        return None
    snapshot = files.at(tx, repo, card.commit_oid)
    if repo.kind is RepoKind.DATASET:
        nodes = files.nodes(tx, snapshot, recursive=True, limit=None)
        size = sum(node.size for node in nodes)
        return card, snapshot, lambda: {"bytes": size}
    if not _unread(card.facts):
        return None
    entries = gathering.entries(snapshot)
    nodes = files.held(tx, snapshot, gathering.weights(tx, snapshot, entries))
    readers = {node.path: files.reader(tx, snapshot, node) for node in nodes}
    indexes = {
        path: gathering.blob(snapshot, entry, headers.INDEX_BYTES)
        for path, entry in entries.items()
        if path.endswith(headers.INDEX)
    }
    sizes = {node.path: node.size for node in nodes if node.path.lower().endswith(".gguf")}
    return card, snapshot, lambda: _measured(readers, indexes, sizes)


def _measured(
    readers: Mapping[str, headers.Read], indexes: Mapping[str, bytes], sizes: Mapping[str, int]
) -> dict[str, Any]:
    tensors = {path: read for path, read in readers.items() if path.endswith(".safetensors")}
    return {
        "safetensors": headers.safetensors_facts(tensors, indexes),
        "gguf": headers.gguf_facts(readers, sizes),
    }


def _add_facts(tx: Transaction, snapshot: Snapshot, seen: Card, new: dict[str, Any]) -> None:
    repo, card = repo_rows.by_id(tx.db, snapshot.repo.id), store.get(tx.db, snapshot.repo.id)
    if repo is None or card is None or card.facts.get("weights") != seen.facts.get("weights"):
        return
    if all(card.facts.get(name) == each for name, each in new.items()):
        return
    snapshot = files.at(tx, repo, card.commit_oid)
    entries = gathering.entries(snapshot)
    parsed = gathering.readme(snapshot, entries)
    _write(tx, repo, parsed, {**card.facts, **new}, commit=card.commit_oid, entries=entries)
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


def dropped_before(tx: Transaction, before: Moment) -> int:
    """Forget pages rendered before then; how many."""
    return store.drop_html(tx.db, before)
