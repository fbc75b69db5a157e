# The whole developer interface. Every target sets up what it needs from a bare Python 3.11+.
BIN := .venv/bin
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help setup demo test audit soak-ledger bench-privacy bench-release lint docs schema screenshots golden lock

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 16

setup: .venv/ready ## make .venv with everything the lock names

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Care Dividend needs Python 3.11 or newer; make PYTHON=python3.12 names another one.")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Care Dividend needs Python's venv; on Debian and Ubuntu: apt-get install python3-venv, then make again." >&2; exit 1; }
	@test -x $(BIN)/pip || rm -rf .venv
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "$(PYTHON) -m venv failed, so .venv is taken away; mend what it says and make again." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

demo: .venv/ready ## a synthetic program, from raw records to a published site
	$(BIN)/care-dividend demo

test: .venv/ready ## everything CI asks for
	$(BIN)/python -m pytest -n 3 --dist loadfile --durations 10

audit: .venv/ready ## attack the engine, break it in 19 ways, and take 10,000 people away
	$(BIN)/python -m benchmarks.audit

soak-ledger: .venv/ready ## kill a writer 1,000 times on SQLite and on PostgreSQL
	$(BIN)/python -m benchmarks.ledger

bench-privacy: .venv/ready ## error and cost of the engine, against peers measured in the same run
	$(BIN)/python -m benchmarks.privacy

bench-release: .venv/ready ## what the clip takes, how often ranges hold, a year with its quarters
	$(BIN)/python -m benchmarks.release

golden: .venv/ready ## what the stored release says, after a change of figures or pages that is meant
	$(BIN)/python -m tests.golden.stored

lint: .venv/ready ## style, types and the rule of the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

docs: .venv/ready ## docs/_build/html
	$(BIN)/sphinx-build -W -q -b html docs docs/_build/html
	@echo docs/_build/html/index.html

schema: .venv/ready ## docs/privacy-policy.schema.json, after a change of the policy's fields
	$(BIN)/python -m privacy.drafting.schema > docs/privacy-policy.schema.json

screenshots: .venv/ready ## docs/screenshots, from the folder demo/ that make demo wrote
	$(BIN)/care-dividend plan --program examples/riverton --period FY2025 --html docs/_build/plan >/dev/null
	$(BIN)/python docs/take_screenshots.py demo/public docs/_build/plan/plan-FY2025.html

lock: .venv/ready ## requirements.lock, after a change of pyproject.toml
	$(BIN)/uv pip compile --quiet --upgrade --universal --all-extras --no-strip-extras --no-annotate --no-header \
		--generate-hashes --python-version 3.11 pyproject.toml -o requirements.lock
