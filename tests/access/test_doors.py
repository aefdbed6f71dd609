"""Every door of every sort of repo, tried by everybody: two tables, and each cell of both.

LEVELS says what somebody is to a repo, ANSWERS what a door says to them. A status that is not in
the tables is a hole, or a wall where a door should be.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from bearhug.app import Application, build_hub
from bearhug.config import Settings
from bearhug.repos.model import RepoKind
from tests.access.cast import LFS, SECRET, SHA, SORTS, Sort, gather, settle

ACTORS = {
    "visitor": "",
    "stranger": "hf_linus",
    "reading token": "hf_reading",
    "pending": "hf_pending",
    "accepted": "hf_accepted",
    "rejected": "hf_rejected",
    "reader": "hf_grace",
    "contributor": "hf_contributor",
    "writer": "hf_writer",
    "admin": "hf_ada",
    "grouped": "hf_grouped",
    "expired": "hf_expired",
    "roleless": "hf_roleless",
    "fine, elsewhere": "hf_fine_elsewhere",
    "fine, reading": "hf_fine_reading",
    "operator": "hf_operator",
}
"""Who asks, and by which token. `grouped` is in bears without a role, and writes in its group."""

# r R t: may read (a visitor, a user, a token that writes nothing). W: may write and manage.
# h H: it does not exist (to a visitor, to others). g G T: a gate. d D S: disabled. m M N: a Space
# to use, not to read. X: credentials that are none.
# fmt: off
LEVELS = {
    #                  vis str rtk pen acc rej rea con wri adm grp exp rol els fin ope
    "public":         "r   R   t   R   R   R   R   R   W   W   R   X   t   t   t   W",
    "private":        "h   H   H   H   H   H   R   R   W   W   H   X   H   H   t   W",
    "dataset":        "h   H   H   H   H   H   R   R   W   W   H   X   H   H   t   W",
    "auto":           "g   G   T   G   R   G   G   G   W   W   G   X   T   T   t   W",
    "manual":         "g   G   T   G   R   G   G   G   W   W   G   X   T   T   t   W",
    "private-gated":  "h   H   H   H   H   H   G   G   W   W   H   X   H   H   t   W",
    "disabled":       "d   D   S   D   D   D   D   D   D   D   D   X   S   S   S   W",
    "guarded":        "m   M   N   M   M   M   R   R   W   W   M   X   N   N   t   W",
    "grouped":        "h   H   H   H   H   H   H   H   H   W   W   X   H   H   t   W",
    "grouped-public": "r   R   t   R   R   R   R   R   R   W   W   X   t   t   t   W",
}
# fmt: on
ORDER = ["r", "R", "t", "W", "h", "H", "g", "G", "T", "d", "D", "S", "m", "M", "N"]
# fmt: off
ANSWERS = {
    #                   r   R   t   W   h   H   g   G   T   d   D   S   m   M   N
    # What everybody who sees the repo is told.
    "info":            "200 200 200 200 401 404 200 200 200 200 200 200 200 200 200",
    "info of main":    "200 200 200 200 401 404 200 200 200 200 200 200 200 200 200",
    "page":            "200 200 200 200 401 404 200 200 200 200 200 200 200 200 200",
    "likers":          "200 200 200 200 401 404 200 200 200 200 200 200 200 200 200",
    "group":           "200 200 200 200 401 404 200 200 200 200 200 200 200 200 200",
    "report page":     "401 200 200 200 401 404 401 200 200 401 200 200 401 200 200",
    "like":            "401 200 403 200 401 404 401 200 403 401 200 403 401 200 403",
    # What things are called: a gate shows so much.
    "tree":            "200 200 200 200 401 404 200 200 200 403 403 403 401 403 403",
    "paths":           "200 200 200 200 401 404 200 200 200 403 403 403 401 403 403",
    "refs":            "200 200 200 200 401 404 200 200 200 403 403 403 401 403 403",
    "commits":         "200 200 200 200 401 404 200 200 200 403 403 403 401 403 403",
    "tree page":       "200 200 200 200 401 404 200 200 200 403 403 403 401 403 403",
    "find page":       "200 200 200 200 401 404 200 200 200 403 403 403 401 403 403",
    "commits page":    "200 200 200 200 401 404 200 200 200 403 403 403 401 403 403",
    "branches page":   "200 200 200 200 401 404 200 200 200 403 403 403 401 403 403",
    # What is in the files.
    "resolve":         "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "resolve HEAD":    "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "resolve whole":   "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "resolve README":  "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "raw":             "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "blob page":       "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "commit page":     "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "compare":         "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "compare page":    "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "git fetch":       "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "git pack":        "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "lfs download":    "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "lfs locks":       "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "xet read":        "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "auth-check":      "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    "run":             "422 422 422 422 401 404 401 403 403 403 403 403 401 403 403",
    "chat":            "422 422 422 422 401 404 401 403 403 403 403 403 401 403 403",
    "try page":        "200 200 200 200 401 404 401 403 403 403 403 403 401 403 403",
    # Proposing a change: whoever reads may send its bytes and open a pull request.
    "git push":        "401 200 403 200 401 404 401 403 403 403 403 403 401 403 403",
    "lfs upload":      "401 200 403 200 401 404 401 403 403 401 403 403 401 403 403",
    "lfs verify":      "401 200 403 200 401 404 401 403 403 401 403 403 401 403 403",
    # Writing and managing.
    "preupload":       "401 403 403 200 401 404 401 403 403 403 403 403 401 403 403",
    "commit":          "401 403 403 200 401 404 401 403 403 401 403 403 401 403 403",
    "branch":          "401 403 403 200 401 404 401 403 403 403 403 403 401 403 403",
    "tag":             "401 403 403 200 401 404 401 403 403 403 403 403 401 403 403",
    "squash":          "401 403 403 404 401 404 401 403 403 403 403 403 401 403 403",
    "lfs files":       "401 403 403 200 401 404 401 403 403 403 403 403 401 403 403",
    "xet write":       "401 403 403 200 401 404 401 403 403 403 403 403 401 403 403",
    "auth-check write": "401 403 403 200 401 404 401 403 403 403 403 403 401 403 403",
    "settings":        "401 403 403 200 401 404 401 403 403 403 403 403 401 403 403",
    "settings page":   "401 403 403 200 401 404 401 403 403 403 403 403 401 403 403",
    "access page":     "401 403 403 200 401 404 401 403 403 403 403 403 401 403 403",
    "delete":          "401 403 403 --- 401 404 401 403 403 403 403 403 401 403 403",
    "move":            "401 403 403 --- 401 404 401 403 403 403 403 403 401 403 403",
    # A gate's lists: 400 where there is no gate.
    "requests":        "401 403 403 400 401 404 401 403 403 403 403 403 401 403 403",
    "request report":  "401 403 403 400 401 404 401 403 403 403 403 403 401 403 403",
    # Talk.
    "talk":            "200 200 200 200 401 404 200 200 200 200 200 200 401 403 403",
    "talk page":       "200 200 200 200 401 404 200 200 200 200 200 200 401 403 403",
    "begin talk":      "401 200 403 200 401 404 401 200 403 401 403 403 401 403 403",
    "difference":      "200 200 200 200 401 404 200 200 200 200 200 200 401 403 403",
    "difference page": "200 200 200 200 401 404 200 200 200 200 200 200 401 403 403",
}
# fmt: on
OF_MODELS = ("run", "chat", "try page")
ASKING = ("run", "chat")
FINE = ("roleless", "fine, elsewhere", "fine, reading")
"""Tokens without inference.serverless.write: told so whatever they name, be it there or not."""
OF_GATES = ("requests", "request report")


@dataclass(frozen=True)
class Door:
    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def of_json(method: str, path: str, body: object) -> Door:
    return Door(method, path, json.dumps(body).encode(), {"content-type": "application/json"})


def doors(sort: Sort, number: int) -> dict[str, Door]:
    """Every door, by name; `number` makes what is written there new."""
    web = f"/{sort.kind.prefix}{sort.full}"
    api = f"/api/{sort.kind.plural}/{sort.full}"
    batch = f"{web}.git/info/lfs/objects/batch"
    named = {"name": sort.full, "type": str(sort.kind)}
    line = {"key": "file", "value": {"path": f"n{number}.txt", "content": "x"}}
    lines = [{"key": "header", "value": {"summary": "s"}}, line]
    commit = "\n".join(json.dumps(each) for each in lines).encode()
    whole = {"oid": SHA, "size": len(LFS)}
    talk = {"title": "A title", "description": "words", "pullRequest": False}
    chat = {"model": sort.full, "messages": [{"role": "user", "content": "?"}]}
    upload = {"operation": "upload", "objects": [{"oid": "1" * 64, "size": 5}]}
    move = {"fromRepo": sort.full, "toRepo": "ada/x", "type": str(sort.kind)}
    pack = {"content-type": "application/x-git-upload-pack-request"}
    read = {
        **{"info": api, "info of main": f"{api}/revision/main", "page": web},
        **{"likers": f"{api}/likers", "group": f"{api}/resource-group"},
        **{"report page": f"{web}/report", "tree": f"{api}/tree/main", "refs": f"{api}/refs"},
        **{"commits": f"{api}/commits/main", "tree page": f"{web}/tree/main"},
        **{"find page": f"{web}/find/main?q=n", "commits page": f"{web}/commits/main"},
        **{"branches page": f"{web}/branches", "resolve": f"{web}/resolve/main/notes.txt"},
        **{"resolve whole": f"{web}/resolve/main/whole.bin", "try page": f"{web}/try"},
        **{"resolve README": f"{web}/resolve/main/README.md", "raw": f"{web}/raw/main/notes.txt"},
        **{"blob page": f"{web}/blob/main/notes.txt", "commit page": f"{web}/commit/main"},
        **{"compare": f"{api}/compare/main..main", "compare page": f"{web}/compare/main..main"},
        "git fetch": f"{web}.git/info/refs?service=git-upload-pack",
        "git push": f"{web}.git/info/refs?service=git-receive-pack",
        **{"lfs locks": f"{web}.git/info/lfs/locks", "lfs files": f"{api}/lfs-files"},
        **{"xet read": f"{api}/xet-read-token/main", "xet write": f"{api}/xet-write-token/main"},
        **{"auth-check": f"{api}/auth-check", "auth-check write": f"{api}/auth-check/write"},
        **{"settings page": f"{web}/settings", "access page": f"{web}/settings/access"},
        "requests": f"{api}/user-access-request/pending",
        "request report": f"{web}/user-access-report",
        **{"talk": f"{api}/discussions", "talk page": f"{web}/discussions"},
        "difference": f"{api}/discussions/1?diff=1",
        "difference page": f"{web}/discussions/1/files",
    }
    return {
        **{name: Door("GET", path) for name, path in read.items()},
        "resolve HEAD": Door("HEAD", f"{web}/resolve/main/notes.txt"),
        "like": Door("POST", f"{api}/like"),
        "paths": of_json("POST", f"{api}/paths-info/main", {"paths": ["notes.txt"]}),
        "git pack": Door("POST", f"{web}.git/git-upload-pack", b"0000", pack),
        "lfs download": of_json("POST", batch, {"operation": "download", "objects": [whole]}),
        "lfs upload": of_json("POST", batch, upload),
        "lfs verify": of_json("POST", f"{web}.git/info/lfs/verify", whole),
        "preupload": of_json("POST", f"{api}/preupload/main", {"files": []}),
        "commit": Door("POST", f"{api}/commit/main", commit),
        "branch": of_json("POST", f"{api}/branch/b{number}", {}),
        "tag": of_json("POST", f"{api}/tag/main", {"tag": f"t{number}"}),
        "squash": of_json("POST", f"{api}/super-squash/none", {}),
        "settings": of_json("PUT", f"{api}/settings", {"gated": sort.gated or False}),
        "delete": of_json("DELETE", "/api/repos/delete", named),
        "move": of_json("POST", "/api/repos/move", move),
        "begin talk": of_json("POST", f"{api}/discussions", talk),
        "run": of_json("POST", f"/hf-inference{api[4:]}", {"inputs": "?"}),
        "chat": of_json("POST", "/v1/chat/completions", chat),
    }


def expected(sort: Sort, actor: str, level: str, door: str) -> str:
    """The status; "---" for what is not tried: it would end what the others look at."""
    if door in ASKING and actor in FINE:
        return "403"
    if level == "X":
        return "401"
    if door in OF_GATES and level == "W" and sort.gated:
        return "200"
    if (door, sort.name, actor) == ("begin talk", "disabled", "operator"):
        return "403"  # nobody talks about what is shut
    return dict(zip(ORDER, ANSWERS[door].split(), strict=True))[level]


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    hub = build_hub(Settings(data_dir=tmp_path_factory.mktemp("doors")))
    scene, application = gather(hub), Application(hub)
    asyncio.run(propose(application))
    settle(hub, scene)
    yield application
    hub.db.close()


async def propose(application: Application) -> None:
    """A pull request in each, with something secret in it."""
    line = {"key": "file", "value": {"path": "draft.txt", "content": SECRET}}
    lines = [{"key": "header", "value": {"summary": "A change"}}, line]
    body = b"\n".join(json.dumps(each).encode() for each in lines)
    for sort in SORTS:
        path = f"/api/{sort.kind.plural}/{sort.full}/commit/main?create_pr=1"
        status, said = await ask(application, Door("POST", path, body), "hf_ada")
        assert status == 200, said


@pytest.mark.parametrize("sort", SORTS, ids=[sort.name for sort in SORTS])
def test_each_door_of_each_sort_of_repo(application: Application, sort: Sort) -> None:
    asyncio.run(try_all(application, sort))


async def try_all(application: Application, sort: Sort) -> None:
    wrong = []
    levels = LEVELS[sort.name].split()
    for number, ((actor, token), level) in enumerate(zip(ACTORS.items(), levels, strict=True)):
        for name, door in doors(sort, number).items():
            known = expected(sort, actor, level, name)
            of_kind = name not in OF_MODELS or sort.kind is RepoKind.MODEL
            if known == "---" or not of_kind:
                continue
            status, said = await ask(application, door, token)
            if str(status) != known:
                wrong.append(f"{name} to {actor} ({level}): {status}, not {known}")
            if level not in "rRtW" and SECRET in said:
                wrong.append(f"{name} tells {actor} what is in a file")
    assert not wrong, "\n".join(wrong)


async def ask(application: Application, door: Door, token: str) -> tuple[int, str]:
    """One request, straight to the application: a client would take longer than the hub."""
    path, _, query = door.path.partition("?")
    headers = {"host": "hub.test", "content-length": str(len(door.body)), **door.headers}
    if token:
        headers["authorization"] = f"Bearer {token}"
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": door.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("hub.test", 80),
    }
    sent: list[Any] = []
    asked = [{"type": "http.request", "body": door.body, "more_body": False}]

    async def receive() -> Any:
        return asked.pop() if asked else await asyncio.Event().wait()  # it never hangs up

    async def send(message: Any) -> None:
        sent.append(message)

    await application(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return int(sent[0]["status"]), body.decode("utf-8", "replace")


def test_the_table_names_every_sort_and_every_door() -> None:
    assert LEVELS.keys() == {sort.name for sort in SORTS}
    assert ANSWERS.keys() == doors(SORTS[0], 0).keys()
    assert all(len(levels.split()) == len(ACTORS) for levels in LEVELS.values())
    assert all(len(answers.split()) == len(ORDER) for answers in ANSWERS.values())
