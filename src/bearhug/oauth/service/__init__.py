"""What people and apps do by OAuth, and who may.

apps.py        making, changing and ending apps; what one has connected
consent.py     an app asks, a person allows
devices.py     the same for what has no browser
issuing.py     codes and refresh tokens into tokens; revoking
publishers.py  CI jobs that need no secret
claims.py      what is told of a person
keys.py        what id tokens are signed with
counting.py    bounds on guessing
"""

from bearhug.oauth.service.apps import (
    NewApp,
    authenticate,
    change,
    command_line,
    connections,
    delete,
    disconnect,
    drop_secret,
    find,
    keep,
    make,
    mine,
    on_repo_created,
    own,
    register,
    renew_secret,
)
from bearhug.oauth.service.claims import Told, about_me, of_token, userinfo
from bearhug.oauth.service.consent import (
    allow,
    allow_again,
    asked,
    deny,
    hears_refusals,
    let_in_before,
    offered,
    remember,
    remembered,
    wanted_ids,
)
from bearhug.oauth.service.devices import Begun, begin, decide, look_up, plain, poll, spelled
from bearhug.oauth.service.issuing import issue, redeem, refresh, revoke
from bearhug.oauth.service.keys import ALGORITHM, published, sign
from bearhug.oauth.service.publishers import (
    NewPublisher,
    candidates,
    distrust_in_mine,
    distrust_in_repo,
    exchange,
    of_mine,
    of_repo,
    trust_in_mine,
    trust_in_repo,
)

__all__ = [
    "ALGORITHM",
    "Begun",
    "NewApp",
    "NewPublisher",
    "Told",
    "about_me",
    "allow",
    "allow_again",
    "asked",
    "authenticate",
    "begin",
    "candidates",
    "change",
    "command_line",
    "connections",
    "decide",
    "delete",
    "deny",
    "disconnect",
    "distrust_in_mine",
    "distrust_in_repo",
    "drop_secret",
    "exchange",
    "find",
    "hears_refusals",
    "issue",
    "keep",
    "let_in_before",
    "look_up",
    "make",
    "mine",
    "of_mine",
    "of_repo",
    "of_token",
    "offered",
    "on_repo_created",
    "own",
    "plain",
    "poll",
    "published",
    "redeem",
    "refresh",
    "register",
    "remember",
    "remembered",
    "renew_secret",
    "revoke",
    "sign",
    "spelled",
    "trust_in_mine",
    "trust_in_repo",
    "userinfo",
    "wanted_ids",
]
