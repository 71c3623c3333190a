"""The address of the pages of an instance, which are on the host of its API."""

from __future__ import annotations

from urllib.parse import urlsplit


def pages_address(url: str) -> str:
    """Return the scheme and the host of the pages, by the address of the API in SIMPUL_URL."""
    parts = urlsplit(url)
    scheme = "https" if parts.scheme in ("https", "wss") else "http"
    return f"{scheme}://{parts.netloc}"
