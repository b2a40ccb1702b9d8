# Every target sets up what it needs; the second run finds it done.
SHELL := /bin/bash
BIN := .venv/bin
TEST_WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install install-dev install-bench serve demo test torture fuzz check format lint types layers lock clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## create the environment in .venv
	@scripts/bootstrap.sh base

install-dev: ## the same with the tools for development
	@scripts/bootstrap.sh dev

install-bench: ## the same with the peers that the benchmarks measure against
	@scripts/bootstrap.sh bench

serve: install ## run the DICOM listener and the workers; settings from pacs-dedup.toml and PACS_DEDUP_*
	@exec $(BIN)/python scripts/own_terminal.py $(BIN)/pacs-dedup serve

demo: install ## play two hospitals and write a flag report
	@exec $(BIN)/pacs-dedup demo

test: install-dev ## run all tests, with Debian packages of real peers, and check the coverage
	@scripts/setup_tests.sh
	@scripts/bootstrap.sh bench || { test "$$(id -u)" != 0 && echo "make test: tests beside peers are skipped" >&2; }
	COVERAGE_FILE=$(CURDIR)/.coverage $(BIN)/pytest -n $(TEST_WORKERS) --dist loadscope --no-loadscope-reorder --cov --cov-report=
	@scripts/coverage_gate.sh

torture: install-dev ## kill, cut and fill up the service for half an hour and compare what is held (MINUTES, ROUNDS, SEED)
	@scripts/setup_tests.sh
	@$(BIN)/python -m benchmarks.torture $(if $(MINUTES),--minutes $(MINUTES)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED))

fuzz: install-bench ## feed it bad input on purpose, a million times (INPUTS and MINUTES for each target, SEED)
	@$(BIN)/python -m benchmarks.fuzz $(if $(INPUTS),--inputs $(INPUTS)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

check: format lint types layers test ## everything that must hold before a change lands

format: install-dev
	$(BIN)/ruff format --check .

lint: install-dev
	$(BIN)/ruff check .

types: install-dev
	$(BIN)/mypy

layers: install-dev
	$(BIN)/lint-imports

lock: ## resolve the dependencies anew (needs uv)
	@scripts/lock.sh

clean: ## remove what the other targets made, except data
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* htmlcov dist demo-out fuzz-out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
