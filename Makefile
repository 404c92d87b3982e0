# Each target brings .venv up to date by itself (scripts/environment.py), so any of them may be the first one on a fresh
# machine.
#   PYTHON  the interpreter that .venv is made with (3.11 or newer)      make test PYTHON=python3.12
#   ARGS    further arguments of the target's command                    make demo ARGS=--once
PYTHON ?= python3
ARGS ?=
BIN := .venv/bin

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install develop demo test test-spark conformance check openapi format bench lock clean

prepare = @"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	version=$$("$(PYTHON)" --version 2>&1) || version='not to be found'; \
	echo "engraft: Python 3.11 or newer is needed; $(PYTHON) is $$version. Name another: make $@ PYTHON=python3.12" >&2; \
	exit 1; }; "$(PYTHON)" scripts/environment.py
# $(call step,heading,command): run one check under its heading; say which one failed, and stop there.
step = @printf '\n=== %s\n' '$(1)'; $(2) || { code=$$?; printf '\nengraft: FAILED: %s\n' '$(1)' >&2; exit $$code; }

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s  %s\n", $$1, $$2 }' Makefile

install: ## make .venv with what the service needs, and the project in it
	$(prepare) base

develop: ## the same, with what checks and tests need
	$(prepare) dev

demo: install ## start the service on an example trial and load it (ARGS=--once: show and stop)
	@$(BIN)/engraft demo $(ARGS)

test: develop ## run the tests (ARGS: pytest's, as in ARGS="-k follow_up")
	@$(BIN)/python -m pytest -n auto $(ARGS)

test-spark: ## run the tests on Spark; needs Java
	$(prepare) spark
	@$(BIN)/python -m pytest -m spark $(ARGS)

conformance: ## judge the FHIR door by validators and clients of others; needs node, npm, a JDK and mvn
	$(prepare) conformance
	@"$(PYTHON)" scripts/judges.py
	@$(BIN)/python -m pytest -m conformance tests/conformance $(ARGS)

check: develop ## everything that must hold: lint, format, types, import directions, openapi, migrations, tests
	$(call step,lint,$(BIN)/ruff check)
	$(call step,format,$(BIN)/ruff format --check)
	$(call step,types,$(BIN)/mypy)
	$(call step,import directions,$(BIN)/lint-imports --no-logo)
	$(call step,openapi/ against the app and the records,$(BIN)/engraft openapi --check)
	$(call step,openapi/definition.schema.json against the language,$(BIN)/engraft study schema --check)
	$(call step,openapi/profile.schema.json against the language,$(BIN)/engraft profile schema --check)
	$(call step,migrations against the models,$(BIN)/engraft migrate --check)
	$(call step,tests,$(MAKE) --no-print-directory test)

openapi: install ## write openapi/openapi.json and the schemas of study definitions and mapping profiles
	@$(BIN)/engraft openapi
	@$(BIN)/engraft study schema
	@$(BIN)/engraft profile schema

format: develop ## mend what ruff can mend
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: develop ## run the benchmarks
	@$(BIN)/python -m benchmarks $(ARGS)

lock: ## compile requirements/*.in to hash-pinned *.txt (Python 3.11; UPGRADE=1: newest versions)
	@PYTHON="$(PYTHON)" UPGRADE="$(UPGRADE)" scripts/lock.sh

clean: ## remove .venv and caches; data folders stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
