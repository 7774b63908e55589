# Hadir. `make demo` needs Python 3.11 and make; everything else it installs itself, here and from Debian.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt
# Debian's packages, from lists that may be missing or old on a fresh machine.
APT := scripts/apt-install
ARGS ?=
# Many tests wait for something: two workers a processor.
WORKERS ?= $(shell expr 2 \* $$(nproc))

.PHONY: help demo install test lint types imports check-system pytest bench test-live audit clean

help:  ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: $(VENV)/.installed  ## Set everything up and open the demo at http://127.0.0.1:8080
	@$(BIN)/hadir demo $(ARGS)

install: $(VENV)/.installed  ## Set up .venv with `hadir` in it

test: lint types imports pytest  ## Everything that must hold: lint, types, import rules, tests on SQLite and PostgreSQL, browser

lint: $(VENV)/.installed-test  ## Style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-test  ## Types
	$(BIN)/mypy

imports: $(VENV)/.installed-test  ## Who may import whom
	$(BIN)/lint-imports

pytest: $(VENV)/.installed-test check-system
	$(BIN)/pytest -n $(WORKERS) -m "not live" $(ARGS)

bench: $(VENV)/.installed-test check-system  ## Measure check-ins, judging, rotas and reports beside their ceilings; writes bench/*.md
	@command -v wrk >/dev/null || $(APT) wrk
	$(BIN)/python -m bench $(ARGS)

test-live: $(VENV)/.installed-test  ## The tests against running servers whose addresses are given
	$(BIN)/pytest -m live $(ARGS)

audit: $(VENV)/.installed-test  ## Known weaknesses in what we depend on (asks the vulnerability database)
	$(BIN)/pip-audit --skip-editable

clean:  ## Remove what was made here; databases and settings stay
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What the tests start: a PostgreSQL server, a browser, Playwright's driver, which needs a library of Debian's, and
# poppler's programs, which read PDF files and check their signatures.
check-system: $(VENV)/.installed-test
	@compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || $(APT) postgresql
	@test -x /usr/bin/chromium || $(APT) chromium
	@command -v pdfsig >/dev/null || $(APT) poppler-utils
	@$(BIN)/playwright --version >/dev/null 2>&1 || $(APT) libatomic1

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Hadir needs Python 3.11 or later" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(APT) python3-venv
	@echo "Making $(VENV) with $(PYTHON) …"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what Hadir needs (a minute or two, once) …"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what the tests need (a minute or two, once) …"
	@$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.installed
