"""Apps, and where they may send people back to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from bearhug.kit.wire import Moment

HF_CLI = "26be6b09-91c5-47da-9861-d2d2bb7a7e36"
"""The client id that `hf auth login` brings (huggingface_hub/constants.py)."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
RUNS_CODE = frozenset(
    {"javascript", "data", "vbscript", "file", "blob", "about", "view-source", "ws", "wss"}
)
"""Schemes that a browser would run, or open something of its own by."""

MOST_URI = 2000


@dataclass(frozen=True)
class App:
    """Something that people sign in to with their account here.

    `owner` is the name of the account it belongs to: "" for one that registered itself, or is the
    hub's own. A confidential app has a secret; a public one proves itself by PKCE alone.
    """

    id: int
    client_id: str
    name: str
    owner_id: int | None
    owner: str
    confidential: bool
    website: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    created_at: Moment

    @property
    def own(self) -> bool:
        """Whether it is the hub's own: the client that its users sign in with anyway."""
        return self.client_id == HF_CLI


@dataclass(frozen=True)
class Ask:
    """What an app asks a person for, checked. `challenge` is PKCE's, by S256; "" for none."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str
    challenge: str
    orgs: frozenset[str]
    """Organisations it needs, by their ids on the wire."""
    prompt: frozenset[str]

    @property
    def assured(self) -> bool:
        """Whether the answer surely goes to this app: who listens on loopback is anyone's guess.

        Rule as in RFC 8252 §8.6: else a person is asked each time.
        """
        return self.app.confidential or self.redirect_uri.startswith("https:")


@dataclass(frozen=True)
class Connection:
    """An app that a person has let in."""

    app: App
    scopes: tuple[str, ...]
    orgs: tuple[int, ...]
    created_at: Moment
    updated_at: Moment


@dataclass(frozen=True)
class Device:
    """A program that waits for its code to be typed by somebody."""

    app: App
    user_code: str
    scopes: tuple[str, ...]


def normal(uri: str) -> str:
    """As it is compared and answered: a web address without a path has the path "/"."""
    parts = _split(uri)
    if parts and parts.scheme in ("http", "https") and not parts.path:
        return urlunsplit(parts._replace(path="/"))
    return uri


def problem_of(uri: str) -> str:
    """Why nobody can be sent back to this address; "" if they can."""
    parts = _split(uri)
    if parts is None or not SCHEME.fullmatch(parts.scheme) or len(uri) > MOST_URI:
        return f"{uri[:80]!r} is no address: write it whole, as https://app.example/callback."
    if parts.scheme in RUNS_CODE:
        return f"An address that begins with {parts.scheme}: is not one to send people to."
    if "#" in uri or not uri.isascii() or not uri.isprintable() or " " in uri:
        return f"{uri[:80]!r}: leave out what follows '#', spaces, and what is not ASCII."
    if parts.scheme in ("http", "https") and (not parts.hostname or "@" in parts.netloc):
        return f"{uri[:80]!r} names no host, or somebody before it."
    return ""


def matching(asked: str, registered: Iterable[str]) -> bool:
    """Whether `asked` is one of these: exactly, but for the port of an http loopback address.

    Rule as in RFC 8252 §7.3 and the Hub's documentation of redirect URIs.
    """
    wanted = _comparable(asked)
    return not problem_of(asked) and any(wanted == _comparable(uri) for uri in registered)


def source(uri: str) -> str:
    """The address's origin as a content security policy names it."""
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https") and parts.hostname and ":" not in parts.hostname:
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:"


def _comparable(uri: str) -> str:
    parts = _split(normal(uri))
    if parts and parts.scheme == "http" and parts.hostname in LOOPBACK:
        host = f"[{parts.hostname}]" if parts.hostname == "::1" else parts.hostname
        user = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{user}@{host}" if user else host))
    return normal(uri)


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        _ = parts.port  # which is what refuses a port that is none
    except ValueError:
        return None
    return parts
