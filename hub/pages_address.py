"""The address of the pages of an instance, which are under the same root path as its API."""

from __future__ import annotations

from urllib.parse import urlsplit


def pages_address(url: str, root_path: str) -> str:
    """Return the address before the paths of pages, by the address of the API in SIMPUL_URL."""
    parts = urlsplit(url)
    scheme = "https" if parts.scheme in ("https", "wss") else "http"
    return f"{scheme}://{parts.netloc}{root_path}"
