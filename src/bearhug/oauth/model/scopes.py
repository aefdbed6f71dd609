"""What an app may ask a person for. Names as in the Hub's documentation."""

from collections.abc import Iterable, Mapping, Sequence

from bearhug.oauth.model.answers import OAuthError

SCOPES: Mapping[str, str] = {
    "openid": "Know that it is you",
    "profile": "See your profile: your name, picture and website",
    "email": "See your e-mail address",
    "read-billing": "Know whether you can pay: nobody can on this hub",
    "read-memberships": "See which organisations you belong to, and your role in each",
    "read-repos": "Read your repos, private ones too",
    "gated-repos": "Read the public gated repos that you have been let in to",
    "contribute-repos": "Make repos in your name, and work in those that it made",
    "write-repos": "Read and change what your repos hold, private ones too",
    "manage-repos": "Read, make, change, move and delete your repos, private ones too",
    "read-collections": "See your private collections",
    "write-collections": "Make, change and delete your collections",
    "inference-api": "Run models on this hub in your name",
    "read-endpoints": "See dedicated endpoints: this hub has none",
    "write-endpoints": "Manage dedicated endpoints: this hub has none",
    "jobs": "Run jobs: this hub has none",
    "webhooks": "See and change your webhooks",
    "write-discussions": "Open discussions and pull requests, and comment, in your name",
}

DEFAULT = ("openid", "profile")

GRAVE = frozenset(
    {
        "contribute-repos",
        "write-repos",
        "manage-repos",
        "write-collections",
        "webhooks",
        "write-discussions",
    }
)
"""Those that change things: the page of consent marks them."""

COVERS: Mapping[str, frozenset[str]] = {
    "write-repos": frozenset({"read-repos"}),
    "manage-repos": frozenset({"read-repos", "contribute-repos", "write-repos"}),
    "write-collections": frozenset({"read-collections"}),
}
"""What one scope says of another: a person need not read both."""

VOID = frozenset({"openid", "read-billing", "read-endpoints", "write-endpoints", "jobs"})
"""Those that allow nothing on this hub beyond signing in: they are granted and not listed."""

IN_ORGS = frozenset(
    {
        *("read-repos", "contribute-repos", "write-repos", "manage-repos"),
        *("read-collections", "write-collections", "read-billing"),
    }
)
"""Those that a person may extend to organisations they belong to."""


def parse(text: str) -> tuple[str, ...]:
    """The scopes of a space-separated list, each once, in its order. Raises OAuthError."""
    asked = tuple(dict.fromkeys(text.split()))
    unknown = [scope for scope in asked if scope not in SCOPES]
    if unknown:
        raise OAuthError("invalid_scope", f"This hub knows no scope {unknown[0]!r}.")
    return asked


def within(asked: Sequence[str], allowed: Iterable[str]) -> tuple[str, ...]:
    """`asked`, or all that are allowed if nothing was asked for. Raises OAuthError."""
    known = tuple(allowed)
    for scope in asked:
        if scope not in known:
            raise OAuthError("invalid_scope", f"This app was not registered for {scope!r}.")
    return tuple(asked) or known
