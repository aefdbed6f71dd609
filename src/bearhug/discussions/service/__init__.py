"""What people do in discussions. The use cases, whichever module each lives in."""

from bearhug.discussions.service.contents import contents
from bearhug.discussions.service.looking import (
    BOARD,
    PAGE,
    asking,
    board,
    dress,
    listing,
    tab,
    thread,
)
from bearhug.discussions.service.memory import Memory
from bearhug.discussions.service.merging import delete_ref, merge_now, restore_ref
from bearhug.discussions.service.prose import preview
from bearhug.discussions.service.refs import on_pushed
from bearhug.discussions.service.rewriting import on_rewritten
from bearhug.discussions.service.room import PullRequests
from bearhug.discussions.service.talking import (
    Spot,
    comment,
    edit_comment,
    find,
    hide_comment,
    open_discussion,
    react,
    rename,
    set_locked,
    set_pinned,
    set_status,
)
from bearhug.discussions.service.telling import (
    has_news,
    inbox,
    note_all_read,
    note_read,
    unread,
)

__all__ = [
    "BOARD",
    "PAGE",
    "Memory",
    "PullRequests",
    "Spot",
    "asking",
    "board",
    "comment",
    "contents",
    "delete_ref",
    "dress",
    "edit_comment",
    "find",
    "has_news",
    "hide_comment",
    "inbox",
    "listing",
    "merge_now",
    "note_all_read",
    "note_read",
    "on_pushed",
    "on_rewritten",
    "open_discussion",
    "preview",
    "react",
    "rename",
    "restore_ref",
    "set_locked",
    "set_pinned",
    "set_status",
    "tab",
    "thread",
    "unread",
]
