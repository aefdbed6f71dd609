"""What a webhook may be: each field checked, and why not said beside it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from bearhug.accounts.model import Refused
from bearhug.accounts.model.names import is_shaped
from bearhug.errors import BadName
from bearhug.kit.addresses import AddressRefused, Guard
from bearhug.repos.model import RepoName
from bearhug.webhooks.model import (
    DOMAINS,
    MOST_WATCHED,
    SAME_DOMAIN,
    SECRET_CHARS,
    URL_CHARS,
    Watched,
    Wish,
)

T = TypeVar("T")
EXAMPLE = "such as https://example.com/hook"


def checked(wish: Wish, guard: Guard) -> Wish:
    """The whole wish, tidied. Raises Refused, naming every field that cannot stand."""
    problems: dict[str, str] = {}

    def keep(field: str, check: Callable[[], T]) -> T | None:
        try:
            return check()
        except ValueError as error:
            problems[field] = str(error)
            return None

    tidy = replace(
        wish,
        url=keep("url", lambda: _url(wish.url or "", guard)),
        watched=keep("watched", lambda: _watched(wish.watched or ())),
        domains=keep("domains", lambda: _domains(wish.domains or DOMAINS)),
        secret=keep("secret", lambda: _secret(wish.secret or "")),
    )
    if problems:
        raise Refused(**problems)
    return tidy


def _url(text: str, guard: Guard) -> str:
    url = text.strip()
    if not url:
        raise ValueError(f"Give the address to send to, {EXAMPLE}.")
    if len(url) > URL_CHARS or not url.isprintable() or " " in url:
        raise ValueError(f"An address has at most {URL_CHARS} characters, and no spaces.")
    parts = _split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"Write the whole address with https:// or http://, {EXAMPLE}.")
    try:
        guard.check_literal(parts.hostname)
    except AddressRefused as refused:
        raise ValueError(str(refused)) from refused
    return url


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")
        if parts.port == 0:
            raise ValueError
    except ValueError:  # a port that is none, a bracket without its other, a name too long
        raise ValueError(f"This is no address: write one {EXAMPLE}.") from None
    return parts


def _watched(items: Iterable[Watched]) -> tuple[Watched, ...]:
    found = tuple(dict.fromkeys(items))
    if not found:
        raise ValueError("Name at least one person, organisation or repo to watch.")
    if len(found) > MOST_WATCHED:
        raise ValueError(f"One webhook watches at most {MOST_WATCHED} things.")
    for each in found:
        if not _is_name(each):
            what = "a person or organisation" if each.kind.is_account else f"a {each.kind}"
            raise ValueError(f"{each.name!r} cannot be the name of {what}.")
    return found


def _is_name(watched: Watched) -> bool:
    if watched.kind.is_account or "/" not in watched.name:  # the Hub's oldest repos have no owner
        return is_shaped(watched.name)
    try:
        RepoName.parse(watched.name)
    except BadName:
        return False
    return True


def _domains(names: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(names))
    for name in found:
        if name not in SAME_DOMAIN:
            raise ValueError(f"Nothing is called {name!r}: choose of {' and '.join(DOMAINS)}.")
    return found


def _secret(text: str) -> str:
    if len(text) > SECRET_CHARS or not text.isascii() or not text.isprintable():
        raise ValueError(f"A secret is one line of ASCII, at most {SECRET_CHARS} characters.")
    if text != text.strip():
        raise ValueError("A secret neither begins nor ends with a space: it travels in a header.")
    return text
