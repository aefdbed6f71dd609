"""Which servers elsewhere answer for models here: as configured, and as operators add them."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bearhug.cards.tasks import TASKS
from bearhug.errors import NotFound
from bearhug.hub import Hub, Transaction
from bearhug.inference import store
from bearhug.inference.engines.base import Upstream
from bearhug.inference.engines.upstream import OF_KIND
from bearhug.inference.model import BadUpstream
from bearhug.kit.sealing import seal, unseal

PURPOSE = "upstream"
FIELDS = frozenset({"url", "kind", "models", "tasks", "named", "key", "key_file"})


@dataclass(frozen=True)
class Listed:
    """An upstream as operators see it; `id` is None for one of the configuration."""

    upstream: Upstream
    id: int | None = None


def upstreams(tx: Transaction) -> tuple[Upstream, ...]:
    """All of them, those of the configuration first. For the hub's own use: they hold keys."""
    return tuple(each.upstream for each in _all(tx))


def listed(tx: Transaction) -> list[Listed]:
    """All of them, for operators. Raises NotFound for everybody else."""
    _require_operator(tx)
    return _all(tx)


def add(tx: Transaction, upstream: Upstream) -> None:
    """Let a server answer. Raises NotFound, and BadUpstream for what cannot be."""
    _require_operator(tx)
    found = checked(upstream)
    key = seal(tx.hub.secret, PURPOSE, found.url, found.key) if found.key else None
    store.add_upstream(tx.db, replace(found, key=""), key, tx.now)


def remove(tx: Transaction, id: int) -> None:
    """Let it answer no more. Raises NotFound."""
    _require_operator(tx)
    if not store.drop_upstream(tx.db, id):
        raise NotFound("That server was removed already.")


def configured(hub: Hub) -> tuple[Upstream, ...]:
    """Those of BEARHUG_UPSTREAMS. Raises BadUpstream for what cannot be read."""
    if "upstreams" not in hub.rooms:
        hub.rooms["upstreams"] = parse(hub.settings.upstreams.get_secret_value())
    found: tuple[Upstream, ...] = hub.rooms["upstreams"]
    return found


def parse(text: str) -> tuple[Upstream, ...]:
    """A TOML file's path, or TOML itself: [[upstream]] tables with the fields of `Upstream`."""
    if not text.strip():
        return ()
    try:
        if "[[" not in text:
            text = Path(text).read_text(encoding="utf-8")
        tables = tomllib.loads(text)["upstream"]
        return tuple(checked(_of_table(table)) for table in tables)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise BadUpstream(f"BEARHUG_UPSTREAMS cannot be read: {error}.") from error


def checked(upstream: Upstream) -> Upstream:
    """The same with its address trimmed. Raises BadUpstream."""
    url = upstream.url.strip().rstrip("/")
    if not re.fullmatch(r"https?://[^/\s?#]+(/[^\s?#]*)?", url):
        raise BadUpstream(f"url: write http://host:port or https://…; got {upstream.url!r}.")
    if upstream.kind not in OF_KIND:
        raise BadUpstream(f"kind: choose one of {', '.join(OF_KIND)}.")
    unknown = [task for task in upstream.tasks if task not in TASKS]
    if unknown:
        raise BadUpstream(f"tasks: {unknown[0]} is no task.")
    if not upstream.models and not upstream.tasks:
        raise BadUpstream("models: name some, ada/smol or ada/*, or a task: or it has none at all.")
    return replace(upstream, url=url)


def _all(tx: Transaction) -> list[Listed]:
    kept = [
        Listed(replace(upstream, key=_opened(tx, upstream, key)), id)
        for id, upstream, key in store.upstreams(tx.db)
    ]
    return [Listed(each) for each in configured(tx.hub)] + kept


def _opened(tx: Transaction, upstream: Upstream, key: bytes | None) -> str:
    """Its key; "" where it was sealed by a hub with another secret."""
    return unseal(tx.hub.secret, PURPOSE, upstream.url, key) or "" if key else ""


def _of_table(table: Mapping[str, Any]) -> Upstream:
    if unknown := sorted(set(table) - FIELDS):
        raise BadUpstream(f"BEARHUG_UPSTREAMS has a field of no meaning, {unknown[0]}.")
    key = str(table.get("key", ""))
    if "key_file" in table:
        key = Path(table["key_file"]).read_text(encoding="utf-8").strip()
    return Upstream(
        str(table["url"]),
        str(table.get("kind", "openai")),
        _words(table.get("models", ())),
        _words(table.get("tasks", ())),
        str(table.get("named", "")),
        key,
    )


def _words(value: Any) -> tuple[str, ...]:
    return tuple(value.split()) if isinstance(value, str) else tuple(str(each) for each in value)


def _require_operator(tx: Transaction) -> None:
    """The operator's matters are nobody's business."""
    if not tx.actor.operator:
        tx.actor.require_user()
        raise NotFound("Nothing here by that name, or nothing you may see.")
