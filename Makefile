# Every task has its name here. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo lint check parts test faults simulate mutants bench itip format lock clean

ENGINE ?= local
N ?= 200
SEED ?= 1
KILLS ?= 1000
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: .venv/runtime.stamp ## Make .venv with what running needs (Python 3.11 or later)

setup-dev: .venv/dev.stamp ## Make .venv with what checking needs as well

# The first python3 that is new enough and able to make a venv; otherwise one sentence says what to do.
.venv/bin/python:
	@new=; for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; new="$$python"; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null || continue; \
	  echo "Making .venv with $$("$$python" --version)"; exec "$$python" -m venv --clear .venv; \
	done; \
	if [ -n "$$new" ]; then echo "$$new cannot make a virtual environment: run apt-get install python3-venv (as root) and try again." >&2; \
	else echo "Quorate needs Python 3.11 or later and found none: run apt-get install python3 python3-venv (as root) and try again." >&2; fi; exit 1

# A changed lock or pyproject.toml installs again; pip check says if the lock lacks a dependency.
.venv/%.stamp: infra/locks/%.txt pyproject.toml | .venv/bin/python
	@echo "Installing infra/locks/$*.txt"
	@$(PIP) --require-hashes -r $<
	@$(PIP) --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pip check >/dev/null || { $(BIN)/python -m pip check; exit 1; }
	@touch $@

demo: setup ## Show a family from referral to minutes (ENGINE=local or kafka)
	@$(BIN)/quorate demo --engine $(ENGINE)

lint: setup-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

check: lint ## Format, lint, types, walls and the quick tests; no servers
	$(BIN)/pytest -q $(wildcard tests/house tests/handlers tests/streams)

parts: setup-dev ## Fetch Kafka, PostgreSQL and ical4j, which the tests start
	$(BIN)/python -m infra.deploy.parts

test: lint parts ## Everything that check does, and every test
	$(BIN)/pytest -q -n 2 --dist loadfile

faults: parts ## Kill, cut and refuse everything on real servers (KILLS=1000), and print one table
	$(BIN)/pytest -q -s tests/journeys/test_kills.py tests/journeys/test_servers_killed.py
	@$(BIN)/python -m tests.faults --kills $(KILLS)
	@$(BIN)/python -m tests.faults.plain_faust
	@$(BIN)/python -m tests.faults.standing_still

simulate: setup-dev ## Play N invented family histories from SEED on the real engine, judged at every step
	@$(BIN)/python -m tests.simulation $(N) $(SEED)

mutants: setup-dev ## Change the gate's code in small ways, one at a time: each must turn a test red
	$(BIN)/python -m tests.mutants

bench: N = 1000
bench: AREAS = 30
bench: SHARE = 1/1000 1/300 1/100
BENCH_local = __main__ $(N)
BENCH_kafka = through_kafka $(AREAS)
BENCH_england = england settle --share $(SHARE)
bench: setup-dev $(if $(filter kafka,$(ENGINE)),parts) ## Measure the house, as ratios within one run; N families (1000) and a hundred times as many; or ENGINE=kafka; or ENGINE=england, a year of it
	@$(BIN)/python -m tests.benchmarks.$(BENCH_$(ENGINE))

itip: parts ## Prove the 50 points of invitations and replies, one line each, or say why one is not tried
	@$(BIN)/python -m tests.infra.itip

format: setup-dev ## Put the code in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# --no-emit-*: no committed file names a registry. Pins stay as they are; UPGRADE=--upgrade moves them.
COMPILE = /dev/stdin --universal --python-version 3.11 --generate-hashes --quiet --no-header --no-annotate \
  --no-emit-index-url --no-emit-find-links --native-tls $(UPGRADE)
lock: setup-dev ## Write infra/locks anew from pyproject.toml (UPGRADE=--upgrade to move the pins)
	$(BIN)/python -m venv .venv/uv && .venv/uv/bin/python -m pip install --quiet uv
	printf 'setuptools>=80\nwheel\n' | .venv/uv/bin/uv pip compile pyproject.toml $(COMPILE) -o infra/locks/runtime.txt
	printf 'setuptools>=80\nwheel\n' | .venv/uv/bin/uv pip compile pyproject.toml --extra dev -c infra/locks/runtime.txt $(COMPILE) -o infra/locks/dev.txt
	echo holidays | .venv/uv/bin/uv pip compile $(COMPILE) -o infra/locks/oracle.txt

clean: ## Remove .venv, caches and build leftovers
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find handlers streams infra tests -name __pycache__ -type d -prune -exec rm -rf {} +
