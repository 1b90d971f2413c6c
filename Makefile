# Two commands: `make serve` and `make test`. Both set up what they need from uv.lock.
.DEFAULT_GOAL := help
SHELL := /bin/sh
export RASA_TELEMETRY_ENABLED = false
# Where this is set, as in many images, every process would compile all sources anew.
unexport PYTHONDONTWRITEBYTECODE
UV_VERSION = 0.13.9
RLS = .venv/bin/rls
PYTEST = .venv/bin/python -m pytest

.PHONY: help setup serve test unit train bench lint sbom soak

help: ## Show what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

setup: .venv/ready ## Install everything from the lock file

# uv makes the environment; where it is not on PATH it is installed beside it. Bytecode is compiled at once, since importing Rasa
# without it takes three times as long.
.venv/ready: uv.lock pyproject.toml .python-version
	@python=$$(scripts/find-python) || exit 1; \
	uv=$$(scripts/find-uv "$$python" $(UV_VERSION)) || exit 1; \
	"$$uv" sync --quiet --frozen --compile-bytecode --python "$$python" || \
	  { echo "setup: the packages of uv.lock could not be installed; check the network, then run 'make setup' again" >&2; exit 1; }
	@touch $@

serve: setup ## Start the bot on http://127.0.0.1:5005/
	@$(RLS) serve

train: setup ## Train a model, unless there is one for the present content
	@$(RLS) train

# The model comes first, or the other processes would wait for one to train it. A file's tests stay in one process, since they share
# a server or a browser; tests/conftest.py puts the longest files first, which xdist would not leave so. Three processes on two cores,
# since each waits now and then for a server or for the clock.
test: setup ## Run every test
	@mkdir -p var; $(RLS) train > var/train.log 2>&1 || { tail -n 5 var/train.log >&2; exit 1; }
	@$(PYTEST) -n 3 --dist loadfile --no-loadscope-reorder

# What is ignored holds none of them, and takes seconds to collect.
unit: setup ## Run the tests that need no model, browser, server or whole knowledge base
	@$(PYTEST) -n 2 --dist loadfile -p no:schemathesis -m unit --ignore tests/e2e --ignore tests/channels --ignore tests/faults --ignore tests/stories

lint: setup ## Check style, types, spelling and the borders between packages
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/codespell && .venv/bin/lint-imports

bench: setup ## Compare with stock Rasa
	@.venv/bin/python -m bench

sbom: setup ## Write what the bot is made of to var/sbom.cdx.json (CycloneDX)
	@scripts/sbom "$$(scripts/find-uv "$$(scripts/find-python)" $(UV_VERSION))" var/sbom.cdx.json

soak: setup ## Let visitors write for MINUTES (30) while workers and servers are killed
	@.venv/bin/python -m bench.soak --minutes $(or $(MINUTES),30)
