"""Tell a server on this machine from one elsewhere, by its URL, and whether one listens."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_loopback(url: str) -> bool:
    """Return whether *url* is on this machine, where no proxy has any business.

    Without a scheme it begins with the host; without a host it is on this machine. No
    name is looked up, so of all names only "localhost" counts.

    Raises:
        ValueError: if it is no URL, as "http://[".

    >>> [is_loopback(url) for url in ("https://[::1]:6333", "127.0.0.2:80", "gpu-box")]
    [True, True, False]
    """
    host = urlsplit(url if "://" in url else f"//{url}").hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in {"", "localhost"}


def is_listening(url: str, *, limit_s: float) -> bool:
    """Return whether anything accepts a connection at *url*; on this machine that is quick.

    It costs no import of a client, which is what a machine without any server saves.
    """
    parts = urlsplit(url)
    address = (
        parts.hostname or "127.0.0.1",
        parts.port or _DEFAULT_PORTS[parts.scheme],
    )
    try:
        socket.create_connection(address, timeout=limit_s).close()
    except OSError:
        return False
    return True
