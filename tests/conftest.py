"""What every test may ask for; the fixtures themselves are in tests/fixtures, one server each."""

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
