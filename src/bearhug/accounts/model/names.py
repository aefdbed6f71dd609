"""Who may be called what. People and organisations share one set of names."""

import re

from bearhug.errors import BadName

LEAST, MOST = 2, 42

SHAPE = re.compile(r"(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?")
"""As huggingface_hub/utils/_validators.py has it for either half of a repo's name."""

# Names begin addresses, so a word that begins one of ours is nobody's name. The second list
# is of words that may follow a bare repo name in the Hub's API.
_RESERVED = """
    .well-known about account accounts admin api api-inference api-viewer
    avatars blog brand buckets cas chat
    collections community datasets device docs doors enterprise favicon.ico healthz hf-inference
    home humans.txt inference inference-endpoints inference-providers jobs join kernels languages
    learn lfs llms.txt login logout manifest.json metrics models new new-bucket new-collection
    new-dataset new-kernel new-model new-space notifications oauth openapi.json organizations
    papers pipeline playground posts pricing privacy readyz rerank reset-password resolve-cache
    robots.txt runs scheduled-jobs search security security.txt settings sign-in sign-up signin
    signup sitemap.xml spaces static storage support sw.js tags tasks terms terms-of-service
    tools tos users v1 v2 webhooks welcome xet

    auth-check blob branch commit commits compare discussions download edit likers like info
    paths-info preupload raw refs resolve revision tag tree upload viewer git
"""
RESERVED = frozenset(_RESERVED.split())

# What a stranger could pass for. The hub itself may still give these.
_KEPT = """
    administrator anonymous bearhug everybody everyone hub me moderator none null nobody operator
    owner root self somebody system undefined visitor
"""
KEPT = frozenset(_KEPT.split())


def check(name: str, *, by_hub: bool = False) -> str:
    """The name, trimmed. Raises BadName, saying what would do instead."""
    name = name.strip()
    problem = _problem(name, RESERVED if by_hub else RESERVED | KEPT)
    if problem:
        raise BadName(problem)
    return name


def is_shaped(name: str) -> bool:
    """Whether any account could have this name: worth looking for at all."""
    return len(name) <= 96 and SHAPE.fullmatch(name) is not None


def _problem(name: str, reserved: frozenset[str]) -> str:
    if not name:
        return "Choose a name: it is part of the address of everything you make."
    if not LEAST <= len(name) <= MOST:
        return f"A name has {LEAST} to {MOST} characters; this one has {len(name)}."
    if not SHAPE.fullmatch(name):
        return _misshaped(name)
    if name.lower() in reserved or name.lower().endswith(".git"):
        return f"The hub keeps {name!r} for itself. Add a letter or a word to it."
    return ""


def _misshaped(name: str) -> str:
    """Why not, with a name near to it that would do, if there is one."""
    near = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    near = re.sub(r"\.{2,}", ".", re.sub(r"-{2,}", "-", near)).strip("-.")
    rule = "Use letters, digits, '-', '_' and '.', with none of '-' and '.' at an end or doubled."
    if LEAST <= len(near) <= MOST and SHAPE.fullmatch(near):
        return f"{rule} {near!r} would do."
    return rule
