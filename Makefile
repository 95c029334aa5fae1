# `make demo` and `make test` are all a newcomer needs; CONTRIBUTING.md tells what the rest is for.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help setup demo test check conformance generate record bench soak format clean

help:
	@echo "make demo [FILE=path.json]  compress a JSON file, sync and async, and show the saving"
	@echo "make test                   run the tests"
	@echo "make check                  formatting, lint, types, layers, and drift of what is made"
	@echo "make conformance            the notation's official fixtures (needs npm), and schemathesis at kaizen serve"
	@echo "make generate               make the client anew from openapi.yaml"
	@echo "make record                 record the cassettes anew"
	@echo "make bench                  measure, as ratios taken in one run"
	@echo "make soak [MINUTES=10]      use both clients against a server that misbehaves, and account for every call"
	@echo "make format                 format the code"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which with PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --constraint constraints.txt pip

# What the package itself needs: enough for the demo.
$(VENV)/.installed: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing kaizen-client into $(VENV)"
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

# The tools on top: for tests and maintenance.
$(VENV)/.tools: $(VENV)/.installed
	@echo "installing the development tools into $(VENV)"
	@$(PIP) install --constraint constraints.txt --group dev
	@touch $@

setup: $(VENV)/.tools

demo: $(VENV)/.installed
	@$(BIN)/python scripts/demo.py $(if $(FILE),"$(FILE)")

test: $(VENV)/.tools
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.tools
	@$(BIN)/ruff format --check --quiet . || { echo "run \`make format\`"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/openapi-spec-validator openapi.yaml
	@$(BIN)/python scripts/generate.py --check
	@$(BIN)/python scripts/check_facade.py
	@$(BIN)/python scripts/faults_page.py --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

conformance: $(VENV)/.tools
	@$(BIN)/python scripts/conformance/notation.py
	@$(BIN)/python scripts/conformance/server.py

generate: $(VENV)/.tools
	@$(BIN)/python scripts/generate.py
	@$(BIN)/python scripts/check_facade.py
	@$(BIN)/python scripts/faults_page.py

record: $(VENV)/.tools
	@$(BIN)/python scripts/record.py

bench: $(VENV)/.tools
	@$(BIN)/python scripts/bench/imports.py
	@$(BIN)/python scripts/bench/memory.py
	@$(BIN)/python scripts/bench/codec.py
	@$(BIN)/python scripts/bench/prompts.py
	@$(BIN)/python scripts/bench/deadline.py
	@$(BIN)/python scripts/bench/bomb.py
	@$(BIN)/python scripts/bench/brownout.py
	@$(BIN)/python scripts/bench/server.py

soak: $(VENV)/.tools
	@$(BIN)/python scripts/soak.py --minutes $(or $(MINUTES),10)

format: $(VENV)/.tools
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
