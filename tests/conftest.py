"""What every test may ask for; the fixtures themselves are in tests/fixtures, one server each."""

import os
import sys

# Some of these tests start processes. Where the environment forbids compiled files, each of them would
# compile all that it imports, which takes longer than most tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

pytest_plugins = [
    "pytester",
    "tests.fixtures.skips",
    "tests.fixtures.processes",  # before those that import from it
    "tests.fixtures.postgresql",
    "tests.fixtures.redis",
    "tests.fixtures.databases",
    "tests.fixtures.node",
    "tests.fixtures.browser",
]
