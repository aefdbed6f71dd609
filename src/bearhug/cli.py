"""The command `bearhug`."""

import argparse
import contextlib
import logging
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from bearhug import __version__, seeding, starter
from bearhug.accounts import service as accounts
from bearhug.accounts.model import Refused, TokenRole
from bearhug.admin import service as admin
from bearhug.admin.model import Health
from bearhug.app import Application, build_hub
from bearhug.cas.service import checking, sweeping
from bearhug.config import Settings, from_environment
from bearhug.errors import HubError
from bearhug.hub import Hub
from bearhug.storage import CannotOpen
from bearhug.web.server import serve
from bearhug.web.tracing import set_up_logging

log = logging.getLogger(__name__)

MARKS = {Health.GOOD: "ok     ", Health.WARN: "warning", Health.BAD: "FAILED "}


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, 1 if what was asked for failed, 2 for bad arguments."""
    asked = _parser().parse_args(argv)
    try:
        settings = from_environment(
            data_dir=getattr(asked, "data", None),
            host=getattr(asked, "host", None),
            port=getattr(asked, "port", None),
        )
        status: int = asked.act(settings, asked)
    except (HubError, CannotOpen, ValueError) as error:
        print(f"bearhug: {_told(error)}", file=sys.stderr)
        return 1
    return status


def _serve(settings: Settings, asked: argparse.Namespace) -> int:
    set_up_logging(settings.log_level, settings.log_format)
    with _open(settings) as hub:
        if not asked.no_starter:
            threading.Thread(target=_bring_quietly, args=(hub,), daemon=True).start()
        serve(
            Application(hub),
            settings.host,
            settings.port,
            ready=_say_where,
            log_level="warning",
            trusted_proxies="*" if settings.trust_proxy else None,
        )
    return 0


def _starter(settings: Settings, asked: argparse.Namespace) -> int:
    with _open(settings) as hub:
        brought = starter.bring(hub, again=True)
    print("\n".join(f"brought {name}" for name in brought) or "everything is here already")
    return 0


def _add_user(settings: Settings, asked: argparse.Namespace) -> int:
    password = sys.stdin.readline().rstrip("\n") if asked.password_stdin else ""
    if not password:
        print("bearhug: give the password on standard input: --password-stdin", file=sys.stderr)
        return 2
    with _open(settings) as hub:
        accounts.check_password(password, name=asked.name, email=asked.email)
        hashed = accounts.hash_password(password)
        operator = True if asked.operator else None
        account = hub.write(
            accounts.create_user, asked.name, asked.email, hashed, operator=operator
        )
    print(f"made {account.name}{', the operator' if account.operator else ''}")
    return 0


def _add_token(settings: Settings, asked: argparse.Namespace) -> int:
    with _open(settings) as hub:
        user = hub.read(accounts.find_user, asked.name)
        role = TokenRole(asked.role)
        _, secret = hub.write(accounts.create_token, user.id, asked.label, role)
    print(secret)
    return 0


def _doctor(settings: Settings, asked: argparse.Namespace) -> int:
    with _open(settings) as hub:
        findings = admin.examine(hub)
    for finding in findings:
        print(f"{MARKS[finding.health]}  {finding.subject:<14} {finding.words}")
    return 1 if any(finding.health is Health.BAD for finding in findings) else 0


def _collect(settings: Settings, asked: argparse.Namespace) -> int:
    with _open(settings) as hub:
        work = sweeping.preview if asked.dry_run else sweeping.collect
        freed = work(hub, at_once=asked.now)
    print("\n".join(sweeping.told(freed, would=asked.dry_run)))
    return 0


def _check(settings: Settings, asked: argparse.Namespace) -> int:
    damaged = 0
    with _open(settings) as hub:
        for finding in checking.examine(hub, quick=asked.quick):
            damaged += finding.damage
            print(f"{'DAMAGED' if finding.damage else 'note   '}  {finding}", flush=True)
    print(f"damaged: {damaged}" if damaged else "nothing is damaged")
    return 1 if damaged else 0


def _seed(settings: Settings, asked: argparse.Namespace) -> int:
    with _open(settings) as hub:
        seeding.seed(hub)
    print("seeded for the official client's own tests; never let people use this hub")
    return 0


def _version(settings: Settings, asked: argparse.Namespace) -> int:
    print(__version__)
    return 0


def _told(error: Exception) -> str:
    """In words, with the field's name where one is at fault."""
    if isinstance(error, Refused):
        return "; ".join(f"{field}: {words}" for field, words in error.problems.items())
    return str(error)


@contextlib.contextmanager
def _open(settings: Settings) -> Iterator[Hub]:
    hub = build_hub(settings)
    try:
        yield hub
    finally:
        hub.db.close()


def _bring_quietly(hub: Hub) -> None:
    """While the server is already answering: the first page need not wait for it."""
    try:
        for name in starter.bring(hub):
            log.info("brought %s", name)
    except HubError as error:
        log.error("the starter content did not come: %s", error)


def _say_where(url: str) -> None:
    print(f"Bearhug {__version__} is at {url}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bearhug", description="The hub you hold.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serving = commands.add_parser("serve", help="start the hub")
    _data(serving)
    serving.add_argument("--host", help="the address to listen on (127.0.0.1)")
    serving.add_argument("--port", type=int, help="the port to listen on (8000)")
    serving.add_argument("--no-starter", action="store_true", help="begin with an empty hub")
    serving.set_defaults(act=_serve)

    bringing = commands.add_parser("starter", help="bring the starter content, again if need be")
    _data(bringing)
    bringing.set_defaults(act=_starter)

    doctor = commands.add_parser("doctor", help="say what is wrong with this set-up")
    _data(doctor)
    doctor.set_defaults(act=_doctor)

    collecting = commands.add_parser("gc", help="delete what nobody holds any more")
    _data(collecting)
    collecting.add_argument(
        "--now", action="store_true", help="without the weeks that clients may still refer to it"
    )
    collecting.add_argument("--dry-run", action="store_true", help="only say what would go")
    collecting.set_defaults(act=_collect)

    checked = commands.add_parser("fsck", help="look every stored byte over")
    _data(checked)
    checked.add_argument("--quick", action="store_true", help="sizes and rows, without the bytes")
    checked.set_defaults(act=_check)

    commands.add_parser("version", help="print the version").set_defaults(act=_version)
    _add_admin(commands.add_parser("admin", help="users and tokens"))
    _add_dev(commands.add_parser("dev", help="for those who work on Bearhug itself"))
    return parser


def _add_admin(parser: argparse.ArgumentParser) -> None:
    subjects = parser.add_subparsers(required=True, metavar="SUBJECT")
    users = subjects.add_parser("user", help="people").add_subparsers(required=True, metavar="DO")
    create = users.add_parser("create", help="make an account; the first is the operator's")
    _data(create)
    create.add_argument("name")
    create.add_argument("--email", required=True)
    create.add_argument("--password-stdin", action="store_true", help="read it from one line")
    create.add_argument("--operator", action="store_true", help="who may also operate the hub")
    create.set_defaults(act=_add_user)

    tokens = subjects.add_parser("token", help="access tokens")
    make = tokens.add_subparsers(required=True, metavar="DO").add_parser(
        "create", help="make a token and print it, this once"
    )
    _data(make)
    make.add_argument("name", help="whose it is")
    make.add_argument("--role", choices=["read", "write"], default="read")
    make.add_argument("--label", default="made on the command line", help="what it is called")
    make.set_defaults(act=_add_token)


def _add_dev(parser: argparse.ArgumentParser) -> None:
    seeds = parser.add_subparsers(required=True, metavar="DO").add_parser(
        "seed-client-tests",
        help="fill an empty folder with what the official client's own tests expect",
    )
    seeds.add_argument("--data", type=Path, metavar="DIR", required=True, help="an empty folder")
    seeds.set_defaults(act=_seed)


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="the data folder (bearhug-data)")


if __name__ == "__main__":
    sys.exit(main())
