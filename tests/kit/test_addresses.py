"""Where the hub may be sent, and where not, however it is spelled."""

import pytest

from bearhug.kit.addresses import AddressRefused, Guard

# fmt: off
INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.1.1",
    "169.254.169.254", "100.100.100.200", "192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "::1", "::", "::7f00:1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::1",
    "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    "192.88.99.1",
]
# fmt: on
OUTSIDE = ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


def guard(text: str = "", *found: str) -> Guard:
    return Guard.parse(text, lambda host, port: list(found))


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_inside_is_called_by_its_number_or_a_name(address: str) -> None:
    for asked, found in ((address, ""), (f"[{address}]", ""), ("hooks.example", address)):
        with pytest.raises(AddressRefused, match="private network"):
            guard("", found).addresses(asked, 80)


@pytest.mark.parametrize("address", OUTSIDE)
def test_the_internet_may_be_called(address: str) -> None:
    assert guard("", address).addresses("hooks.example", 443) == [address]
    assert guard().addresses(address, 443)


def test_one_inside_among_many_is_enough_to_refuse() -> None:
    with pytest.raises(AddressRefused):
        guard("", "8.8.8.8", "10.0.0.1").addresses("hooks.example", 443)


@pytest.mark.parametrize("spelled", ["2130706433", "0x7f.1", "127.1", "017700000001", "localhost"])
def test_other_spellings_are_looked_up_and_then_checked(spelled: str) -> None:
    with pytest.raises((AddressRefused, OSError)):
        Guard.parse("").addresses(spelled, 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "LOCALHOST."])
def test_what_needs_no_looking_up_is_refused_early(host: str) -> None:
    with pytest.raises(AddressRefused):
        guard().check_literal(host)
    guard("127.0.0.1, ::1").check_literal(host)
    guard().check_literal("hooks.example")


def test_an_operator_allows_hosts_networks_and_a_lab() -> None:
    lab = guard("private", "10.1.2.3")
    assert lab.addresses("hooks.example", 80) == ["10.1.2.3"]
    for still in ("127.0.0.1", "169.254.169.254", "fe80::1", "100.100.100.200", "fd00:ec2::254"):
        with pytest.raises(AddressRefused):
            lab.addresses(still, 80)
    assert guard("10.1.0.0/16", "10.1.2.3").addresses("hooks.example", 80)
    with pytest.raises(AddressRefused):
        guard("10.1.0.0/16", "10.2.2.3").addresses("hooks.example", 80)
    assert guard(" Hooks.Lab ,", "10.2.2.3").addresses("hooks.lab.", 80)
    with pytest.raises(AddressRefused):
        guard("hooks.lab", "10.2.2.3").addresses("other.lab", 80)


def test_what_is_no_network_is_said_at_the_start() -> None:
    with pytest.raises(ValueError, match="host bits"):
        Guard.parse("10.0.0.1/8")
