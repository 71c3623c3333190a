"""What every test may ask for; the fixtures themselves are in tests/fixtures, one server each."""

pytest_plugins = [
    "pytester",
    "tests.fixtures.skips",
    "tests.fixtures.processes",  # before postgresql, which imports from it
    "tests.fixtures.postgresql",
    "tests.fixtures.databases",
    "tests.fixtures.node",
    "tests.fixtures.browser",
]
