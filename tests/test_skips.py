"""The rule of tests/fixtures/skips.py: continuous integration allows no skipped test."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SUITE = """
    import pytest

    def test_passes(): pass

    @pytest.mark.skip(reason="no server")
    def test_is_skipped(): pass

    @pytest.mark.xfail(reason="a known gap")
    def test_fails_as_expected(): raise AssertionError
"""


@pytest.mark.parametrize(
    ("ci", "outcomes"),
    [
        ("", {"passed": 1, "skipped": 1, "xfailed": 1}),
        ("true", {"passed": 1, "errors": 1, "xfailed": 1}),
    ],
)
def test_a_skip_is_a_failure_in_ci_alone(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str, outcomes: dict[str, int]
) -> None:
    monkeypatch.setenv("CI", ci)
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_inprocess("-p", "tests.fixtures.skips", "-p", "no:asyncio")
    assert result.parseoutcomes() == outcomes
    assert ("CI allows no skip. Skipped: no server" in result.stdout.str()) is (ci == "true")


def test_a_skipped_module_is_a_failure_in_ci(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    pytester.makepyfile("import pytest; pytest.importorskip('no_such_module')")
    result = pytester.runpytest_inprocess("-p", "tests.fixtures.skips", "-p", "no:asyncio")
    assert result.parseoutcomes() == {"errors": 1}
    result.stdout.fnmatch_lines(["*was skipped, and CI allows no skip.*no_such_module*"])


def test_make_soak_runs_every_file_with_a_test_that_only_it_runs() -> None:
    soak = (ROOT / "Makefile").read_text().split("\nsoak:")[1].split("\ncheck:")[0]
    folders = tuple(f"{path}" for path in soak.split() if path.startswith("tests/"))
    marked = [
        str(path.relative_to(ROOT))
        for path in ROOT.glob("tests/**/test_*.py")
        if "@pytest.mark.soak" in path.read_text() and path.name != Path(__file__).name
    ]
    assert len(marked) >= 7
    assert [path for path in marked if not path.startswith(folders)] == []
