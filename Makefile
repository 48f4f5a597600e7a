# Two commands do everything on a machine with Python 3.11 or newer and make: `make sandbox` and `make test`.

PYTHON ?= python3
BIN := .venv/bin
LOCKING := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-config --quiet
UNSET_INDEXES := env -u UV_INDEX -u UV_INDEX_URL -u UV_DEFAULT_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
	-u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL -u PIP_FIND_LINKS

.PHONY: help setup sandbox test twins lighthouse second-judge package-check lock
.DEFAULT_GOAL := help

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1 -- \2/p' $(MAKEFILE_LIST)

setup: ## build .venv from the lock file (quick when nothing changed)
	@PYTHON="$(PYTHON)" sh .ci/setup

sandbox: setup ## play with Guardian and three emulated spaces, in your browser
	@$(BIN)/guardian sandbox

test: setup ## format, lint, types, import contracts and tests
	@$(BIN)/python -m tests

twins: setup ## play each story with its mechanism taken away: it has to notice
	@$(BIN)/python -m tests twins

lighthouse: setup ## have Lighthouse judge how accessible the console is (needs npm and Chromium)
	@sh .ci/lighthouse

second-judge: setup ## hold the Discord connector against a model of Discord by others
	@sh .ci/second-judge

package-check: setup ## build the wheel, install it elsewhere, play one story with it
	@sh .ci/package-check

lock: ## write both lock files anew from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "uv is missing: install the package uv"; exit 1; }
	@$(UNSET_INDEXES) uv pip compile $(LOCKING) --all-extras -o requirements.lock pyproject.toml
	@$(UNSET_INDEXES) uv pip compile $(LOCKING) -c requirements.lock -o requirements-runtime.lock pyproject.toml
	@echo "simcord==3.2.1" | $(UNSET_INDEXES) uv pip compile $(LOCKING) --no-deps -o requirements-second-judge.lock -
