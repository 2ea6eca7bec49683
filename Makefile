# otio-autoedit: what a checkout can do. `make` alone lists it.

SHELL := /bin/bash
# The first Python of 3.11 or later; PYTHON=... names another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
JOBS ?= 2
TESTS ?= tests

.DEFAULT_GOAL := help
.PHONY: help install demo test lint types layers pytest programs blender bench test-av14 docs clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /|/' | column -t -s '|'

install: .venv/installed ## the environment .venv, with all that is needed here

.venv/installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo "error: Python 3.11 or later is needed; PYTHON=/path/to/python names one" >&2; exit 1; }
	@echo "setting up .venv; with torch this takes some minutes the first time"
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -e '.[dev]'
	@# Apart: it claims .fcpxml too, and ends any otiopluginfo. The tests look at it last.
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --upgrade --target .venv/lite otio-fcpx-xml-lite-adapter
	@touch $@

demo: install ## draw a film (or take VIDEO=path), cut it, write timelines for editing programs
	@VIDEO="$${VIDEO:-}" $(BIN)/python scripts/demo.py

test: install programs lint types layers ## everything that CI runs
	$(MAKE) --no-print-directory pytest

pytest: install ## the tests alone (TESTS=path, JOBS=2)
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile $(TESTS)

programs: ## which programs for the consumer tests are here, and which are not
	@scripts/apt-packages.sh --check

lint: install ## ruff: style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# mypy and import-linter do not follow the mapping of adapters/ and models/ into the package: both
# look at a flat copy of what is installed, from outside the checkout.
build/flat: install FORCE
	@rm -rf build && mkdir -p build
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --target build/flat .

types: build/flat ## mypy, strict
	cd build/flat && ../../$(BIN)/mypy --config-file ../../pyproject.toml --cache-dir ../../.mypy_cache -p otio_autoedit
	cd build/flat && MYPYPATH=../../scripts ../../$(BIN)/mypy --config-file ../../pyproject.toml --cache-dir ../../.mypy_cache ../../scripts/*.py

layers: build/flat ## import-linter: imports point down only
	@cp pyproject.toml build/flat
	cd build/flat && PYTHONPATH=. ../../$(BIN)/lint-imports --cache-dir ../../.import_linter_cache

blender: .venv-blender/installed ## Blender as a Python module, in an environment of its own

.venv-blender/installed:
	@command -v python3.11 >/dev/null || { echo "error: Blender 4.5's module is built for Python 3.11" >&2; exit 1; }
	python3.11 -m venv .venv-blender
	.venv-blender/bin/python -m pip install --quiet bpy==4.5.15
	@touch $@

bench: install ## accuracy and speed beside other detectors (needs the shared footage)
	$(BIN)/python -m pip install --quiet -e '.[dev,bench]'
	$(BIN)/otio-autoedit evaluate shots
	$(BIN)/python tests/benchmarks/speed.py

# The same torch, an older PyAV in front of it: only what reads media can differ.
test-av14: install ## the tests of what reads media, with PyAV 14
	$(BIN)/python -m pip install --quiet --no-deps --only-binary av --upgrade --target build/av14 'av==14.*'
	PYTHONPATH=build/av14 $(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile tests/media tests/analysis tests/cli

docs: install ## write the README's generated tables anew
	$(BIN)/python scripts/readme_tables.py

clean: ## what was built; the environments stay
	rm -rf build dist demo *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

FORCE:
