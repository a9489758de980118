# Set-up is part of every target: each works on a fresh machine with Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: help setup setup-dev run test lint format bench lock clean

help:
	@echo "make run     start Loket on http://127.0.0.1:8000 (Ctrl-C stops it)"
	@echo "make test    run all tests"
	@echo "make lint    check style, types and formatting"
	@echo "make bench   measure speed against a baseline in the same run"

setup: .venv/serving
setup-dev: .venv/developing

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Loket needs Python 3.11 or newer")'
	@echo "Making a virtual environment in .venv"
	@$(PYTHON) -m venv .venv

.venv/serving: .venv/bin/python requirements.lock pyproject.toml
	@echo "Installing the locked dependencies"
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.venv/developing: .venv/serving requirements-dev.lock
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

run: setup
	@$(BIN)/loket serve

# Each process trains its own default model: more than four would save nothing.
test: setup-dev
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: setup-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup-dev
	@$(BIN)/python -m pytest tests/benchmarks -m benchmark -s

# Needs uv. The lock files hold hashes for every supported Python and no index address.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url
lock:
	$(LOCK) pyproject.toml --extra postgres --group build -o requirements.lock
	$(LOCK) pyproject.toml --extra postgres --group dev -o requirements-dev.lock

clean:
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache
