# The portal's commands. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2
SCALE ?= smoke
FAULT_SEEDS ?= 1 2 3
FAULT_SECONDS ?= 20
PEERS := .venv-bench

.PHONY: help install up test check bench bench-peers test-long faults format

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# Debian puts venv into a package of its own; without it, half an environment would be left behind.
$(STAMP): requirements/runtime.txt requirements/dev.txt
	@command -v $(PYTHON) >/dev/null || { \
	  echo "$(PYTHON) is not installed. On Debian: apt-get install python3.11 python3.11-venv"; \
	  echo "A newer one serves as well: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make environments. On Debian: apt-get install $(notdir $(PYTHON))-venv"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

install: $(STAMP) ## Install the pinned dependencies into .venv

up: install ## Run the whole portal with a demonstration, until Ctrl-C (PORT=8000)
	@exec $(BIN)/python -m trusst_support.local.up

test: check ## Check, then run every test in parallel
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

check: install ## Lint, types, layers and migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

test-long: install ## The long suites: further journeys, every page's accessibility, faults, whole starts and ends
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m long

faults: install ## Hurt workers and servers, then compare all with the rules (FAULT_SEEDS, FAULT_SECONDS)
	FAULT_SEEDS="$(FAULT_SEEDS)" FAULT_SECONDS=$(FAULT_SECONDS) $(BIN)/python -m pytest -n 0 -m faults tests/faults

bench: install ## The benchmarks; figures, not verdicts (SCALE=smoke or full)
	$(BIN)/python -m benchmarks.run --scale $(SCALE)

bench-peers: $(PEERS)/.installed ## Our calendar beside pandas and businesstimedelta
	$(PEERS)/bin/python -m benchmarks.peers

$(PEERS)/.installed: requirements/bench.txt
	@test -x $(PEERS)/bin/pip || $(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

format: install ## Put the code into the project's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
