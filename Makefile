# Each target makes its own environment in .venv from the pinned versions in constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOWEST := .venv-lowest
STUDY ?= studies/quickstart
# Tests run in two processes: more would disturb those that time.
PYTEST := -m pytest -q -n 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help quickstart test test-lowest test-transformers check format lint types layers examples docs coverage bench bench-loadgen bench-loadgen-peers bench-runtime bench-economics bench-frontier soak audit clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "isocost needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "$(PYTHON) cannot make an environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 2; }

$(VENV)/.engine: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "installing isocost[engine] into $(VENV) ..." >&2
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[engine]'
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "installing isocost[engine,prices,carbon,scale,tokenizers,dev] into $(VENV) ..." >&2
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[engine,prices,carbon,scale,tokenizers,dev]'
	@touch $@ $(VENV)/.engine

$(LOWEST)/.installed: pyproject.toml lowest.txt constraints.txt
	@$(PYTHON) -m venv --clear $(LOWEST)
	@echo "installing the lowest versions into $(LOWEST) ..." >&2
	@$(LOWEST)/bin/python -m pip install -q --disable-pip-version-check -c lowest.txt -e '.[engine]' \
	  $$(grep -E '^(hypothesis|pytest)==' constraints.txt)
	@touch $@

$(VENV)/.transformers: $(VENV)/.dev
	@echo "installing isocost[transformers] into $(VENV) (several GB) ..." >&2
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[transformers]'
	@touch $@

quickstart: $(VENV)/.engine  ## measure the embedded engine on this machine and write a priced report
	@$(BIN)/isocost quickstart --out $(STUDY)

test: $(VENV)/.dev  ## the whole suite
	$(BIN)/python $(PYTEST)

test-lowest: $(LOWEST)/.installed  ## the whole suite with the lowest versions that are allowed
	$(LOWEST)/bin/python -m pytest -q

test-transformers: $(VENV)/.transformers  ## the tests that need torch and transformers
	$(BIN)/python -m pytest -q -m transformers tests

check: format lint types layers docs audit test  ## everything that review runs

format: $(VENV)/.dev  ## is the code formatted?
	$(BIN)/ruff format --check src tests benchmarks docs

lint: $(VENV)/.dev  ## ruff
	$(BIN)/ruff check src tests benchmarks docs

types: $(VENV)/.dev  ## mypy, strict
	$(BIN)/mypy

layers: $(VENV)/.dev  ## who may import whom
	$(BIN)/lint-imports

examples: $(VENV)/.dev  ## docstrings and Markdown blocks
	$(BIN)/python -m pytest -q src tests/examples

audit: $(VENV)/.dev  ## known vulnerabilities of dependencies; says "not audited" where nobody can be asked
	@$(BIN)/python benchmarks/audit.py

docs: $(VENV)/.dev  ## build the pages; a warning fails
	$(BIN)/sphinx-build -q -W -E docs docs/_build/html

coverage: $(VENV)/.dev  ## the whole suite, and which lines it runs (at least 90 %)
	$(BIN)/python $(PYTEST) --cov --cov-report=term:skip-covered

bench: coverage $(VENV)/.dev  ## print the figures that the project promises
	@for part in startup install_size engine_throughput runtime_heldout report_speed; do \
	  $(BIN)/python benchmarks/$$part.py || exit 1; done
	$(BIN)/python benchmarks/loadgen --tools isocost

bench-loadgen: $(VENV)/.dev  ## our stopwatch, and other load generators that are installed, against a known server
	$(BIN)/python benchmarks/loadgen --out benchmarks/results/loadgen.md $(if $(PEERS),--peers $(PEERS))

bench-loadgen-peers: $(VENV)/.dev  ## install the other load generators, each into an environment of its own
	$(BIN)/python benchmarks/loadgen/peers.py

bench-runtime: $(VENV)/.dev  ## every figure of idealized runtime beside its target and what others reach
	$(BIN)/python benchmarks/runtime_all.py

bench-economics: $(VENV)/.dev  ## figures of the economics beside their oracles
	@for part in benchmarks/economics_*.py; do $(BIN)/python $$part || exit 1; done

bench-frontier: $(VENV)/.dev  ## figures of the frontier beside published scores and peers
	@for part in benchmarks/frontier_*.py; do $(BIN)/python $$part || exit 1; done

soak: $(VENV)/.dev  ## what takes long: many kills under load, every guard taken away
	$(BIN)/python benchmarks/kills.py --kills 200
	$(BIN)/python benchmarks/fuzz_event_stream.py
	@if $(BIN)/python -c 'import atheris' 2>/dev/null; then $(BIN)/python benchmarks/fuzz_event_stream.py --atheris 60; \
	else echo 'atheris is not installed: no inputs were grown'; fi
	$(BIN)/python benchmarks/guards.py --jobs 2

clean:  ## remove the environment and what was built
	rm -rf $(VENV) $(LOWEST) docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
