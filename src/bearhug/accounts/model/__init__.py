"""The words this feature speaks. No I/O.

account.py       Account, Member, the events
names.py         who may be called what; which words are the hub's own
passwords.py     which passwords are too easily guessed
credentials.py   Token, Scope, Session; how long a guesser waits
"""

from bearhug.accounts.model.account import (
    Account,
    AccountCreated,
    AccountDeleted,
    Kind,
    Member,
    MemberChanged,
    Membership,
    Refused,
)
from bearhug.accounts.model.credentials import Scope, Session, Token, TokenRole

__all__ = [
    "Account",
    "AccountCreated",
    "AccountDeleted",
    "Kind",
    "Member",
    "MemberChanged",
    "Membership",
    "Refused",
    "Scope",
    "Session",
    "Token",
    "TokenRole",
]
