"""A hub with a model that answers: SmolLM2-135M as ada/smol, her own copy hidden as ada/secret."""

import hashlib
import json
import shutil
import time
from pathlib import Path

from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.db import adding
from bearhug.db.schema import sessions, tokens
from bearhug.files import service as files
from bearhug.files.model import Add, AddLfs, Proposal
from bearhug.hub import Hub, Transaction
from bearhug.identity.service import digest
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind, Visibility
from tests.conftest import introduce, person

FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"

CARD = """---
license: apache-2.0
pipeline_tag: text-generation
tags: [gguf, conversational]
inference:
  parameters:
    temperature: 0.2
    max_new_tokens: 64
widget:
  - example_title: Capital of France
    messages:
      - role: user
        content: What is the capital of France?
  - example_title: A story
    text: Tell me a long story about a bear.
---

# Smol

Smol answers short questions in English. It is a very small model. It is often wrong, and says so
never. It was trained elsewhere.
"""


def living_hub(folder: Path, model: Path) -> Hub:
    """The cast, ada/smol (public), ada/secret (private), ada/mute (no card's leave), ada/empty."""
    hub = build_hub(Settings(data_dir=folder / "data", model_threads=2))
    hub.write(introduce)
    for name, card, visibility in (
        ("smol", CARD, Visibility.PUBLIC),
        ("secret", CARD, Visibility.PRIVATE),
        ("mute", "---\ninference: false\n---\n# Mute\n", Visibility.PUBLIC),
    ):
        add_model(hub, name, card, model, visibility)
    hub.write_as(person(hub, "ada"), repos.create, RepoKind.MODEL, "empty")
    return hub


def add_model(hub: Hub, name: str, card: str, model: Path, visibility: Visibility) -> None:
    ada = person(hub, "ada")
    repo = hub.write_as(ada, repos.create, RepoKind.MODEL, name, visibility=visibility)
    with model.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    scratch = hub.objects.scratch / f"{name}.gguf"
    shutil.copyfile(model, scratch)
    files.claim(hub, repo, scratch, sha256, model.stat().st_size)
    ops = (Add("README.md", card.encode()), AddLfs(FILE, sha256))
    files.commit_now(hub, ada, RepoKind.MODEL, f"ada/{name}", Proposal(ops, "Bring the model"))


def cpu_seconds_of_runners(hub: Hub) -> float:
    """Processor time all runners of the hub have used so far."""
    found = 0.0
    for resident in hub.rooms["supervisor"]._residents.values():
        if resident.process is not None and resident.process.alive:
            stat = Path(f"/proc/{resident.process.pid}/stat").read_text()
            fields = stat.rsplit(")", 1)[1].split()
            found += int(fields[11]) + int(fields[12])
    return found / 100


def rests(hub: Hub, seconds: float = 40) -> bool:
    """Whether the runners stop using the processor within that time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before = cpu_seconds_of_runners(hub)
        time.sleep(0.5)
        if cpu_seconds_of_runners(hub) - before < 0.06:
            return True
    return False


_SESSION = adding(
    sessions, "sha256", "user_id", "user_agent", "address", "created_at", "seen_at", "expires_at"
)


def session_of(hub: Hub, name: str) -> str:
    """A new session's cookie."""
    cookie = f"{name}'s, {time.monotonic_ns()}"
    user_id = person(hub, name).require_user()

    def sign_in(tx: Transaction) -> None:
        at = {"created_at": tx.now, "seen_at": tx.now, "expires_at": tx.now + 3_600_000}
        tx.db.run(_SESSION, sha256=digest(cookie), user_id=user_id, user_agent="", address="", **at)

    hub.write(sign_in)
    return cookie


_TOKEN = adding(tokens, "sha256", "user_id", "name", "role", "ending", "created_at", "scopes")


def add_fine_token(hub: Hub, secret: str, everywhere: list[str]) -> None:
    """A fine-grained token of ada's, with these permissions everywhere."""
    scopes = json.dumps([{"type": "global", "permissions": everywhere}])
    user_id = person(hub, "ada").require_user()

    def add(tx: Transaction) -> None:
        values = {"name": secret, "role": "fineGrained", "ending": secret[-4:], "created_at": 0}
        tx.db.run(_TOKEN, sha256=digest(secret), user_id=user_id, scopes=scopes, **values)

    hub.write(add)
