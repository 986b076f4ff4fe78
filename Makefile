# Every target does its own set-up from nothing but Python 3.11+ and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

# Many tests wait for servers and pages: twice as many as there are processors keep all of them at work.
WORKERS = $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) * 2)')
# Tests to run instead of all of them: make test T=tests/consent, make quick T="tests/matching -k dates"
T      ?=
# The rooms that need no database, network or clock; fewer examples of each law than `make test` takes, and without
# the tests that take seconds each.
QUICK  := tests/audit/test_chain.py tests/audit/test_checkpoint.py tests/audit/test_events.py \
          tests/matching tests/consent tests/crypto tests/vectors tests/test_parsing.py tests/test_files.py \
          --deselect tests/matching/test_candidates.py::test_candidates_come_highest_first_each_once \
          --deselect tests/matching/test_population.py::test_own_records_and_table_blend \
          --deselect tests/matching/test_score.py::test_equal_to_the_slow_twin_and_monotone

.PHONY: help demo test quick lint fmt words screens coverage bench bench-peers soak assurance fuzz lock sbom clean

help:            ## say what each target does
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

$(VENV)/.run: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	touch $@

$(VENV)/.fuzz: $(VENV)/.dev requirements-fuzz.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-fuzz.lock
	touch $@

demo: $(VENV)/.run ## three areas on this machine, three questions, what is found
	$(BIN)/hub demo

test: $(VENV)/.dev ## the whole test suite, in parallel; T=tests/consent for a part of it
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(T)

quick: $(VENV)/.dev ## the tests of the pure rooms alone, in seconds; T= as for test
	CONSENT_EXAMPLES=10 $(BIN)/pytest -n auto --hypothesis-profile=quick $(or $(T),$(QUICK))

lint: $(VENV)/.dev ## every hook of .pre-commit-config.yaml, on every file
	PRE_COMMIT_HOME=$(VENV)/pre-commit $(BIN)/pre-commit run --all-files --show-diff-on-failure

fmt: $(VENV)/.dev ## format the code, and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

words: $(VENV)/.dev ## gather the texts of the console's pages into its catalogue
	$(BIN)/python -m tests.web.console.catalogue

screens: $(VENV)/.dev ## the pictures of the README's tour, from a demonstration: needs Chromium
	$(BIN)/python -m tests.web.console.screens

coverage: $(VENV)/.dev ## branch coverage of the whole suite, room by room, against its floors
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n auto
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage json --quiet
	$(BIN)/python -m tests.coverage_floor coverage.json

bench: $(VENV)/.dev ## the measured claims of docs/benchmarks.md, about half an hour
	$(BIN)/python -m benchmarks.check
	$(BIN)/python -m benchmarks.publish
	$(BIN)/python -m benchmarks.withdraw
	$(BIN)/python -m benchmarks.casework
	$(BIN)/python -m benchmarks.repeats
	$(BIN)/python -m benchmarks.reads
	$(BIN)/python -m benchmarks.quotas
	$(BIN)/python -m benchmarks.lookup
	$(BIN)/python -m benchmarks.real_input

bench-peers: $(VENV)/.dev ## other tools on the same files, each in an environment of its own: hours
	$(BIN)/python -m benchmarks.peers

soak: $(VENV)/.dev ## the slow tests and the mutation test of the consent engine: an hour
	$(BIN)/pytest -n auto --dist worksteal -m slow
	$(BIN)/python -m tests.consent.mutation --sample 1500

assurance: $(VENV)/.dev ## the models of docs/models where proverif is on the PATH, and the long laws of the protocol everywhere
	$(BIN)/python -m tests.models.proofs
	$(BIN)/pytest -n auto --dist worksteal -m slow tests/models tests/transfers tests/federation tests/checks/test_not_told.py tests/audit

fuzz: $(VENV)/.fuzz ## ten million changed messages, files and forms, led by coverage: hours; RUNS=100000 for fewer
	$(BIN)/python -m tests.fuzz.campaign --runs $(or $(RUNS),10000000)

lock:            ## compile the lock files anew (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 --group fuzz -o requirements-fuzz.lock

sbom: $(VENV)/.dev ## what a node is made of, from requirements.lock, as CycloneDX in dist/
	mkdir -p dist
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --output-reproducible \
		--output-format JSON --output-file dist/marac-hub.cdx.json requirements.lock

clean:           ## remove the environment and everything built
	rm -rf $(VENV) .bench build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -f .coverage .coverage.* coverage.json
