"""Configures the test suite; the fixtures are in tests/fixtures, one module for each server."""

import gc
import os
import sys

import hypothesis
import pytest

# Some tests start processes. If the environment forbids compiled files, each process would compile
# all modules that it imports, which takes longer than most tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# The width of the terminal; the tests of command output set it themselves.
os.environ.pop("COLUMNS", None)


# No deadline, because a busy machine must not fail a test.
hypothesis.settings.register_profile("suite", max_examples=12, deadline=None)
hypothesis.settings.register_profile("soak", max_examples=300, deadline=None)
hypothesis.settings.load_profile("suite")


def pytest_xdist_auto_num_workers() -> int:
    """Use one more worker than cores, because many tests mostly wait for servers."""
    return (os.cpu_count() or 1) + 1


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add options with which `make soak` runs longer than the suite."""
    parser.addoption(
        "--seeds",
        default="1",
        help="Number of random inventories to try, and a measure of other searches.",
    )
    parser.addoption("--nation", action="store_true", help="Use the whole made-up nation.")
    parser.addoption("--soak", action="store_true", help="Also run the tests marked as soak.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of `make soak`, and order files that start processes first.

    So the last tests to run are short.
    """
    if not config.getoption("--soak"):
        left_out = [item for item in items if _is_soak(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    slow = {item.path for item in items if item.get_closest_marker("integration")}
    items.sort(key=lambda item: item.path not in slow)


def _is_soak(item: pytest.Item) -> bool:
    """Whether only `make soak` runs a test: it, or its variant on this database, is marked so."""
    marker = item.get_closest_marker("soak")
    if marker is None:
        return False
    variant = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return "database" not in marker.kwargs or marker.kwargs["database"] in variant


def pytest_collection_finish() -> None:
    """Freeze the imported objects, so that garbage collection examines only those of the tests."""
    gc.collect()
    gc.freeze()


pytest_plugins = [
    "pytester",
    "tests.fixtures.skips",
    "tests.fixtures.processes",  # before the modules that import from it
    "tests.fixtures.postgresql",
    "tests.fixtures.redis",
    "tests.fixtures.databases",
    "tests.fixtures.nation",
    "tests.fixtures.node",
    "tests.fixtures.browser",
]
