"""Resource groups. Rules as in the Hub's documentation, "Resource groups"; shapes of its calls.

An organisation's admins manage all of them, a group's admins its members and repos. What a
group's members may do there `repos.can` decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bearhug.access.model import Group, Placed
from bearhug.access.model.groups import MOST_DESCRIPTION, MOST_NAME
from bearhug.access.store import groups as store
from bearhug.accounts import service as accounts
from bearhug.accounts.model import Account, MemberChanged, Refused
from bearhug.accounts.store import members as member_rows
from bearhug.errors import BadRequest, Forbidden, NameTaken, NotFound
from bearhug.hub import Permission, Role, Transaction
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Access, Repo, RepoChanged, RepoKind

MOST_GROUPS = 1_000
MOST_REPOS = 10_000


def groups(tx: Transaction, org_name: str) -> Sequence[Group]:
    """The groups one is in, or manages. Raises NotFound, NotSignedIn, Forbidden for no member."""
    org = accounts.find_org(tx, org_name)
    tx.actor.require_user()
    tx.actor.require_grant(Permission.READ, account=org.id)
    manages = accounts.manages(tx, org)
    if not manages and org.id not in tx.actor.roles:
        raise Forbidden(f"Only members see the resource groups of {org.name}.")
    mine = tx.actor.groups
    found = store.of_org(tx.db, org.id)
    return [told(tx, group) for group in found if manages or group.id in mine]


def group_of(tx: Transaction, org_name: str, wire_id: str) -> Group:
    """The group, for whoever manages it, with its members and repos.

    Raises NotFound, NotSignedIn, Forbidden.
    """
    org = accounts.find_org(tx, org_name)
    tx.actor.require_user()
    group = _known(tx, org, wire_id)
    if not _manages(tx, org, group):
        raise Forbidden(f"Only an admin of {org.name}, or of this group, may do this.")
    return told(tx, group)


def told(tx: Transaction, group: Group) -> Group:
    """With who and what is in it."""
    people = store.people(tx.db, group.id)
    contents = [
        repo
        for repo in store.contents(tx.db, group.id)
        if repos.can(tx.actor, repo, Access.METADATA)
    ]
    return replace(group, members=people, repos=contents)


def create_group(
    tx: Transaction,
    org_name: str,
    name: str,
    *,
    description: str = "",
    auto_join: Role | None = None,
    users: Mapping[str, Role] | None = None,
    contents: Sequence[tuple[RepoKind, str]] = (),
) -> Group:
    """Raises as `accounts.find_managed`, Refused, NameTaken, and as adding to it does."""
    org = accounts.find_managed(tx, org_name)
    name, description = _checked(name, description)
    if len(store.of_org(tx.db, org.id)) >= MOST_GROUPS:
        raise BadRequest(f"An organisation may have {MOST_GROUPS} resource groups.")
    group = store.add(tx.db, org.id, name, description=description, auto_join=auto_join, at=tx.now)
    if group is None:
        raise NameTaken(f"{org.name} has a resource group {name!r} already.")
    _add(tx, org, group, users or {})
    for kind, repo_name in contents:
        _put(tx, _movable(tx, org, kind, repo_name), group)
    return told(tx, group)


def change_group(
    tx: Transaction,
    org_name: str,
    wire_id: str,
    *,
    name: str | None = None,
    description: str | None = None,
) -> Group:
    """Raises as `group_of`, Refused and NameTaken."""
    group = group_of(tx, org_name, wire_id)
    new, words = _checked(
        group.name if name is None else name,
        group.description if description is None else description,
    )
    return _saved(tx, group, new, words, group.auto_join)


def set_auto_join(tx: Transaction, org_name: str, wire_id: str, role: Role | None) -> Group:
    """The role that people who join the organisation from now on get in it; None for none."""
    group = group_of(tx, org_name, wire_id)
    return _saved(tx, group, group.name, group.description, role)


def delete_group(tx: Transaction, org_name: str, wire_id: str) -> None:
    """Its repos stay, open again to all members. For admins of the organisation."""
    org = accounts.find_managed(tx, org_name)
    group = told(tx, _known(tx, org, wire_id))
    store.drop(tx.db, group.id)
    for repo in group.repos:
        tx.announce(RepoChanged(repo, replace(repo, group_id=None)))


def add_members(tx: Transaction, org_name: str, wire_id: str, users: Mapping[str, Role]) -> Group:
    """Raises BadRequest for nobody of a name, Forbidden for no member or one who is in it."""
    group = group_of(tx, org_name, wire_id)
    _add(tx, accounts.find_org(tx, org_name), group, users)
    return told(tx, group)


def change_member(tx: Transaction, org_name: str, wire_id: str, user: str, role: Role) -> Group:
    """Another role for somebody in the group. Raises NotFound."""
    group = group_of(tx, org_name, wire_id)
    account = _inside(group, user)
    store.put_member(tx.db, group.id, account.id, role, tx.now)
    return told(tx, group)


def remove_group_member(tx: Transaction, org_name: str, wire_id: str, user: str) -> Group:
    """Raises NotFound."""
    group = group_of(tx, org_name, wire_id)
    store.drop_member(tx.db, group.id, _inside(group, user).id)
    return told(tx, group)


def place(tx: Transaction, repo: Repo) -> Group | None:
    """The group a repo is in, for whoever belongs to its owner."""
    member = tx.actor.operator or repo.owner_id in tx.actor.roles
    return store.by_id(tx.db, repo.group_id) if repo.group_id and member else None


def placed(tx: Transaction, org: Account) -> Sequence[Placed]:
    """What an organisation has, and where, as far as one may see."""
    found = store.placed(tx.db, org.id, MOST_REPOS)
    return [each for each in found if repos.can(tx.actor, each.repo, Access.METADATA)]


def move_repo(tx: Transaction, kind: RepoKind, name: str, wire_id: str | None) -> Repo:
    """Put a repo into a group of its organisation, or with None into none.

    For the organisation's admins, and admins of both groups. Raises NotFound, Forbidden,
    BadRequest for a repo that is a person's.
    """
    repo = repos.find(tx, kind, name, access=Access.ADMIN)
    owner = accounts.find(tx, repo.name.owner)
    if not owner.is_org:
        raise BadRequest(f"{repo.name} is a person's: resource groups are an organisation's.")
    group = None if wire_id is None else _known(tx, owner, wire_id)
    current = store.by_id(tx.db, repo.group_id) if repo.group_id else None
    touched = [each for each in (group, current) if each is not None]
    if not all(_manages(tx, owner, each) for each in touched):
        raise Forbidden("Only an admin of the group may put repos in and take them out.")
    return _put(tx, repo, group)


def change_roles(
    tx: Transaction, org_name: str, user: str, role: Role, roles: Mapping[str, Role]
) -> None:
    """Give a member this role, and these in resource groups, by their ids: in no others.

    Raises as `accounts.find_managed`, NotFound for no member, BadRequest for the last admin,
    Forbidden for a group of somebody else's.
    """
    org = accounts.find_managed(tx, org_name)
    account = accounts.find_user(tx, user)
    if member_rows.role(tx.db, org, account) is None:
        raise NotFound(f"{account.name} is not in {org.name}.")
    known = {group.object_id: group for group in store.of_org(tx.db, org.id)}
    for wire_id in roles:
        if wire_id.lower() not in known:
            raise Forbidden(f"{org.name} has no resource group {wire_id}.")
    try:
        accounts.set_member(tx, org.name, account.name, role)
    except Refused as refused:
        raise BadRequest(refused.message) from refused
    store.leave_all(tx.db, org.id, account.id)
    for wire_id, given in roles.items():
        store.put_member(tx.db, known[wire_id.lower()].id, account.id, given, tx.now)


def on_member_changed(tx: Transaction, event: MemberChanged) -> None:
    """Whoever leaves is in no group; whoever is new is in those that take everybody."""
    if event.role is None:
        store.leave_all(tx.db, event.org.id, event.user.id)
    elif event.new:
        for group in store.of_org(tx.db, event.org.id):
            if group.auto_join is not None:
                store.put_member(tx.db, group.id, event.user.id, group.auto_join, tx.now)


def _add(tx: Transaction, org: Account, group: Group, users: Mapping[str, Role]) -> None:
    inside = {member.user.id for member in store.people(tx.db, group.id)}
    for name, role in users.items():
        try:
            account = accounts.find_user(tx, name)
        except NotFound as missing:
            raise BadRequest(f"users: {missing.message} ({name})") from missing
        if member_rows.role(tx.db, org, account) is None:
            raise Forbidden(f"{account.name} is not in the organisation {org.name}.")
        if account.id in inside:
            raise Forbidden(f"{account.name} is in this resource group already.")
        store.put_member(tx.db, group.id, account.id, role, tx.now)


def _movable(tx: Transaction, org: Account, kind: RepoKind, name: str) -> Repo:
    repo = repos.find(tx, kind, name, access=Access.ADMIN)
    if repo.owner_id != org.id:
        raise BadRequest(f"repos: {repo.name} is not of {org.name}.")
    return repo


def _put(tx: Transaction, repo: Repo, group: Group | None) -> Repo:
    moved = repo_rows.set_group(tx.db, repo, group.id if group else None)
    tx.announce(RepoChanged(repo, moved))
    return moved


def _known(tx: Transaction, org: Account, wire_id: str) -> Group:
    found = [each for each in store.of_org(tx.db, org.id) if each.object_id == wire_id.lower()]
    if not found or not (accounts.manages(tx, org) or found[0].id in tx.actor.groups):
        raise NotFound(f"{org.name} has no such resource group.")
    return found[0]


def _manages(tx: Transaction, org: Account, group: Group) -> bool:
    if accounts.manages(tx, org):
        return True
    admin = tx.actor.groups.get(group.id) is Role.ADMIN and org.id in tx.actor.roles
    return admin and tx.actor.grant.allows(Permission.ORG_WRITE, account=org.id)


def _saved(
    tx: Transaction, group: Group, name: str, description: str, auto_join: Role | None
) -> Group:
    changed = store.change(tx.db, group, name, description, auto_join)
    if changed is None:
        raise NameTaken(f"There is another resource group {name!r}.")
    return told(tx, changed)


def _checked(name: str, description: str) -> tuple[str, str]:
    name, description = " ".join(name.split()), description.strip()
    if not 1 <= len(name) <= MOST_NAME:
        raise Refused(name=f"Give it a name of 1 to {MOST_NAME} characters.")
    if len(description) > MOST_DESCRIPTION:
        raise Refused(description=f"At most {MOST_DESCRIPTION} characters.")
    return name, description


def _inside(group: Group, user: str) -> Account:
    for member in group.members:
        if member.user.name.lower() == user.lower():
            return member.user
    raise NotFound(f"{user} is not in this resource group.")
