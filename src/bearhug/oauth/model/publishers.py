"""Trusted publishers: which job of which CI may write, without a secret.

Rules as in the Hub's documentation, "Trusted Publishers": claims are matched exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from bearhug.kit.wire import Moment
from bearhug.oauth.model.answers import OAuthError
from bearhug.repos.model import RepoKind

SECONDS = 3600
KINDS = {kind.plural: kind for kind in RepoKind}
GITHUB = "https://token.actions.githubusercontent.com"
GITLAB = "https://gitlab.com"


class Provider(StrEnum):
    """Whose words the claims are in."""

    GITHUB = "github"
    GITLAB = "gitlab"
    OTHER = "other"

    @property
    def words(self) -> str:
        return {"github": "GitHub Actions", "gitlab": "GitLab CI"}.get(self, "Another issuer")

    @property
    def fields(self) -> tuple[str, ...]:
        """The claims its form asks for; the first must be given."""
        known: Mapping[str, tuple[str, ...]] = {
            "github": ("repository", "branch", "workflow", "environment"),
            "gitlab": ("project_path", "branch", "pipeline", "environment"),
        }
        return known.get(self, ())


@dataclass(frozen=True)
class Publisher:
    """For whom a job may act: `repo_id` is the one repo, None the whole account (reading only)."""

    id: int
    provider: Provider
    account_id: int
    repo_id: int | None
    issuer: str
    claims: Mapping[str, str] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()
    created_by: int = 0
    creator: str = ""
    created_at: Moment = 0
    used_at: Moment | None = None

    def admits(self, told: Mapping[str, Any]) -> bool:
        """Whether an id token that says this is one of its jobs."""
        return bool(self.claims) and all(
            _says(self.provider, told, name, wanted) for name, wanted in self.claims.items()
        )


@dataclass(frozen=True)
class Resource:
    """What a token is asked for: a repo, or (kind None) a user by name."""

    kind: RepoKind | None
    name: str

    @classmethod
    def parse(cls, text: str) -> "Resource":
        """From `ns/name`, `datasets/ns/name`, …, or a user's name. Raises OAuthError."""
        parts = text.split("/")
        if not all(parts) or not text.isprintable():
            raise OAuthError("invalid_request", "resource: write ns/name, or a user's name.")
        if len(parts) == 1:
            return cls(None, text)
        if len(parts) == 2 and parts[0] not in KINDS:
            return cls(RepoKind.MODEL, text)
        if len(parts) == 3 and parts[0] in KINDS:
            return cls(KINDS[parts[0]], "/".join(parts[1:]))
        raise OAuthError("invalid_request", f"resource: {text[:80]!r} names no repo and no user.")


def problem_of_issuer(issuer: str) -> str:
    """Why this cannot be an issuer's address; "" if it can.

    Over plain http only on this very machine; the guard decides whether the hub may go there.
    """
    try:
        parts = urlsplit(issuer)
        _ = parts.port
    except ValueError:
        return "This is no address."
    local = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or not (parts.scheme == "https" or local):
        return "An issuer's address begins with https://."
    if not (issuer.isascii() and issuer.isprintable()) or " " in issuer:
        return "An address is ASCII, without spaces."
    if parts.query or parts.fragment or "@" in parts.netloc or len(issuer) > 500:
        return "Leave out what follows '?' and '#', and any name before the host."
    return ""


def _says(provider: Provider, told: Mapping[str, Any], name: str, wanted: str) -> bool:
    """Whether the token claims this, in the issuer's own words."""
    if name == "branch" and provider is not Provider.OTHER:
        return _branch(provider, told) == wanted
    if name == "workflow" and provider is Provider.GITHUB:
        return _file(told.get("workflow_ref"), "/.github/workflows/") == wanted
    if name == "pipeline" and provider is Provider.GITLAB:
        return _file(told.get("ci_config_ref_uri"), "//") == wanted
    value = told.get(name)
    if isinstance(value, bool):
        return str(value).lower() == wanted
    return isinstance(value, str | int) and str(value) == wanted


def _branch(provider: Provider, told: Mapping[str, Any]) -> str | None:
    ref = told.get("ref")
    if not isinstance(ref, str) or told.get("ref_type", "branch") != "branch":
        return None
    if provider is Provider.GITLAB:
        return ref
    return ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else None


def _file(reference: object, mark: str) -> str | None:
    """Of acme/x/.github/workflows/publish.yml@refs/heads/main the file's path after `mark`."""
    if not isinstance(reference, str) or mark not in reference:
        return None
    return reference.partition("@")[0].partition(mark)[2]
