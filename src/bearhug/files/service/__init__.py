"""What people do with files. The use cases, whichever module each lives in."""

from bearhug.files.service.attributes import Attributes, Ignored, default_attributes
from bearhug.files.service.committing import commit_now, propose_now
from bearhug.files.service.duplicating import duplicate
from bearhug.files.service.holdings import on_repo_deleted
from bearhug.files.service.objects import claim, owned
from bearhug.files.service.reading import at, held, node, nodes, read, reader, sized
from bearhug.files.service.refs import (
    create_branch,
    create_tag,
    delete_branch,
    delete_tag,
)
from bearhug.files.service.rewriting import delete_objects, squash
from bearhug.files.service.starting import on_repo_created

__all__ = [
    "Attributes",
    "Ignored",
    "at",
    "claim",
    "commit_now",
    "create_branch",
    "create_tag",
    "default_attributes",
    "delete_branch",
    "delete_objects",
    "delete_tag",
    "duplicate",
    "held",
    "node",
    "nodes",
    "on_repo_created",
    "on_repo_deleted",
    "owned",
    "propose_now",
    "read",
    "reader",
    "sized",
    "squash",
]
