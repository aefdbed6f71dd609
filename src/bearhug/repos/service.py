"""What people do with repos, and who may: each function is one use case."""

from dataclasses import replace

from bearhug.accounts.model import AccountDeleted
from bearhug.db import Row
from bearhug.errors import (
    BadRequest,
    Forbidden,
    GatedRepo,
    Moved,
    NameTaken,
    RepoNotFound,
    Unprocessable,
)
from bearhug.hub import Actor, Permission, Role, Transaction
from bearhug.kit.wire import object_id
from bearhug.repos import store
from bearhug.repos.model import (
    NOTHING,
    Access,
    Beginning,
    Repo,
    RepoChanged,
    RepoCreated,
    RepoDeleted,
    RepoKind,
    RepoName,
    Visibility,
    address,
)

SDKS = ("gradio", "streamlit", "docker", "static")
TOKEN_REFUSES = ": this token does not allow it. Make one with the write role in Settings, Tokens."
GATES = ("", "auto", "manual")


def find(tx: Transaction, kind: RepoKind, name: str, *, access: Access = Access.METADATA) -> Repo:
    """The repo called `owner/name`, whatever its case, if the actor may go so far with it.

    Raises RepoNotFound for a hidden repo as for a missing one, Moved for an old name, and
    Forbidden where it may be seen but not, say, written.
    """
    repo = store.by_name(tx.db, kind, name)
    if repo is None:
        former = store.by_old_name(tx.db, kind, name)
        if former is not None and can(tx.actor, former, Access.METADATA):
            raise Moved(name, str(former.name))
        raise RepoNotFound(visitor=tx.actor.user_id is None)
    require(tx.actor, repo, access)
    return repo


def require(actor: Actor, repo: Repo, access: Access) -> None:
    """Raises RepoNotFound if the actor may not see the repo, Forbidden if no more than that."""
    if can(actor, repo, access):
        return
    if not can(actor, repo, Access.METADATA):
        raise RepoNotFound(visitor=actor.user_id is None)
    if repo.disabled:
        raise Forbidden("Access to this resource is disabled.")
    if repo.gated and access is Access.READ and _shown(actor, repo):
        what = f"{repo.kind} {repo.name}"
        raise GatedRepo(what, visitor=actor.user_id is None, path=repo.path)
    actor.require_user()
    words = {Access.WRITE: "write to", Access.ADMIN: "manage"}.get(access, "read the files of")
    raise Forbidden(f"You may not {words} {repo.name}{_why(actor, repo, access)}")


def can(actor: Actor, repo: Repo, access: Access) -> bool:
    """Whether the actor may go so far. The one place where this is decided.

    An operator may see and manage everything, by a session or a write token.
    """
    if access is Access.METADATA:
        return repo.visibility is Visibility.PROTECTED or _shown(actor, repo)
    if repo.disabled and not actor.operator:
        return False
    if access is Access.NAMES or (access is Access.READ and not repo.gated):
        return _shown(actor, repo)
    if access is Access.READ:
        return _passes(actor, repo)
    return _belongs(actor, repo, access)


def _shown(actor: Actor, repo: Repo) -> bool:
    """Whether everyone may read it, or this actor, whatever its gate says."""
    return repo.visibility is Visibility.PUBLIC or _belongs(actor, repo)


def _passes(actor: Actor, repo: Repo) -> bool:
    """Whether a gate opens: to whoever may write, and to whom its owner has let in."""
    let_in = repo.id in actor.admitted or _role_allows(actor, repo, Access.WRITE)
    granted = actor.grant.allows(Permission.GATED, account=repo.owner_id, repo=repo.id)
    return let_in and granted and _shown(actor, repo)


def can_create(actor: Actor, owner_id: int, group_id: int | None = None) -> bool:
    """Whether the actor may make repos in that account's namespace, in a resource group of it."""
    granted = actor.grant.allows(Permission.CREATE, account=owner_id)
    return granted and _may_add(actor, owner_id, group_id)


def _may_add(actor: Actor, owner_id: int, group_id: int | None) -> bool:
    role = actor.role_in(owner_id)
    if group_id is not None and role is not Role.ADMIN and owner_id in actor.roles:
        role = actor.groups.get(group_id, Role.NO_ACCESS)
    return actor.operator or role >= Role.CONTRIBUTOR


def namespaces(tx: Transaction) -> list[str]:
    """Where the actor may make repos: their own name first, then organisations by name."""
    allowed = [id for id in tx.actor.roles if can_create(tx.actor, id)]
    return [row.name for row in store.names_of(tx.db, allowed)]


def owned(
    tx: Transaction, owner: str | None = None, *, before: int | None = None, limit: int = 1000
) -> tuple[list[Repo], int | None]:
    """An account's repos, newest first, and the id to go on before; by default the actor's own.

    Raises NotSignedIn, or Forbidden to whoever is no member.
    """
    tx.actor.require_user()
    row = store.owner(tx.db, owner or tx.actor.name or "")
    if row is None or not (tx.actor.operator or tx.actor.role_in(row.id) >= Role.READ):
        raise Forbidden(f"Only members see what {owner!r} holds.")
    found = store.page_of_owned(tx.db, row.id, before, limit)
    more = found[-1].id if len(found) == limit else None
    return [repo for repo in found if can(tx.actor, repo, Access.METADATA)], more


def held_bytes(tx: Transaction, owner_id: int) -> int:
    """What all of an account's repos hold, for whoever `owned` was told to."""
    return store.held_bytes(tx.db, owner_id)


def create(
    tx: Transaction,
    kind: RepoKind,
    name: str,
    *,
    owner: str | None = None,
    visibility: Visibility | None = None,
    sdk: str = "",
    group: str | None = None,
    template: str | None = None,
    beginning: Beginning = NOTHING,
) -> Repo:
    """Create a repo, by default under the actor's own name; its first commit is `files`' affair.

    `group` names a resource group of the owner, as the wire does; `template` a Space whose
    history is where it begins, instead of the files of `beginning`; what begins with another's
    files has its gate. Raises NotSignedIn, Forbidden (another's namespace, or a token that may
    not), BadName, BadRequest (a Space without an SDK, no such group) or NameTaken.
    """
    if not tx.actor.operator or owner is None:
        tx.actor.require_user()
    space = owner or tx.actor.name or ""
    row = store.owner(tx.db, space)
    group_id = _group(tx, row, group)
    if row is None or not can_create(tx.actor, row.id, group_id):
        why = TOKEN_REFUSES if row is not None and _may_add(tx.actor, row.id, group_id) else "."
        raise Forbidden(f"You may not create repos under {space!r}{why}")
    if template is not None:
        origin = _template(tx, template)
        sdk, beginning = origin.sdk, replace(beginning, origin=origin)
    if kind is RepoKind.SPACE and sdk not in SDKS:
        raise BadRequest(f"sdk: a Space needs one of {', '.join(SDKS)}; got {sdk!r}.")
    full_name = RepoName(row.name, name)
    default = Visibility.PRIVATE if row.default_private else Visibility.PUBLIC
    chosen = _checked(kind, visibility or default)
    repo = store.add(
        tx.db,
        kind,
        full_name,
        owner_id=row.id,
        visibility=chosen,
        sdk=sdk,
        created_by=tx.actor.user_id,
        at=tx.now,
        group_id=group_id,
    )
    if repo is None:
        # HfApi.create_repo(exist_ok=True) reads the address from the body.
        taken = f"You already created this {kind} repo"
        raise NameTaken(taken, url=address(kind, full_name))
    repo = _gated_as(tx, repo, beginning.origin)
    tx.announce(RepoCreated(repo, beginning))
    return repo


def move(tx: Transaction, kind: RepoKind, old: str, new: str) -> Repo:
    """Rename the repo, or give it to another account; the old name goes on redirecting.

    Raises as `find` and `create` do, and NameTaken in the Hub's words.
    """
    repo = find(tx, kind, old, access=Access.ADMIN)
    name = RepoName.parse(new)
    row = store.owner(tx.db, name.owner)
    stays = row is not None and row.id == repo.owner_id
    if row is None or not (stays or can_create(tx.actor, row.id)):
        raise Forbidden(f"You may not put repos under {name.owner!r}.")
    name = RepoName(row.name, name.name)
    moved = store.move(tx.db, repo, name, row.id, tx.now)
    if moved is None:
        raise NameTaken(
            f"A {kind} repository called {name} already exists", url=address(kind, name)
        )
    tx.announce(RepoChanged(repo, moved))
    return moved


def change_settings(
    tx: Transaction,
    kind: RepoKind,
    name: str,
    *,
    visibility: Visibility | None = None,
    gated: str | None = None,
    talk: bool | None = None,
) -> Repo:
    """Set what is given. Raises as `find` does, or Unprocessable naming the field."""
    repo = find(tx, kind, name, access=Access.ADMIN)
    if gated is not None and gated not in GATES:
        raise Unprocessable(f"gated: use auto, manual or false; got {gated!r}.")
    changed = store.set_settings(
        tx.db,
        repo,
        at=tx.now,
        visibility=_checked(kind, visibility or repo.visibility),
        gated=repo.gated if gated is None else gated,
        talk=repo.talk if talk is None else talk,
    )
    tx.announce(RepoChanged(repo, changed))
    return changed


def delete(tx: Transaction, kind: RepoKind, name: str) -> None:
    """Delete the repo and all its rows; its bytes go when nothing names them any more."""
    repo = find(tx, kind, name, access=Access.ADMIN)
    _drop(tx, repo)


def on_account_deleted(tx: Transaction, event: AccountDeleted) -> None:
    """An account's repos go with it, and whoever keeps something of theirs is told."""
    for repo in store.owned_by(tx.db, event.account.id):
        _drop(tx, repo)


def _drop(tx: Transaction, repo: Repo) -> None:
    tx.announce(RepoDeleted(repo))
    store.delete_repo(tx.db, repo.id)
    tx.after(lambda: tx.hub.git.drop(repo.id))


def _belongs(actor: Actor, repo: Repo, access: Access = Access.READ) -> bool:
    """Whether the actor's role reaches so far, and their credential with it."""
    if not _role_allows(actor, repo, access):
        return False
    return actor.grant.allows(_permission(access), account=repo.owner_id, repo=repo.id)


def _permission(access: Access) -> Permission:
    if access <= Access.READ:
        return Permission.READ
    return Permission.PUSH if access is Access.WRITE else Permission.WRITE


def _role_allows(actor: Actor, repo: Repo, access: Access) -> bool:
    if actor.operator:
        return True
    role = role_for(actor, repo)
    if access <= Access.READ:
        return role >= Role.READ
    if role is Role.CONTRIBUTOR:
        return repo.created_by == actor.user_id
    # A member who writes may also manage, as on the Hub; `admin` governs the organisation.
    return role >= Role.WRITE


def role_for(actor: Actor, repo: Repo) -> Role:
    """What the actor is to a repo: what its owner made them or, in a resource group, the group.

    An organisation's admins are so in all its groups; whoever left it is in none.
    """
    role = actor.role_in(repo.owner_id)
    if repo.group_id is None or role is Role.ADMIN or repo.owner_id not in actor.roles:
        return role
    return actor.groups.get(repo.group_id, Role.NO_ACCESS)


def _why(actor: Actor, repo: Repo, access: Access) -> str:
    if _role_allows(actor, repo, access):
        return TOKEN_REFUSES
    return "."


def _template(tx: Transaction, name: str) -> Repo:
    try:
        return find(tx, RepoKind.SPACE, name, access=Access.READ)
    except (RepoNotFound, Moved) as error:
        # Making a repo is never answered by "no such repo": clients would take it for their own.
        raise BadRequest(f"template: there is no Space {name!r} here.") from error


def _group(tx: Transaction, owner: Row | None, wire_id: str | None) -> int | None:
    """The owner's resource group of that name on the wire. Raises BadRequest."""
    if not wire_id or owner is None:
        return None
    for id in store.groups_of(tx.db, owner.id):
        if object_id("resource_groups", id) == wire_id.lower():
            return id
    raise BadRequest(f"resourceGroupId: {owner.name} has no such resource group.")


def _gated_as(tx: Transaction, repo: Repo, origin: Repo | None) -> Repo:
    """A copy behind the gate of what it was made of: who was let in alone lets nobody else in.

    Its own owner keeps that gate from then on, and may open it.
    """
    if origin is None or not origin.gated:
        return repo
    return store.set_settings(tx.db, repo, at=tx.now, gated=origin.gated)


def _checked(kind: RepoKind, visibility: Visibility) -> Visibility:
    if visibility is Visibility.PROTECTED and kind is not RepoKind.SPACE:
        raise Unprocessable("visibility: only a Space can be protected; use public or private.")
    return visibility
