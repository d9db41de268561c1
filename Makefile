# Two commands for a newcomer: make serve, make test. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
.DEFAULT_GOAL := help
.PHONY: help serve demo test check fmt journeys bench lock messages rows lines

help:  ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */  make \1\t/'

serve: .venv/.run  ## the index on http://localhost:8000
	$(BIN)/strongroom serve $(ARGS)

demo: .venv/.run  ## the same in a throw-away folder, filled with a believable index
	$(BIN)/strongroom demo $(ARGS)

test: .venv/.dev  ## every test, on SQLite and on PostgreSQL
	$(BIN)/python -m pytest --database=sqlite -n 2 --dist loadgroup $(ARGS)
	$(BIN)/python -m pytest --database=postgresql -n 2 --dist loadgroup $(ARGS)

journeys: .venv/.dev  ## only the journeys: real clients, a real browser
	$(BIN)/python -m pytest --database=sqlite -m journey tests/journeys $(ARGS)

check: .venv/.dev  ## format, lint, types, imports, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	STRONGROOM_DATA_FOLDER=.cache/check $(BIN)/mypy
	STRONGROOM_DATA_FOLDER=.cache/check $(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_repository.py

fmt: .venv/.dev  ## put the code into the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.dev  ## speed, as ratios against others in one run
	$(BIN)/python -m benchmarks $(ARGS)

lock: .venv/.dev  ## newest versions into requirements/, with hashes
	for name in run build dev; do \
	  $(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --no-annotate requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done
	$(BIN)/uv pip compile --upgrade --no-deps --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate requirements/spark.in -o requirements/spark.txt

messages: .venv/.dev  ## bring the French catalogue in line with the texts
	$(BIN)/python -m tests.site.catalogue

rows: .venv/.dev  ## docs/security: each row with its tests
	$(BIN)/python -m tests.rows

lines: .venv/.dev  ## count lines for the map in the README
	$(BIN)/python -m tests.lines

# The environment: made again whenever a lock file changes.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3 ..."; exit 1; }
	@$(PYTHON) -m venv .venv 2>/dev/null || { \
	  rm -rf .venv; $(PYTHON) -m venv --without-pip .venv && $(PYTHON) -m pip --python .venv/bin/python install -q pip 2>/dev/null; } || { \
	  rm -rf .venv; echo "Python has neither venv nor pip here. On Debian: apt install python3-venv"; exit 1; }

.venv/.run: .venv/bin/python requirements/run.txt requirements/build.txt pyproject.toml $(wildcard strongroom/locale/*/LC_MESSAGES/*.po)
	@echo "Preparing the environment (once) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	@echo "Preparing what tests need (once) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@
