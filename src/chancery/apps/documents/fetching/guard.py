"""Which hosts may be reached: public ones, and private ones only if the administrator named them.

A name is resolved once and the connection goes to that very address, so that a name which changes its mind between
the question and the call leads nowhere.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_noop

from chancery.apps.documents.fetching.values import SourceUnreachable

SECONDS: Final = 30.0


class HostBarred(SourceUnreachable):
    """The host lies inside a private network, and the administrator has not named it."""

    code = "host_barred"


@dataclass(frozen=True, slots=True)
class Place:
    """A host with the one address that may be called."""

    host: str
    port: int
    address: str


def resolve(*, host: str, port: int) -> Place:
    """Return the address of a host, refused (``host_barred``) if any of its addresses is not public.

    Hosts listed in the setting CHANCERY_PRIVATE_HOSTS may have private addresses.
    """
    name = host.strip().rstrip(".").lower()
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as trouble:
        raise SourceUnreachable(gettext_noop("The host “%(host)s” is not known."), host=host) from trouble
    addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
    if name not in settings.CHANCERY_PRIVATE_HOSTS and not all(_public(each) for each in addresses):
        raise HostBarred(
            gettext_noop("“%(host)s” lies in a private network. An administrator can allow it by name."), host=host
        )
    return Place(name, port, addresses[0])


def _public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return (found.is_global and inner.is_global) or (bool(found.ipv4_mapped) and inner.is_global)
    return found.is_global and not found.is_multicast


def connect(place: Place, *, seconds: float = SECONDS) -> socket.socket:
    """Open a connection to the very address that was checked."""
    try:
        return socket.create_connection((place.address, place.port), timeout=seconds)
    except OSError as trouble:
        raise SourceUnreachable(
            gettext_noop("“%(host)s” does not answer on port %(port)s."), host=place.host, port=place.port
        ) from trouble


def tls() -> ssl.SSLContext:
    """Return how encrypted connections are checked: public authorities, and the one the administrator adds."""
    context = ssl.create_default_context()
    if settings.CHANCERY_CA_FILE:
        context.load_verify_locations(cafile=settings.CHANCERY_CA_FILE)
    return context


def connect_tls(place: Place, *, seconds: float = SECONDS) -> ssl.SSLSocket:
    """Open an encrypted connection whose certificate is for the host's name."""
    raw = connect(place, seconds=seconds)
    try:
        return tls().wrap_socket(raw, server_hostname=place.host)
    except OSError as trouble:
        raw.close()
        raise SourceUnreachable(
            gettext_noop("The encrypted connection to “%(host)s” cannot be trusted: %(trouble)s"),
            host=place.host,
            trouble=str(trouble)[:200],
        ) from trouble
