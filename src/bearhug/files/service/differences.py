"""Differences as pages print them: what files/changes.html wants."""

from typing import Any

from bearhug.files.service.browsing import Change
from bearhug.git.diff import FileDiff
from bearhug.git.repository import MAX_FILES

OPEN_LINES = 400
"""A longer difference is folded until it is asked for."""

KINDS = {" ": "same", "+": "add", "-": "del", "\\": "same"}

Line = tuple[str, int | str, int | str, str]
"""(kind, old number, new number, text), as the template prints it."""


def differences(changes: list[Change]) -> dict[str, Any]:
    """The variables of files/changes.html, but `at`, `repo` and `shown`."""
    return {
        "changes": changes,
        "lines_of": lines_of,
        "open_lines": OPEN_LINES,
        "cut": len(changes) >= MAX_FILES,
        "added": sum(change.diff.additions for change in changes if not change.lfs),
        "removed": sum(change.diff.deletions for change in changes if not change.lfs),
    }


def lines_of(diff: FileDiff) -> list[Line]:
    found: list[Line] = []
    for hunk in diff.hunks:
        found.append(("hunk", "", "", hunk.header))
        found += [
            (KINDS[line.origin], line.old or "", line.new or "", line.text) for line in hunk.lines
        ]
    return found
