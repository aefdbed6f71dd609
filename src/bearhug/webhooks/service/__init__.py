"""What people do with webhooks, and what webhooks do: each function is one use case.

wishes.py    what a webhook may be
owning.py    one's webhooks: making, changing, switching, deleting
telling.py   what happens, and whom to tell: deliveries written down
sending.py   a courier's steps, the log, replay, forgetting
"""

from bearhug.webhooks.service.owning import (
    change,
    create,
    delete,
    disable,
    enable,
    find,
    guard_of,
    may_write,
    secret_of,
    webhooks,
)
from bearhug.webhooks.service.sending import (
    PAGE,
    PRUNE,
    Log,
    delivery,
    finish,
    log,
    prune,
    put_back,
    replay,
    schedule,
    take,
    waiting,
)
from bearhug.webhooks.service.telling import (
    on_comment_changed,
    on_commented,
    on_discussion_changed,
    on_discussion_opened,
    on_pushed,
    on_repo_changed,
    on_repo_created,
    on_repo_deleted,
)

__all__ = [
    "PAGE",
    "PRUNE",
    "Log",
    "change",
    "create",
    "delete",
    "delivery",
    "disable",
    "enable",
    "find",
    "finish",
    "guard_of",
    "log",
    "may_write",
    "on_comment_changed",
    "on_commented",
    "on_discussion_changed",
    "on_discussion_opened",
    "on_pushed",
    "on_repo_changed",
    "on_repo_created",
    "on_repo_deleted",
    "prune",
    "put_back",
    "replay",
    "schedule",
    "secret_of",
    "take",
    "waiting",
    "webhooks",
]
