# Each target is the only command needed on a fresh clone with Python 3.11 or newer, git and make.
# What has to be set up first, and is not yet, bootstrap.py sets up.

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test soak check format proxies sbom clean

help:  ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run:  ## Start a hub with the real data of West Java on http://localhost:8000 (ARGS=--replay)
	@$(PYTHON) bootstrap.py run
	@exec $(BIN)/simpul demo $(ARGS)

test:  ## Run all tests and, beside them, all checks (ARGS goes to pytest)
	@$(PYTHON) bootstrap.py test
	@nice $(MAKE) --no-print-directory check >.check.log 2>&1 & check=$$!; \
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS); \
	tests=$$?; \
	wait $$check; checks=$$?; \
	cat .check.log; rm .check.log; \
	if [ $$checks -eq 0 ]; then echo "make check: passed"; else echo "make check: FAILED"; fi; \
	if [ $$tests -eq 0 ]; then echo "tests: passed"; else echo "tests: FAILED, see above"; fi; \
	[ $$checks -eq 0 ] && [ $$tests -eq 0 ]

soak:  ## Try what the tests have no time for: many random inventories, long chaos, a whole nation
	@$(PYTHON) bootstrap.py test
	CHAOS_SECONDS=120 CHAOS_CLIENTS=40 FEDERATION_KILLS=20 SIMPUL_TEST_SUBSCRIBERS=200 \
		$(BIN)/python -m pytest --soak --seeds 60 --nation --hypothesis-profile soak $(ARGS) \
		tests/api/test_random_inventories.py tests/api/test_loading.py tests/api/test_incremental_announcements.py \
		tests/clients/test_session_states.py tests/clients/test_wall.py \
		tests/engine/assessment tests/engine/path tests/engine/verification \
		tests/hub/auth/test_access_watch.py tests/hub/process tests/realtime/test_redis_broker.py \
		tests/regions/test_hostile_node.py tests/regions/test_hostile_logs.py tests/regions/test_kills.py tests/regions/test_nation.py tests/resolvers/test_seed.py tests/storage tests/test_chaos.py

check:  ## The lock, lint, types, import contracts, the committed schema, the web client's types
	@$(PYTHON) bootstrap.py check
	env -u UV_DEFAULT_INDEX -u UV_INDEX_URL $(BIN)/uv lock --check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/simpul export-schema --check
	@$(PYTHON) bootstrap.py npm run check

format:  ## Rewrite the Python code as ruff wants it
	@$(PYTHON) bootstrap.py check
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

proxies:  ## Try the examples of nginx and HAProxy before a hub, with TLS, where these are installed
	@$(PYTHON) bootstrap.py test
	@PATH="$$PATH:/usr/sbin" $(BIN)/python -m tests.proxies.try_proxies $(ARGS)

sbom:  ## Write the packages that a release consists of to dist/sbom-*.json (CycloneDX)
	@$(PYTHON) bootstrap.py sbom

clean:  ## Remove what set-up and builds made; a data folder stays
	rm -rf .venv clients/web/node_modules clients/web/dist
	rm -rf tests/node/node_modules tests/gateways/node_modules
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
