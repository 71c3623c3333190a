"""The pages of an instance under a root path, behind a proxy that takes the path off."""

from __future__ import annotations

import re
from pathlib import Path

WEB = Path(__file__).parents[2] / "clients/web/src"
COMMENT = re.compile(r"/\*.*?\*/|<!--.*?-->|(?<![:\"'`])//[^\n]*", re.DOTALL)
# A path of the instance, but for one that a function of `rootPath.ts` takes or returns.
OWN_PATH = re.compile(
    r"""(?<!rootedPath\()(?<!rootedAddress\()(?<!pagePath\(\)[ ]===[ ])["'`]/(?:[a-z][\w./-]*)?(?:["'`?]|\$\{)"""
)
# A request that `sendSession` puts under the root path, a separator, and the type of such a path.
HARMLESS = re.compile(
    r"""sendSession(?:<[^(]*>)?\(\s*"[A-Z]+",\s*"/|(?:split|join|startsWith)\("/"\)|`/\$\{string\}`"""
)
OWN_ADDRESS = re.compile(r"\blocation\.(?:pathname|origin|host)\b")
# Both are about the whole address of the page.
WHOLE_ADDRESS = {"shared/rootPath.ts", "shared/address.ts", "signin/code.svelte.ts"}


def list_sources() -> dict[str, str]:
    files = [file for file in WEB.rglob("*") if file.suffix in (".ts", ".svelte")]
    return {
        file.relative_to(WEB).as_posix(): COMMENT.sub("", file.read_text())
        for file in files
        if file.name != "graphql-env.d.ts"
    }


def test_every_path_of_the_instance_begins_with_the_root_path() -> None:
    sources = list_sources()
    bypassing = [
        (name, match.group())
        for name, text in sources.items()
        for match in OWN_PATH.finditer(HARMLESS.sub("", text))
    ]
    addresses = {name for name, text in sources.items() if OWN_ADDRESS.search(text)}
    assert (bypassing, addresses - WHOLE_ADDRESS) == ([], set())
