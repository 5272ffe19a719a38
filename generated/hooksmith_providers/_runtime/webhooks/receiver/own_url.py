"""The URL of a receiver, which a signature may cover.

The `Host` of a request is the sender's word. A receiver that trusts it takes deliveries that were signed for another
receiver with the same secret.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import SignatureError, SignatureReason

_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
_PORT = re.compile(r":[0-9]*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnURL:
    """The URL that senders call, or the hosts that a request may name; both are None if no signature covers the URL."""

    url: str | None = None
    hosts: frozenset[str] | None = None

    def of(self, url: str | None) -> str | None:
        """Return the URL to verify a request with. `url`: that of the request.

        Raises:
            SignatureError: The request names a host that is not among `hosts`.
        """
        if self.url is not None or url is None or self.hosts is None or "*" in self.hosts:
            return self.url or url
        match = _AUTHORITY.match(url)
        host = match[1].lower() if match else ""
        if host not in self.hosts and _PORT.sub("", host) not in self.hosts:
            raise SignatureError(
                SignatureReason.OTHER_HOST, "the request is for a host that is not among `hosts`"
            )
        return url


def own_url(url: str | None, hosts: Sequence[str] | None, *, is_signed: bool) -> OwnURL:
    """Return the checked URL and hosts of a receiver.

    Args:
        url: The URL that senders call.
        hosts: Host names, with a port if only that port is admitted; `*`: any host.
        is_signed: Whether signatures cover the URL.

    Raises:
        TypeError: Signatures cover the URL, and there is neither a URL nor hosts; or `hosts` is a text.
    """
    if isinstance(hosts, str):
        raise TypeError("hosts: a list of host names, not a text")
    if is_signed and url is None and not hosts:
        raise TypeError(
            "the signature covers the URL: pass url=, the URL that the sender calls, or hosts=, the host names "
            "under which this receiver is reached, such as ['example.com']"
        )
    return OwnURL(url=url, hosts=None if hosts is None else frozenset(map(str.lower, hosts)))
