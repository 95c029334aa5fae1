# `make demo` and `make test` are all a newcomer needs; CONTRIBUTING.md tells what the rest is for.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help setup demo test check generate facade api-diff upgrade api-check api-baseline generator-diff conformance \
	recipes record bench bench-check soak format clean

help:
	@echo "make demo [FILE=path.json]  compress a JSON file, sync and async, and show the saving"
	@echo "make test                   run the tests"
	@echo "make check                  formatting, lint, types, layers, drift of what is made, and the version"
	@echo "make api-check              what changed for users since the last release, and whether the version says so"
	@echo "make api-baseline           record the present state as released, for the version in pyproject.toml"
	@echo "make generator-diff VERSION=x  what another version of openapi-python-client would change"
	@echo "make conformance            the notation's official fixtures (needs npm), and schemathesis at kaizen serve"
	@echo "make recipes                wrapping in LiteLLM, LangChain and others, in an environment of their own (740 MB)"
	@echo "make generate               make the client anew from openapi.yaml"
	@echo "make facade                 write what openapi.yaml has and the facade lacks, then generate"
	@echo "make api-diff UPSTREAM=path-or-url   what a published document changes, and what version that is"
	@echo "make upgrade UPSTREAM=path-or-url    take that over, generate, and say what is left for a person"
	@echo "make record                 record the cassettes anew"
	@echo "make bench [ONLY=async]     measure side by side with other clients, and write docs/benchmarks.md"
	@echo "make bench-check [ONLY=async]  measure again, and fail where a ratio is worse than the recorded one"
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

# The oldest SDKs of the vendors that are supported, beside the newest: tests/vendors/ runs with both.
$(VENV)/.oldest-vendors: $(VENV)/.tools tests/vendors/oldest.txt
	@echo "installing the vendors' oldest SDKs into $(VENV)/oldest-vendors"
	@$(PIP) install --no-deps --upgrade --target $(VENV)/oldest-vendors --requirement tests/vendors/oldest.txt
	@touch $@

setup: $(VENV)/.tools $(VENV)/.oldest-vendors

demo: $(VENV)/.installed
	@$(BIN)/python scripts/demo.py $(if $(FILE),"$(FILE)")

test: $(VENV)/.tools $(VENV)/.oldest-vendors
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.tools
	@$(BIN)/ruff format --check --quiet . || { echo "run \`make format\`"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/openapi-spec-validator openapi.yaml
	@$(BIN)/python scripts/generate.py --check
	@$(BIN)/python scripts/check_facade.py
	@$(BIN)/python scripts/faults_page.py --check
	@$(BIN)/python scripts/savings_page.py --check
	@$(BIN)/mypy
	@$(BIN)/python scripts/api_check.py
	@$(BIN)/lint-imports

api-check: $(VENV)/.tools
	@$(BIN)/python scripts/api_check.py $(ARGS)

# Once a version is out: what it promised is what the next one is compared with.
api-baseline: $(VENV)/.tools
	@$(BIN)/python scripts/api_check.py --record

generator-diff: $(VENV)/.tools
	@$(BIN)/python scripts/generator_diff.py $(VERSION)

conformance: $(VENV)/.tools
	@$(BIN)/python scripts/conformance/notation.py
	@$(BIN)/python scripts/conformance/server.py

# Frameworks that hold the vendors' SDKs at older majors than constraints.txt has.
RECIPES := build/recipes

$(RECIPES)/.installed: $(BIN)/python scripts/recipes/pins.txt pyproject.toml
	@echo "installing the frameworks into $(RECIPES)"
	@$(BIN)/python -m venv $(RECIPES)
	@$(RECIPES)/bin/python -m pip --disable-pip-version-check --quiet install --requirement scripts/recipes/pins.txt --editable .
	@touch $@

recipes: $(RECIPES)/.installed
	@$(RECIPES)/bin/python -m pytest -c tests/recipes/pytest.ini tests/recipes $(ARGS)

generate: $(VENV)/.tools
	@$(BIN)/python scripts/generate.py
	@$(BIN)/python scripts/check_facade.py
	@$(BIN)/python scripts/faults_page.py
	@$(BIN)/python scripts/savings_page.py

facade: $(VENV)/.tools
	@$(BIN)/python scripts/write_facade.py $(if $(REMOVE),--remove)
	@$(MAKE) --no-print-directory generate

# make takes any status but 0 for a failure; 1 and 2 are answers here.
api-diff: $(VENV)/.tools
	@test -n "$(UPSTREAM)" || { echo "say which document: make api-diff UPSTREAM=openapi.json"; exit 3; }
	@$(BIN)/python scripts/api_diff.py "$(UPSTREAM)" $(if $(FORMAT),--format $(FORMAT)); test $$? -lt 3

upgrade: $(VENV)/.tools
	@test -n "$(UPSTREAM)" || { echo "say which document: make upgrade UPSTREAM=openapi.json"; exit 3; }
	@$(BIN)/python scripts/upgrade.py "$(UPSTREAM)" $(if $(REMOVE),--remove)

record: $(VENV)/.tools
	@$(BIN)/python scripts/record.py

# Side by side with others first; then what holds whatever others do. A missed goal fails it, once all has been shown.
BEHAVIOUR := json_bodies.py "codec.py hostile" prompts.py deadline.py bomb.py brownout.py server.py

bench: $(VENV)/.tools
	@missed=0; \
	$(BIN)/python scripts/bench/table.py $(if $(ONLY),--only $(ONLY)) || missed=1; \
	$(if $(ONLY),,for script in $(BEHAVIOUR); do $(BIN)/python scripts/bench/$$script || missed=1; done;) \
	exit $$missed

bench-check: $(VENV)/.tools
	@$(BIN)/python scripts/bench/table.py --check $(if $(ONLY),--only $(ONLY))

soak: $(VENV)/.tools
	@$(BIN)/python scripts/soak.py --minutes $(or $(MINUTES),10)

format: $(VENV)/.tools
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
