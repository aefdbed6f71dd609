"""What OAuth's scopes let an app do, in this hub's permissions.

The scopes and their bounds as in the Hub's documentation, "Sign in with Hugging Face". Those that
are not named here (openid, profile, email, read-memberships, read-billing) tell who somebody is and
allow nothing; read-endpoints and write-endpoints are about a service that this hub has not.
"""

from collections.abc import Iterable, Mapping

from bearhug.hub import Delegation, Grant, Permission

IN_ACCOUNTS: Mapping[str, frozenset[Permission]] = {
    "read-repos": frozenset({Permission.READ}),
    "contribute-repos": frozenset({Permission.CREATE}),
    "write-repos": frozenset({Permission.PUSH}),
    "manage-repos": frozenset({Permission.WRITE}),
    "read-collections": frozenset({Permission.COLLECTION_READ}),
    "write-collections": frozenset({Permission.COLLECTION_WRITE}),
}
"""In the user's own account, and the organisations they let the app into."""

EVERYWHERE: Mapping[str, frozenset[Permission]] = {
    "gated-repos": frozenset({Permission.GATED}),
    "write-discussions": frozenset({Permission.DISCUSS}),
    "inference-api": frozenset({Permission.INFERENCE}),
    "webhooks": frozenset({Permission.WEBHOOKS}),
    "jobs": frozenset({Permission.JOBS}),
}


def grant(delegation: Delegation, user_id: int, made: Iterable[int]) -> Grant:
    """What the user allowed the app; `made` are the ids of the repos that it made for them."""
    inside = _all(IN_ACCOUNTS, delegation.scopes)
    return Grant(
        fine=True,
        everywhere=_all(EVERYWHERE, delegation.scopes),
        accounts=dict.fromkeys((user_id, *delegation.orgs), inside),
        repos=dict.fromkeys(made, frozenset({Permission.WRITE})),
    )


def grant_in(delegation: Delegation, repo_id: int) -> Grant:
    """What a trusted publisher of one repo may: there, and nowhere else."""
    return Grant(fine=True, repos={repo_id: _all(IN_ACCOUNTS, delegation.scopes)})


def _all(
    meant: Mapping[str, frozenset[Permission]], scopes: frozenset[str]
) -> frozenset[Permission]:
    return frozenset().union(*(meant.get(scope, frozenset()) for scope in scopes))
