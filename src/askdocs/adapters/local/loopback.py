"""Tell a server on this machine from one elsewhere, by its URL."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


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
