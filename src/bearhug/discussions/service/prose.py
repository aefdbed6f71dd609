"""What people write, as HTML: a card's Markdown, with whoever is mentioned linked."""

import re
from collections.abc import Iterable, Sequence

from bearhug.cards.render import PREFIX, Base, render
from bearhug.discussions.model import Event, EventKind
from bearhug.discussions.service.memory import memory
from bearhug.discussions.store import people
from bearhug.hub import Transaction
from bearhug.repos.model import Repo

MOST_MENTIONED = 50
"""In one text: the others are not linked, and told nothing."""

_NAME = r"(?<![\w@/.-])@([A-Za-z0-9_](?:[A-Za-z0-9._-]{0,40}[A-Za-z0-9_])?)"
_MENTION = re.compile(_NAME)
_CODE = re.compile(r"(`{3,}|~{3,}).*?(?:\1|\Z)|(`+)[^`]*?\2", re.DOTALL)
_PIECE = re.compile(r"<[^>]*>|[^<]+")
_NOT_IN = re.compile(r"</?(a|code|pre|math|copy-button)\b")
_OURS = re.compile(rf'\b(id|for)="{PREFIX}|\bhref="#{PREFIX}')


def mentioned(markdown: str) -> list[str]:
    """Names after an @, in lower case, each once; not in code."""
    found = _MENTION.findall(_CODE.sub(" ", markdown))
    return list(dict.fromkeys(name.lower() for name in found))[:MOST_MENTIONED]


def dressed(tx: Transaction, repo: Repo, events: Sequence[Event]) -> list[Event]:
    """The same events, comments with their HTML. Slow where they were not rendered before."""
    spoken = [event for event in events if event.content is not None]
    names = {name for event in spoken for name in mentioned(event.content or "")}
    known = people.named(tx.db, sorted(names))
    return [_dressed(tx, repo, event, known) for event in events]


def preview(tx: Transaction, repo: Repo, markdown: str) -> str:
    """What a comment would look like."""
    known = people.named(tx.db, mentioned(markdown))
    return _linked(_own(render(markdown, Base(repo.path)), "new"), known)


def html_of(tx: Transaction, repo: Repo, event: Event, markdown: str, version: int) -> str:
    """One version of a comment, kept once rendered; mentions are not linked yet."""

    def make() -> str:
        return _own(render(markdown, Base(repo.path)), f"c{event.id}")

    return memory(tx).html.get((event.id, version, repo.path), make)


def _dressed(
    tx: Transaction, repo: Repo, event: Event, known: dict[str, tuple[int, str, bool]]
) -> Event:
    if event.kind is not EventKind.COMMENT or event.content is None:
        return event
    html = html_of(tx, repo, event, event.content, event.edits)
    return event.with_(html=_linked(html, known))


def _own(html: str, own: str) -> str:
    """Many texts stand in one page: each has ids of its own."""
    return "".join(_renamed(piece, own) for piece in _PIECE.findall(html))


def _renamed(piece: str, own: str) -> str:
    if not piece.startswith("<"):
        return piece
    return _OURS.sub(lambda found: found[0].replace(PREFIX, f"{own}-"), piece)


def _linked(html: str, known: dict[str, tuple[int, str, bool]]) -> str:
    if not known or "@" not in html:
        return html
    return "".join(_link_pieces(_PIECE.findall(html), known))


def _link_pieces(pieces: Iterable[str], known: dict[str, tuple[int, str, bool]]) -> Iterable[str]:
    """Text outside of links and code; what these hold stays as it is."""

    def link(found: re.Match[str]) -> str:
        account = known.get(found[1].lower())
        return f'<a class="mention" href="/{account[1]}">@{account[1]}</a>' if account else found[0]

    depth = 0
    for piece in pieces:
        tag = _NOT_IN.match(piece)
        if tag:
            depth += -1 if piece.startswith("</") else 1
        yield piece if tag or depth > 0 or piece.startswith("<") else _MENTION.sub(link, piece)
