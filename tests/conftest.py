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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order files that start processes first, so that the last tests to run are short."""
    slow = {item.path for item in items if item.get_closest_marker("integration")}
    items.sort(key=lambda item: item.path not in slow)


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
