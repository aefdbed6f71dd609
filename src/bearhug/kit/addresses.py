"""Where the hub itself may send requests that others ask it for: not into its own network.

Whoever may name an address (a webhook, a picture) would otherwise reach what only this machine
can: its loopback, its neighbours, its cloud's metadata service.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]
"""The addresses of a host, as text. Raises OSError for a name nobody knows. It may wait long."""

PRIVATE = "private"
_PRIVATE = [
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
]
"""What `private` allows: the networks of a house, a lab, a VPN. Never loopback or link-local."""

_METADATA = [ip_network("100.100.100.200/32"), ip_network("fd00:ec2::254/128")]
"""Metadata services of clouds that lie within those."""

_TUNNELS = [ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23")]
"""Protocol assignments: ways into other networks (6to4, Teredo and their like), and no hosts."""

_CARRIERS = [
    (ip_network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (ip_network("64:ff9b::/96"), 0),  # NAT64
    (ip_network("::/96"), 0),  # IPv4-compatible
    (ip_network("2002::/16"), 80),  # 6to4
]
"""IPv6 addresses that stand for an IPv4 one, and how far from their right end it is, in bits."""


class AddressRefused(Exception):
    """The hub does not go there. The message says why, and what an operator may set."""


@dataclass(frozen=True)
class Guard:
    """Which addresses may be asked besides the public ones, and how names are looked up."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    private: bool = False
    resolve: Resolver = lambda host, port: resolve(host, port)

    @classmethod
    def parse(cls, text: str, resolver: Resolver | None = None) -> "Guard":
        """From hosts, addresses and networks with commas between, `private` among them.

        Raises ValueError for a network that is none.
        """
        words = [word.strip().lower() for word in text.split(",") if word.strip()]
        networks = [_network(word) for word in words]
        hosts = {word for word, net in zip(words, networks, strict=True) if net is None}
        return cls(
            frozenset(hosts - {PRIVATE}),
            tuple(net for net in networks if net is not None),
            PRIVATE in hosts,
            resolver or resolve,
        )

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Where this host is, each address checked: connect to one of these, to no other.

        Looking the name up again could give another answer. Raises AddressRefused, OSError.
        """
        literal = _literal(host)
        found = [str(literal)] if literal else list(self.resolve(host, port))
        if not found:
            raise OSError(f"{host} has no address")
        if host.lower().rstrip(".") not in self.hosts:
            for text in found:
                self._check(host, text)
        return found

    def check_literal(self, host: str) -> None:
        """As `addresses` does, as far as it goes without asking anyone. Raises AddressRefused."""
        literal = _literal(host)
        if literal is not None:
            self._check(host, str(literal))
        elif host.lower().rstrip(".") in ("localhost", "ip6-localhost") and not (
            host.lower() in self.hosts or self._allows(ip_address("127.0.0.1"))
        ):
            raise _refused(host)

    def _check(self, host: str, text: str) -> None:
        if not self._allows(ip_address(text.partition("%")[0])):
            raise _refused(host)

    def _allows(self, address: Address) -> bool:
        address = carried(address)
        if any(address in network for network in self.networks):
            return True
        if self.private and any(address in network for network in _PRIVATE):
            return not any(address in network for network in _METADATA)
        return is_public(address)


def is_public(address: Address) -> bool:
    """Whether it is a machine on the internet, as far as the address itself says."""
    address = carried(address)
    odd = address.is_multicast or address.is_reserved or address.is_unspecified
    odd = odd or any(address in network for network in _TUNNELS)
    if isinstance(address, IPv6Address):
        odd = odd or address.is_site_local
    return address.is_global and not odd


def carried(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, or itself."""
    if isinstance(address, IPv6Address):
        for network, shift in _CARRIERS:
            if address in network and int(address) > 1:
                return IPv4Address(int(address) >> shift & 0xFFFFFFFF)
    return address


def resolve(host: str, port: int) -> Sequence[str]:
    """What this machine's own resolver says. Raises OSError, also for what can be no name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a part of it is too long, or empty
        raise OSError(f"{host} is no name") from error
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def _network(word: str) -> Network | None:
    """None for a host's name. Raises ValueError."""
    if "/" not in word and _literal(word) is None:
        return None
    return ip_network(word)


def _refused(host: str) -> AddressRefused:
    """Without the address it found: whoever asks need not learn what names mean in here."""
    return AddressRefused(
        f"{host} is inside a private network, where this hub sends nothing."
        " Its operator may allow it: BEARHUG_ALLOWED_ADDRESSES."
    )
