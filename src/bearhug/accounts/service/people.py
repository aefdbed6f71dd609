"""People: making, finding, changing and deleting accounts."""

from collections.abc import Sequence
from dataclasses import dataclass

from bearhug.accounts.model import (
    Account,
    AccountCreated,
    AccountDeleted,
    Kind,
    Membership,
    Refused,
    names,
    passwords,
)
from bearhug.accounts.model.profile import Profile, email_problem
from bearhug.accounts.store import credentials, members, people
from bearhug.errors import BadName, Forbidden, NotFound
from bearhug.hub import Actor, Transaction


@dataclass(frozen=True)
class NewUser:
    """What the sign-up form holds."""

    name: str
    email: str
    password: str


@dataclass(frozen=True)
class Farewell:
    """What deleting one's account takes along, and what stands against it."""

    repos: int
    alone: Sequence[Membership]
    """Organisations with nobody else in them: they go too."""
    blocking: Sequence[Membership]
    """Organisations that would be left with members and no admin."""
    last_operator: bool


def find(tx: Transaction, name: str) -> Account:
    """The person or organisation of that name, whatever its case. Raises NotFound."""
    account = people.by_name(tx.db, name) if names.is_shaped(name) else None
    if account is None:
        raise NotFound("Nobody here by that name.")
    return account


def find_user(tx: Transaction, name: str) -> Account:
    """Likewise, but a person."""
    account = find(tx, name)
    if account.is_org:
        raise NotFound(f"{account.name} is an organisation, not a person.")
    return account


def find_org(tx: Transaction, name: str) -> Account:
    """Likewise, but an organisation."""
    account = find(tx, name)
    if not account.is_org:
        raise NotFound(f"{account.name} is a person, not an organisation.")
    return account


def me(tx: Transaction) -> Account:
    """The account of whoever asks. Raises NotSignedIn."""
    account = people.by_id(tx.db, tx.actor.require_user())
    if account is None:
        raise NotFound("This account is gone.")
    return account


def require_in_person(actor: Actor) -> int:
    """The user's id. Raises NotSignedIn for a visitor and Forbidden for a token.

    A token acts on the hub for its holder; it may not change who that is or make more tokens.
    """
    user_id = actor.require_user()
    if actor.token_id is not None or actor.delegation is not None:
        raise Forbidden("A token may not do this. Sign in with your password.")
    return user_id


def open_to_sign_up(tx: Transaction) -> bool:
    """Whether a visitor may make an account: the first one always, being the operator's."""
    return tx.hub.settings.sign_up or not people.any_user(tx.db)


def is_first(tx: Transaction) -> bool:
    """Whether nobody is here yet."""
    return not people.any_user(tx.db)


def check_sign_up(tx: Transaction, new: NewUser) -> None:
    """Raises Refused with every problem at once, each with its remedy; Forbidden if closed."""
    if not open_to_sign_up(tx):
        raise Forbidden("Sign-up is closed on this hub. Ask its operator for an account.")
    problems = {
        "name": _name_problem(tx, new.name),
        "email": _email_problem(tx, new.email.strip()),
        "password": passwords.problem(new.password, name=new.name, email=new.email),
    }
    found = {field: problem for field, problem in problems.items() if problem}
    if found:
        raise Refused(**found)


def create_user(
    tx: Transaction,
    name: str,
    email: str,
    password_hash: str | None,
    *,
    operator: bool | None = None,
) -> Account:
    """Make an account. `operator` None: it is the operator's if it is the first.

    `password_hash` is `hash_password`'s; None for one that cannot sign in. Raises Refused.
    """
    email = email.strip()
    problems = {"name": _name_problem(tx, name), "email": _email_problem(tx, email)}
    found = {field: problem for field, problem in problems.items() if problem}
    if found:
        raise Refused(**found)
    account = people.add(
        tx.db,
        Kind.USER,
        name.strip(),
        email=email,
        password=password_hash,
        operator=is_first(tx) if operator is None else operator,
        at=tx.now,
    )
    if account is None:
        raise Refused(name="Somebody has just taken this name or address. Try another.")
    tx.announce(AccountCreated(account))
    return account


def change_profile(tx: Transaction, profile: Profile) -> Account:
    """Set what others see of oneself. Raises Refused."""
    user_id = require_in_person(tx.actor)
    return set_profile(tx, user_id, profile)


def set_profile(tx: Transaction, account_id: int, profile: Profile) -> Account:
    """Likewise of any account, for whoever has asked whether it may be. Raises Refused."""
    kept = profile.checked()
    return people.set_profile(
        tx.db,
        account_id,
        full_name=kept.full_name,
        about=kept.about,
        website=kept.website,
        default_private=kept.default_private,
    )


def change_email(tx: Transaction, email: str) -> None:
    """Raises Refused."""
    user_id = require_in_person(tx.actor)
    email = email.strip()
    problem = email_problem(email)
    if not problem and people.holder_of_email(tx.db, email) not in (None, user_id):
        problem = "Another account has this address. Give a different one."
    if problem or not people.set_email(tx.db, user_id, email):
        raise Refused(email=problem or "Another account has this address.")


def change_password(tx: Transaction, old_hash: str, new_hash: str) -> int:
    """Set one's password and end one's other sessions; how many there were.

    `old_hash` is what the old password was checked against: Refused if it changed meanwhile.
    """
    user_id = require_in_person(tx.actor)
    if people.password(tx.db, user_id) != old_hash:
        raise Refused(old_password="The password was changed meanwhile. Try again.")
    people.set_password(tx.db, user_id, new_hash)
    return credentials.end_other_sessions(tx.db, user_id, tx.actor.session_id or 0)


def set_password(tx: Transaction, user_id: int, password_hash: str) -> None:
    """Give somebody a new password and end all their sessions: the operator's means."""
    people.set_password(tx.db, user_id, password_hash)
    credentials.end_other_sessions(tx.db, user_id, 0)


def farewell(tx: Transaction) -> Farewell:
    """What would go if one's account went."""
    user_id = require_in_person(tx.actor)
    orgs = members.of_user(tx.db, user_id)
    alone = [each for each in orgs if each.members == 1]
    blocking = [each for each in orgs if each.members > 1 and each.sole_admin]
    owners = [user_id, *(each.org.id for each in alone)]
    repos = sum(people.count_repos(tx.db, owner) for owner in owners)
    last = tx.actor.operator and people.count_operators(tx.db) == 1
    return Farewell(repos, alone, blocking, last and people.count_users(tx.db) > 1)


def delete_account(tx: Transaction, *, confirm: str, with_repos: bool) -> None:
    """Delete one's own account, organisations that are one's alone, and their repos.

    `confirm` is one's name, typed. Raises Refused, saying what to do first.
    """
    account, going = me(tx), farewell(tx)
    if confirm.strip() != account.name:
        raise Refused(confirm=f"Type {account.name} to confirm.")
    if going.last_operator:
        raise Refused(confirm="You are this hub's only operator. Make somebody else one first.")
    if going.blocking:
        listed = ", ".join(each.org.name for each in going.blocking)
        raise Refused(confirm=f"{listed} would have no admin. Give somebody else that role first.")
    if going.repos and not with_repos:
        raise Refused(with_repos="Move the repos you want to keep, or tick this to delete them.")
    for each in (*(each.org for each in going.alone), account):
        remove(tx, each)


def remove(tx: Transaction, account: Account) -> None:
    """Delete an account with all it holds, for whoever has asked whether it may be."""
    tx.announce(AccountDeleted(account))
    people.delete_account(tx.db, account.id)


def name_problem(tx: Transaction, name: str, *, by_hub: bool = False) -> str:
    """Why nobody may take this name; "" if one may."""
    try:
        name = names.check(name, by_hub=by_hub)
    except BadName as bad:
        return bad.message
    if people.name_taken(tx.db, name):
        return f"{name} is taken, by a person or an organisation. Try {name}-2."
    return ""


def _name_problem(tx: Transaction, name: str) -> str:
    return name_problem(tx, name, by_hub=is_the_hub(tx.actor))


def _email_problem(tx: Transaction, email: str) -> str:
    problem = email_problem(email)
    if not problem and people.holder_of_email(tx.db, email) is not None:
        return "There is an account with this address. Sign in to it instead."
    return problem


def is_the_hub(actor: Actor) -> bool:
    """Whether the hub acts for itself, from the command line or a job."""
    return actor.operator and actor.user_id is None
