"""Git's wire protocol: packets, what is advertised, what a client asks, what it is told.

Rules as in git's Documentation/gitprotocol-common, -pack, -capabilities and -v2.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bearhug import __version__
from bearhug.errors import BadRequest, TooLarge
from bearhug.git.repository import DEFAULT_BRANCH
from bearhug.git.store import Ref

FLUSH, DELIMITER = b"0000", b"0001"
NO_ID = "0" * 40
BAND_BYTES = 65_515
"""So much fits into one packet of side-band-64k."""

MAX_COMMANDS = 10_000
MAX_HEAD_BYTES = 4 * 1024 * 1024
"""What may come before the pack of a push: a command is some hundred bytes."""

AGENT = f"agent=bearhug/{__version__}"
FETCH_FEATURES = (
    "multi_ack thin-pack side-band side-band-64k ofs-delta shallow deepen-since deepen-not"
    " deepen-relative no-progress include-tag multi_ack_detailed no-done"
    " allow-tip-sha1-in-want allow-reachable-sha1-in-want filter object-format=sha1"
)
PUSH_FEATURES = (
    "report-status delete-refs side-band-64k quiet atomic ofs-delta push-options object-format=sha1"
)
CAPABILITIES_2 = (
    "version 2",
    AGENT,
    "ls-refs=unborn",
    "fetch=shallow wait-for-done filter",
    "server-option",
    "object-format=sha1",
)

MAX_PREFIXES = 256
"""Of a listing. Who names more is shown all refs, as git itself does (ls-refs.c)."""

_ID = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Command:
    """One ref of a push: from `old` to `new`, where None is no ref."""

    ref: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Push:
    """What a client asks before it sends its pack."""

    commands: tuple[Command, ...]
    features: frozenset[str] = frozenset()
    shallow: bool = False
    """Its clone is cut off somewhere: what it sends may lack its past."""

    @property
    def atomic(self) -> bool:
        return "atomic" in self.features

    @property
    def side_band(self) -> bool:
        return "side-band-64k" in self.features

    @property
    def brings_pack(self) -> bool:
        return any(command.new for command in self.commands)


@dataclass(frozen=True)
class Report:
    """What becomes of a push: for each ref "" or why not, and sentences for the terminal."""

    results: dict[str, str]
    remarks: tuple[str, ...] = ()
    unpack: str = "ok"


@dataclass(frozen=True)
class Listing:
    """What `ls-refs` asks."""

    symrefs: bool = False
    peel: bool = False
    unborn: bool = False
    prefixes: tuple[str, ...] = ()

    def wants(self, name: str) -> bool:
        return not self.prefixes or name.startswith(self.prefixes)


@dataclass
class PushHead:
    """The packets before a push's pack, as they come in pieces; `rest` is the pack's beginning."""

    push: Push | None = None
    rest: bytes = b""
    _lines: list[bytes] = field(default_factory=list)
    _options: bool = False

    def feed(self, data: bytes) -> bool:
        """Whether all of it is there. Raises BadRequest, TooLarge."""
        self.rest += data
        at = 0
        while not self.done:
            found = _packet_at(self.rest, at)
            if found is None:
                break
            line, at = found
            self._take(line)
        self.rest = self.rest[at:]
        too_long = len(self.rest) > MAX_HEAD_BYTES and not self.done
        if too_long or len(self._lines) > MAX_COMMANDS:
            raise TooLarge(f"At most {MAX_COMMANDS} refs can be pushed at once.")
        return self.done

    @property
    def done(self) -> bool:
        return self.push is not None and not self._options

    def _take(self, line: bytes | None) -> None:
        if line is not None:
            if self.push is None:
                self._lines.append(line)
        elif self.push is None:
            self.push = _push(self._lines)
            self._options = "push-options" in self.push.features
        else:
            self._options = False


def packet(data: bytes | str) -> bytes:
    content = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    return b"%04x" % (len(content) + 4) + content


def packets(content: bytes) -> Iterator[bytes | None]:
    """The packets of a whole request; None for a flush or a delimiter. Raises BadRequest."""
    at = 0
    while at < len(content):
        found = _packet_at(content, at)
        if found is None:
            raise BadRequest("The request ends within a packet.")
        line, at = found
        yield line


def band(number: int, data: bytes) -> bytes:
    """`data` on one band of a side-band-64k answer: 1 is the answer itself, 2 the terminal."""
    mark = bytes([number])
    parts = [data[at : at + BAND_BYTES] for at in range(0, len(data), BAND_BYTES)]
    return b"".join(packet(mark + part) for part in parts)


def fetch_advertisement(refs: dict[str, Ref], version: int) -> bytes:
    """What a fetch begins with: under version 2 only what the hub can, else every ref too."""
    service = packet("# service=git-upload-pack\n") + FLUSH
    if version == 2:
        return service + b"".join(packet(f"{line}\n") for line in CAPABILITIES_2) + FLUSH
    main = refs.get(DEFAULT_BRANCH)
    listed = [(main.oid, "HEAD")] if main else []
    for ref in refs.values():
        listed.append((ref.oid, ref.name))
        listed += [(ref.peeled, f"{ref.name}^{{}}")] if ref.peeled else []
    symref = f" symref=HEAD:{DEFAULT_BRANCH}" if main else ""
    said = packet("version 1\n") if version == 1 else b""
    return service + said + _advertised(listed, f"{FETCH_FEATURES}{symref} {AGENT}")


def push_advertisement(refs: dict[str, Ref]) -> bytes:
    listed = [(ref.oid, ref.name) for ref in refs.values()]
    service = packet("# service=git-receive-pack\n") + FLUSH
    return service + _advertised(listed, f"{PUSH_FEATURES} {AGENT}")


def asked_listing(content: bytes) -> Listing | None:
    """What a version 2 request wants listed; None for any other command, which git reads itself.

    Raises BadRequest, and TooLarge: millions of empty packets would take long to look at.
    """
    lines: list[str] = []
    for line in packets(content):
        lines.append((line or b"").rstrip(b"\n").decode("utf-8", "surrogateescape"))
        if lines[0] != "command=ls-refs":
            return None
        if len(lines) > MAX_COMMANDS:
            raise TooLarge(f"At most {MAX_COMMANDS} lines may say what is to be listed.")
    words = frozenset(lines)
    named = (line.removeprefix("ref-prefix ") for line in lines if line[:11] == "ref-prefix ")
    prefixes = dict.fromkeys(named)
    some = tuple(prefixes) if len(prefixes) <= MAX_PREFIXES else ()
    return Listing("symrefs" in words, "peel" in words, "unborn" in words, some) if lines else None


def listing(refs: dict[str, Ref], asked: Listing) -> bytes:
    """The refs a client asked for, HEAD before them."""
    lines = []
    main = refs.get(DEFAULT_BRANCH)
    target = f" symref-target:{DEFAULT_BRANCH}" if asked.symrefs else ""
    if asked.wants("HEAD") and (main or asked.unborn):
        lines.append(f"{main.oid if main else 'unborn'} HEAD{target}\n")
    for ref in refs.values():
        if asked.wants(ref.name):
            peeled = f" peeled:{ref.peeled}" if asked.peel and ref.peeled else ""
            lines.append(f"{ref.oid} {ref.name}{peeled}\n")
    return b"".join(packet(line) for line in lines) + FLUSH


def told(push: Push, report: Report) -> bytes:
    """The answer to a push, in the form that its client asked for."""
    lines = [f"unpack {report.unpack}\n"]
    for ref, reason in report.results.items():
        lines.append(f"ng {ref} {reason}\n" if reason else f"ok {ref}\n")
    status = b"".join(packet(line) for line in lines) + FLUSH
    if "report-status" not in push.features:
        status = b""
    if not push.side_band:
        return status
    remarks = "".join(f"{line}\n" for line in report.remarks)
    return band(2, remarks.encode("utf-8", "replace")) + band(1, status) + FLUSH


def _advertised(listed: Iterable[tuple[str, str]], features: str) -> bytes:
    lines = [f"{oid} {name}" for oid, name in listed] or [f"{NO_ID} capabilities^{{}}"]
    lines[0] += f"\0{features}"
    return b"".join(packet(f"{line}\n") for line in lines) + FLUSH


def _packet_at(content: bytes, at: int) -> tuple[bytes | None, int] | None:
    """(packet, where the next begins); None if it is not all there. Raises BadRequest."""
    if len(content) < at + 4:
        return None
    try:
        length = int(content[at : at + 4], 16)
    except ValueError as error:
        raise BadRequest("This is no packet of git's protocol.") from error
    if length < 4:
        if length == 3:
            raise BadRequest("This is no packet of git's protocol.")
        return None, at + 4
    if len(content) < at + length:
        return None
    return content[at + 4 : at + length], at + length


def _push(lines: list[bytes]) -> Push:
    features: frozenset[str] = frozenset()
    commands = {}
    shallow = False
    for line in lines:
        text, _, more = line.rstrip(b"\n").decode("utf-8", "surrogateescape").partition("\0")
        if more:
            features = frozenset(more.split())
        if text.startswith("shallow "):
            shallow = True
            continue
        command = _command(text)
        commands[command.ref] = command
    return Push(tuple(commands.values()), features, shallow)


def _command(text: str) -> Command:
    old, _, rest = text.partition(" ")
    new, _, ref = rest.partition(" ")
    if not (_ID.fullmatch(old) and _ID.fullmatch(new) and ref):
        raise BadRequest("A push says, for each ref, its old id, its new id and its name.")
    return Command(ref, None if old == NO_ID else old, None if new == NO_ID else new)
