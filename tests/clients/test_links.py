"""Pages link to addresses of the web alone, whatever address was recorded."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

WEB = Path(__file__).parents[2] / "clients/web"
# A link to an address as it was recorded, such as `href={policy.url}`.
RECORDED_LINK = re.compile(r"""href=(?:\{|"\{)[^}]*\b(?:url|Url)\b""")
LINKED = {
    "https://sumedangkab.go.id/spbe": "https://sumedangkab.go.id/spbe",
    "HTTP://sumedangkab.go.id": "http://sumedangkab.go.id/",
    "javascript:alert(document.domain)": None,
    " \tJaVaScRiPt:alert(1)": None,
    "java\nscript:alert(1)": None,
    "data:text/html,<script>alert(1)</script>": None,
    "vbscript:msgbox(1)": None,
    "file:///etc/passwd": None,
    "blob:https://sumedangkab.go.id/1": None,
    "//sumedangkab.go.id": None,
    "sumedangkab.go.id": None,
    "": None,
}
RUN = """
const typescript = require("./node_modules/typescript");
const source = require("fs").readFileSync("src/shared/webAddress.ts", "utf8");
const module_ = { exports: {} };
new Function("exports", typescript.transpile(source, { module: 1, target: 9 }))(module_.exports);
const addresses = JSON.parse(process.argv[1]);
console.log(JSON.stringify(addresses.map(module_.exports.webAddress)));
"""


def test_only_an_address_of_the_web_becomes_a_link(node: str) -> None:
    run = subprocess.run(
        [node, "-e", RUN, json.dumps([*LINKED])],
        cwd=WEB,
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert dict(zip(LINKED, json.loads(run.stdout), strict=True)) == LINKED


def test_no_page_links_to_an_address_as_it_was_recorded() -> None:
    recorded = [
        (path.name, match.group())
        for path in (WEB / "src").rglob("*.svelte")
        for match in RECORDED_LINK.finditer(path.read_text())
    ]
    assert recorded == []
