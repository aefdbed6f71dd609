import pytest

from bearhug.errors import BadRequest, TooLarge
from bearhug.git import packets
from bearhug.git.packets import Command, Listing, Push, PushHead, Report, packet
from bearhug.git.store import Ref

ONE, TWO = "1" * 40, "2" * 40
REFS = {
    "refs/heads/main": Ref("refs/heads/main", ONE),
    "refs/tags/v1": Ref("refs/tags/v1", TWO, ONE),
}


def test_commands_are_read_however_they_are_cut() -> None:
    sent = (
        packet(f"shallow {ONE}")
        + packet(f"{ONE} {TWO} refs/heads/main\0 atomic side-band-64k push-options agent=x")
        + packet(f"{TWO} {packets.NO_ID} refs/heads/ümlaut\n")
        + packets.FLUSH
        + packet("an option")
        + packets.FLUSH
        + b"PACK and more"
    )
    head = PushHead()
    done = [head.feed(sent[at : at + 1]) for at in range(len(sent) - 13)]
    assert done == [False] * (len(done) - 1) + [True]
    head.rest += sent[-13:]
    assert head.rest == b"PACK and more"
    assert head.push is not None
    assert head.push.commands == (
        Command("refs/heads/main", ONE, TWO),
        Command("refs/heads/ümlaut", TWO, None),
    )
    assert (head.push.shallow, head.push.atomic, head.push.side_band) == (True, True, True)
    assert PushHead().feed(packets.FLUSH), "a push of nothing asks whether one may"


@pytest.mark.parametrize(
    "sent", [b"zzzz", b"0003", packet("hello") + b"0000", packet(f"{ONE} x refs/heads/a") + b"0000"]
)
def test_what_is_no_command_is_refused(sent: bytes) -> None:
    with pytest.raises(BadRequest):
        PushHead().feed(sent)


def test_nobody_sends_commands_for_ever() -> None:
    line = packet(f"{ONE} {TWO} refs/heads/a")
    with pytest.raises(TooLarge):
        PushHead().feed(line * (packets.MAX_COMMANDS + 1))


def test_a_listing_is_of_what_was_asked() -> None:
    asked = b"".join(
        [
            packet("command=ls-refs\n"),
            packet("agent=git/2\n"),
            packets.DELIMITER,
            *(packet(f"{word}\n") for word in ("peel", "symrefs", "ref-prefix HEAD")),
            packet("ref-prefix refs/tags/\n"),
            packets.FLUSH,
        ]
    )
    listing = packets.asked_listing(asked)
    assert listing == Listing(True, True, False, ("HEAD", "refs/tags/"))
    assert packets.listing(REFS, listing) == (
        packet(f"{ONE} HEAD symref-target:refs/heads/main\n")
        + packet(f"{TWO} refs/tags/v1 peeled:{ONE}\n")
        + packets.FLUSH
    )
    unborn = packets.listing({}, Listing(symrefs=True, unborn=True))
    assert unborn == packet("unborn HEAD symref-target:refs/heads/main\n") + packets.FLUSH
    assert packets.asked_listing(packet("command=fetch\n") + packets.FLUSH) is None
    with pytest.raises(BadRequest):
        packets.asked_listing(b"00ffcommand")


def test_nobody_asks_for_ever() -> None:
    """Some kilobytes, compressed, are millions of packets: they are not all looked at."""
    endless = packets.FLUSH * 4_000_000
    assert packets.asked_listing(endless) is None
    with pytest.raises(TooLarge):
        packets.asked_listing(packet("command=ls-refs\n") + endless)


def test_who_names_too_many_prefixes_is_shown_all_refs() -> None:
    names = [packet(f"ref-prefix refs/heads/{at}\n") for at in range(packets.MAX_PREFIXES + 1)]
    listing = packets.asked_listing(packet("command=ls-refs\n") + b"".join(names) + packets.FLUSH)
    assert listing == Listing()


def test_an_old_client_is_told_every_ref_at_once() -> None:
    told = packets.fetch_advertisement(REFS, 0)
    lines = [line for line in packets.packets(told) if line]
    assert lines[1].startswith(f"{ONE} HEAD\0".encode())
    assert b" symref=HEAD:refs/heads/main " in lines[1]
    assert lines[2:] == [
        f"{ONE} refs/heads/main\n".encode(),
        f"{TWO} refs/tags/v1\n".encode(),
        f"{ONE} refs/tags/v1^{{}}\n".encode(),
    ]
    assert b"capabilities^{}\0" in packets.fetch_advertisement({}, 1)


def test_a_report_is_told_in_the_form_asked_for() -> None:
    report = Report({"refs/heads/a": "", "refs/heads/b": "no"}, ("look here",))
    status = (
        packet("unpack ok\n")
        + packet("ok refs/heads/a\n")
        + packet("ng refs/heads/b no\n")
        + packets.FLUSH
    )
    assert packets.told(Push((), frozenset({"report-status"})), report) == status
    both = frozenset({"report-status", "side-band-64k"})
    on_bands = packet(b"\2look here\n") + packet(b"\1" + status) + packets.FLUSH
    assert packets.told(Push((), both), report) == on_bands
    assert packets.told(Push((), frozenset()), report) == b""


def test_long_answers_are_cut_to_what_a_packet_holds() -> None:
    cut = list(packets.packets(packets.band(1, bytes(100_000))))
    assert [len(line or b"") for line in cut] == [65_516, 34_486]
