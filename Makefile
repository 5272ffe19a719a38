# Every verb makes the virtual environment it needs: Python 3.11 or later, make and git are enough to begin.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup generate check docs test lint bench fuzz conformance corpus

help: ## Show these verbs
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements-dev.txt --editable '.[dev]'
	touch $(READY)

setup: $(READY) ## Make .venv with the versions of requirements-dev.txt

generate: $(READY) ## Write generated/ from specs/
	$(BIN)/hooksmith generate

check: $(READY) ## Exit 1 with a diff if generated/ is not what specs/ give
	$(BIN)/hooksmith check

docs: $(READY) ## Build the documentation: docs/_build/html, and a site of each provider in docs/_build/providers
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs docs/_build/html
	$(BIN)/hooksmith docs --out docs/_build/providers

test: $(READY) ## Run the tests, a process a core
	$(BIN)/python -m pytest --numprocesses=logical --dist=loadfile

lint: $(READY) ## ruff, mypy --strict, pyright
	$(BIN)/ruff check .
	$(BIN)/ruff format --check generator tests
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

bench: $(READY) ## Measure what benchmarks/ measures
	$(BIN)/python -m benchmarks

fuzz: $(READY) ## Run the property tests at length, and 100,000 hostile documents
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile=fuzz
	cd tests && ../$(BIN)/python -m hostile $(or $(DOCUMENTS),100000)
	cd tests && ../$(BIN)/python -m hostile.types ../specs/*/openapi.yaml documents/*.json cases/*/spec.*
	HOOKSMITH_DELIVERIES=10000 $(BIN)/python -m pytest tests/runtime/webhooks/test_load.py tests/inbox/test_load.py

conformance: $(READY) ## Call every operation on a mock server (Prism, by npm); run the JSON Schema Test Suite in FOLDER
	cd tests && ../$(BIN)/python -m conformance $(abspath $(FOLDER))

corpus: $(READY) ## Try the documents of ../shared at length: types, examples, what may not be sent
	HOOKSMITH_LONG=1 $(BIN)/python -m pytest tests/corpus tests/diff/test_oracle.py --capture=no -q
