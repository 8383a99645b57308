# Every target sets up what it needs first: .venv, from the hashed locks in requirements/.
.DEFAULT_GOAL := help
.PHONY: help demo test test-slow check format bench lock clean setup-demo setup-test

# A shell inside another environment with the ROS wheels would keep this one from loading its own.
unexport _ROS_WHEELS_BOOTSTRAP_COMPLETE

setup := $(or $(PYTHON),python3) -m scripts.setup_environment
run := .venv/bin/python -m
pytest := $(run) pytest -n 2 --dist loadgroup
# Tests that hold processes to real time run after the others; ARGS may choose tests of one kind only (exit status 5).
nothing_to_run = [ $$? -eq 5 ]

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null || grep '##' Makefile

demo: setup-demo ## the whole stack in the twin, 5 episodes (options in ARGS="…", see `make demo ARGS=--help`)
	@.venv/bin/diffpol demo $(ARGS)

test: setup-test ## the tests, the slow ones left out (options for pytest in ARGS="…")
	@$(pytest) -m "not slow and not alone" $(ARGS) || $(nothing_to_run)
	@$(run) pytest -m "not slow and alone" $(ARGS) || $(nothing_to_run)

test-slow: setup-test ## all tests
	@$(pytest) -m "not alone" --timeout 1200 $(ARGS) || $(nothing_to_run)
	@$(run) pytest -m "alone" --timeout 1200 $(ARGS) || $(nothing_to_run)

check: setup-test ## style, types, layering, package files
	@$(run) ruff check .
	@$(run) ruff format --check .
	@$(run) pyright --warnings
	@$(run) pytest -q tests/test_layering.py tests/test_package.py

format: setup-test ## rewrite the files in the house's style
	@$(run) ruff check --fix-only --quiet .
	@$(run) ruff format .

bench: setup-test ## measure what the README claims
	@$(run) benchmarks $(ARGS)

lock: setup-test ## resolve requirements/*.in anew
	@scripts/lock.sh

clean: ## remove .venv, build folders and caches (results stay)
	rm -rf .venv build install log *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup-demo:
	@$(setup) demo

setup-test:
	@$(setup) test
