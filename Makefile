# partnerdesk: every target makes its own environment first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The environment with what the console needs, and with what tests and checks need beside it.
RUNS := $(VENV)/.runs
STAMP := $(VENV)/.installed
JUDGES := $(VENV)/.judges
# More than the cores: the tests in terminals mostly wait.
WORKERS ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))
MINUTES ?= 1
SEED ?= $(shell date +%s)
DOMAIN := partnerdesk
LANGUAGES := models/languages
CODE := tui screens models mailing partnercenter rehearsal cli tests benchmarks

.PHONY: demo run test test-all test-seeds walk lint format types imports judges bench snapshots pictures lock messages docs wheel clean

demo: $(RUNS)
	$(BIN)/partnerdesk --demo

run: $(RUNS)
	$(BIN)/partnerdesk

# What guards a change, in minutes; and everything: more examples, kills and races, more pictures.
test: $(STAMP)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal --ignore tests/judges --snapshot-warn-unused
test-all: $(STAMP)
	PARTNERDESK_TEST_DEEP=1 $(BIN)/pytest -n $(WORKERS) --dist worksteal --ignore tests/judges

# Clients and tools that are not ours, in front of the rehearsal; nothing else needs them.
judges: $(JUDGES)
	$(BIN)/pytest -n 2 --dist loadfile tests/judges

# A thousand seeded runs of sending under faults, and fifty kills of a sync: an hour, alone.
test-seeds: $(STAMP)
	PARTNERDESK_TEST_DEEP=seeds $(BIN)/pytest -n $(WORKERS) --dist worksteal \
	    tests/service/test_sending_runs.py tests/service/test_sync.py

# By chance through the whole console; stops at what breaks. Further: make walk WALK="--keep-going"
walk: $(STAMP)
	$(BIN)/python -m tests.walker --minutes $(MINUTES) --seed $(SEED) --walkers 2 $(WALK)

lint: $(STAMP)
	$(BIN)/ruff check --no-cache $(CODE)
	$(BIN)/ruff format --check $(CODE)

format: $(STAMP)
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

# One row only, and quickly: make bench BENCH="--rows 4,5 --large 10000"
bench: $(STAMP)
	$(BIN)/python -m benchmarks $(BENCH)

# Look at both pictures in snapshot_report.html before you commit what this renews.
snapshots: $(STAMP)
	PARTNERDESK_TEST_DEEP=1 $(BIN)/pytest -n $(WORKERS) tests/snapshots/test_screens.py --snapshot-update
	PARTNERDESK_TEST_DEEP=1 $(BIN)/pytest tests/snapshots/test_pictures.py --snapshot-update

# Record the sessions of README and guide anew, by keys in a terminal, after the snapshots.
pictures: snapshots
	$(BIN)/python -m tests.documentation.sessions

# Collect the marked texts, merge them into the catalogues and compile these.
messages: $(STAMP)
	mkdir -p build
	$(BIN)/pybabel --quiet extract --keyword N_ --no-location --sort-output --width 100 \
	    --project partnerdesk --version "" --copyright-holder "The partnerdesk authors" \
	    --mapping-file pyproject.toml --output-file build/$(DOMAIN).pot \
	    tui screens models mailing partnercenter rehearsal cli config.toml
	$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
	    --no-wrap --domain $(DOMAIN) --input-file build/$(DOMAIN).pot --output-dir $(LANGUAGES)
	$(BIN)/pybabel --quiet compile --domain $(DOMAIN) --directory $(LANGUAGES)

# Write the pages that follow from the code: the reference, and the drawing of the rooms.
docs: $(STAMP)
	$(BIN)/python -m tests.documentation

wheel: $(STAMP)
	$(BIN)/python -m build --wheel --no-isolation

# Renew the exact versions and hashes; no index address is written.
lock: $(STAMP)
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet uv
	$(VENV)/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra dev \
	    --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	    pyproject.toml --output-file requirements.lock
	$(VENV)/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra judges \
	    --constraint requirements.lock --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --no-header --no-annotate pyproject.toml --output-file judges.lock
	$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --extra checkout \
	    --constraint requirements.lock --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --no-header --no-annotate pyproject.toml --output-file requirements-run.lock

# Python compiles what a start imports, and only that; for tests all is compiled beforehand.
$(RUNS): requirements-run.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "partnerdesk needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ...")'
	@echo "Setting up $(VENV) (once; about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements-run.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $(RUNS)

$(STAMP): requirements.lock $(RUNS)
	@echo "Adding what tests and checks need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	-@$(BIN)/python -m compileall -q $(VENV)/lib
	@touch $(STAMP)

$(JUDGES): judges.lock $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r judges.lock
	touch $(JUDGES)

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
