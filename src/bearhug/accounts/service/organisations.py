"""Organisations and who is in them."""

from collections.abc import Sequence

from bearhug.accounts.model import (
    Account,
    AccountCreated,
    Kind,
    Member,
    MemberChanged,
    Membership,
    Refused,
)
from bearhug.accounts.model.profile import Profile
from bearhug.accounts.service.people import (
    find_org,
    find_user,
    is_the_hub,
    me,
    name_problem,
    remove,
    require_in_person,
    set_profile,
)
from bearhug.accounts.store import members as store
from bearhug.accounts.store import people
from bearhug.errors import Forbidden, NotFound
from bearhug.hub import Permission, Role, Transaction


def create_org(
    tx: Transaction, name: str, *, full_name: str = "", admin_id: int | None = None
) -> Account:
    """Make an organisation with that user as its admin; with None only operators manage it.

    For whoever has asked whether it may be: the command line, `found_org`. Raises Refused.
    """
    problem = name_problem(tx, name, by_hub=is_the_hub(tx.actor))
    if problem:
        raise Refused(name=problem)
    profile = Profile(full_name).checked()
    org = people.add(tx.db, Kind.ORG, name.strip(), full_name=profile.full_name, at=tx.now)
    if org is None:
        raise Refused(name="Somebody has just taken this name. Try another.")
    tx.announce(AccountCreated(org))
    admin = None if admin_id is None else people.by_id(tx.db, admin_id)
    if admin is not None:
        _put(tx, org, admin, Role.ADMIN)
    return org


def found_org(tx: Transaction, name: str, *, full_name: str = "") -> Account:
    """Make an organisation of one's own. Raises Refused, NotSignedIn."""
    return create_org(tx, name, full_name=full_name, admin_id=require_in_person(tx.actor))


def organisations(tx: Transaction, user: Account) -> Sequence[Membership]:
    """What a person belongs to, by name."""
    return store.of_user(tx.db, user.id)


def members(tx: Transaction, org: Account) -> Sequence[Member]:
    """Who belongs to an organisation, admins first."""
    return store.of_org(tx.db, org.id)


def find_managed(tx: Transaction, name: str) -> Account:
    """The organisation, if one may manage it. Raises NotFound, NotSignedIn or Forbidden."""
    org = find_org(tx, name)
    if not manages(tx, org):
        if not is_the_hub(tx.actor):
            tx.actor.require_user()
        raise Forbidden(f"Only an admin of {org.name} may do this.")
    return org


def manages(tx: Transaction, org: Account) -> bool:
    """Whether whoever asks may change the organisation's settings and members."""
    allowed = tx.actor.operator or tx.actor.role_in(org.id) is Role.ADMIN
    return allowed and tx.actor.grant.allows(Permission.ORG_WRITE, account=org.id)


def change_org(tx: Transaction, name: str, profile: Profile) -> Account:
    """Set what others see of it, and how private its new repos are. Raises Refused."""
    return set_profile(tx, find_managed(tx, name).id, profile)


def set_member(tx: Transaction, org_name: str, user_name: str, role: Role) -> None:
    """Add somebody, or give them another role.

    Raises as `find_managed`, and Refused for nobody of that name or for the last admin.
    """
    org = find_managed(tx, org_name)
    try:
        user = find_user(tx, user_name.strip())
    except NotFound as missing:
        raise Refused(user=f"{missing.message} Give the name they sign in with.") from None
    if role is not Role.ADMIN:
        _keep_an_admin(tx, org, user)
    _put(tx, org, user, role)


def remove_member(tx: Transaction, org_name: str, user_name: str) -> None:
    """Raises as `set_member`."""
    _drop(tx, find_managed(tx, org_name), find_user(tx, user_name))


def leave(tx: Transaction, org_name: str) -> None:
    """Stop being a member. Raises Refused for the last admin, NotFound for no member."""
    require_in_person(tx.actor)
    _drop(tx, find_org(tx, org_name), me(tx))


def count_repos(tx: Transaction, account: Account) -> int:
    """How many repos it owns, for whoever may manage it."""
    return people.count_repos(tx.db, account.id)


def delete_org(tx: Transaction, name: str, *, confirm: str) -> None:
    """Delete the organisation and its repos. `confirm` is its name, typed. Raises Refused."""
    org = find_managed(tx, name)
    if confirm.strip() != org.name:
        raise Refused(confirm=f"Type {org.name} to confirm.")
    remove(tx, org)


def _put(tx: Transaction, org: Account, user: Account, role: Role) -> None:
    new = store.role(tx.db, org, user) is None
    store.put(tx.db, org, user, role, tx.now)
    tx.announce(MemberChanged(org, user, role, new))


def _drop(tx: Transaction, org: Account, user: Account) -> None:
    if store.role(tx.db, org, user) is None:
        raise NotFound(f"{user.name} is not in {org.name}.")
    _keep_an_admin(tx, org, user)
    store.drop(tx.db, org, user)
    tx.announce(MemberChanged(org, user, None))


def _keep_an_admin(tx: Transaction, org: Account, user: Account) -> None:
    """Raises Refused if this user is the only one who can manage the organisation."""
    if store.role(tx.db, org, user) is Role.ADMIN and not store.other_admins(tx.db, org, user):
        raise Refused(
            role=f"{user.name} is the only admin of {org.name}. Make somebody else one first."
        )
