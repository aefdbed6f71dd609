"""Who else may come in. The use cases, whichever module each lives in.

gates.py     asking for what is behind a gate, and deciding
groups.py    resource groups of organisations, and their members' roles
reports.py   complaints, and disabling what they are about
leaks.py     tokens to be ended, by whoever found them
"""

from bearhug.access.service.gates import (
    NEWEST,
    PAGE,
    Step,
    ask,
    browse,
    cancel,
    counts,
    gate,
    grant,
    handle,
    own,
    report,
    set_gate,
)
from bearhug.access.service.groups import (
    add_members,
    change_group,
    change_member,
    change_roles,
    create_group,
    delete_group,
    group_of,
    groups,
    move_repo,
    on_member_changed,
    place,
    placed,
    remove_group_member,
    set_auto_join,
    told,
)
from bearhug.access.service.leaks import refuse_token, revoke
from bearhug.access.service.reports import (
    close,
    complain,
    count_waiting,
    disable,
    enable,
    reports,
    suspended,
    suspension,
)

__all__ = [
    "NEWEST",
    "PAGE",
    "Step",
    "add_members",
    "ask",
    "browse",
    "cancel",
    "change_group",
    "change_member",
    "change_roles",
    "close",
    "complain",
    "count_waiting",
    "counts",
    "create_group",
    "delete_group",
    "disable",
    "enable",
    "gate",
    "grant",
    "group_of",
    "groups",
    "handle",
    "move_repo",
    "on_member_changed",
    "own",
    "place",
    "placed",
    "refuse_token",
    "remove_group_member",
    "report",
    "reports",
    "revoke",
    "set_auto_join",
    "set_gate",
    "suspended",
    "suspension",
    "told",
]
