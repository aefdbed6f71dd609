"""What an app is told of a person: in the id token, and when it asks. Claims as in HUB_API §18."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bearhug.accounts import service as accounts
from bearhug.accounts.model import Account, Membership
from bearhug.errors import Forbidden
from bearhug.hub import Transaction
from bearhug.oauth.model import Issued


@dataclass(frozen=True)
class Told:
    """`orgs`: those the app may know of; None if it asked for none."""

    account: Account
    scopes: frozenset[str]
    orgs: Sequence[Membership] | None
    picture: str


def about_me(tx: Transaction) -> Told:
    """What the token that asks may be told. Raises NotSignedIn, Forbidden (openid was not asked).

    A token of one's own is told everything: it could ask elsewhere.
    """
    account, acts = accounts.me(tx), tx.actor.delegation
    held, picture = accounts.organisations(tx, account), accounts.lasting_address(tx, account)
    if acts is None:
        return Told(account, frozenset({"openid", "profile", "email"}), held, picture)
    if not acts.scopes & {"openid", "profile", "email"}:
        raise Forbidden("This token may not say whose it is: it lacks the scope openid.")
    if "read-memberships" in acts.scopes:
        return Told(account, acts.scopes, held, picture)
    known = [each for each in held if each.org.id in acts.orgs]
    return Told(account, acts.scopes, known or None, picture)


def of_token(issued: Issued, base_url: str, now_seconds: int) -> dict[str, Any]:
    """The claims of the id token."""
    claims = {
        **person(issued.account, frozenset(issued.scopes), base_url, issued.picture),
        "iss": base_url,
        "aud": issued.client_id,
        "iat": now_seconds,
        "exp": now_seconds + issued.seconds,
    }
    return {**claims, "nonce": issued.nonce} if issued.nonce else claims


def userinfo(told: Told, base_url: str) -> dict[str, Any]:
    said = person(told.account, told.scopes, base_url, told.picture)
    if "profile" in told.scopes:
        said["isPro"] = False
    if "read-billing" in told.scopes:
        said["canPay"] = False
    if told.orgs is not None:
        said["orgs"] = [_org(each, base_url) for each in told.orgs]
    return said


def person(account: Account, scopes: frozenset[str], base_url: str, picture: str) -> dict[str, Any]:
    """`sub` stays when the account is renamed."""
    said: dict[str, Any] = {"sub": account.object_id}
    if "profile" in scopes:
        said |= {
            "name": account.title,
            "preferred_username": account.name,
            "profile": base_url + account.path,
            "picture": base_url + picture,
            "website": account.website,
        }
    if "email" in scopes:
        said |= {"email": account.email, "email_verified": True}
    return said


def _org(membership: Membership, base_url: str) -> Mapping[str, Any]:
    org = membership.org
    return {
        "sub": org.object_id,
        "name": org.title,
        "preferred_username": org.name,
        "picture": base_url + (org.avatar or f"/avatars/{org.name}"),
        "isEnterprise": False,
        "canPay": False,
        "roleInOrg": membership.role.wire,
    }
