"""What people do with collections, and who may: each function is one use case.

finding.py    one, an owner's, listings; who may see and change
changing.py   making, changing, ordering, deleting; upvotes
filling.py    what is in one
"""

from bearhug.collections.service.changing import (
    change,
    create,
    delete,
    set_group,
    unvote,
    upvote,
)
from bearhug.collections.service.filling import (
    add_item,
    change_item,
    drop_item,
    parse_item,
    target,
)
from bearhug.collections.service.finding import (
    browse,
    can_see,
    can_write,
    count,
    find,
    gathered,
    holding,
    of_owner,
    upvotes_of,
    with_items,
    writable,
)

__all__ = [
    "add_item",
    "browse",
    "can_see",
    "can_write",
    "change",
    "change_item",
    "count",
    "create",
    "delete",
    "drop_item",
    "find",
    "gathered",
    "holding",
    "of_owner",
    "parse_item",
    "set_group",
    "target",
    "unvote",
    "upvote",
    "upvotes_of",
    "with_items",
    "writable",
]
