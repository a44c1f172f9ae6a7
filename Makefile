# `make run` and `make test` are all that a fresh machine with make and Python 3.11 needs; run again, they are quick.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

PORT ?= 8000
DATA ?= ./data
TESTS ?=
SECONDS ?= 600
KILLS ?= 200
BIN := .venv/bin

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## Show what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: system-run built ## Serve at PORT (8000) what is in DATA (./data); an empty DATA gets the demonstration
	@DRAFTING_DATA='$(DATA)' DRAFTING_PORT='$(PORT)' $(BIN)/drafting demo
	@printf '\n  Open http://localhost:%s/ in a browser. Ctrl-C stops the server.\n\n' '$(PORT)'
	@DRAFTING_DATA='$(DATA)' exec $(BIN)/drafting serve --port '$(PORT)'

.PHONY: test
test: system-test .venv/.test .venv/.chromium built ## Run the tests; TESTS="-k word" or a path narrows them
	$(BIN)/python -m pytest $(TESTS)

.PHONY: check
check: .venv/.test built ## Check format, lint, types and layers, in Python and TypeScript
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	.ci/npm run check

.PHONY: fuzz
fuzz: .venv/.test built ## Spoil updates for SECONDS (600), then run the property tests longer than `make test`
	$(BIN)/python -m tests.hostile.fuzzing --seconds $(SECONDS) --stock --grow
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile=fuzz $(TESTS)
	.ci/npm run fuzz

.PHONY: torture
torture: system-test .venv/.test built ## Kill the server KILLS (200) times under load, on each database
	DRAFTING_KILLS='$(KILLS)' $(BIN)/python -m pytest tests/torture $(TESTS)

.PHONY: bench
bench: .venv/.test built ## Run the benchmarks; PEERS=folder measures Yjs servers beside this one, about 20 minutes
ifdef PEERS
	$(BIN)/python -m benchmarks.goals --peers '$(PEERS)' $(BENCH)
else
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.goals $(BENCH)
endif

.PHONY: udhr
udhr: .venv/.test built ## Print the Universal Declaration in every language and report in docs/udhr.md
	$(BIN)/python -m benchmarks.udhr

.PHONY: format
format: .venv/.test ## Put Python code into the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: locales
locales: .venv/.run ## Bring the catalogues up to date with code and templates; a new, empty folder gets one
	$(BIN)/pybabel -q extract -F locales/babel.cfg -c 'Translators:' --add-location=file \
	  --project=drafting --copyright-holder='the authors of drafting' -o locales/messages.pot .
	@for folder in locales/*/; do $(BIN)/pybabel -q update -i locales/messages.pot -d locales \
	  -l "$$(basename "$$folder")" --init-missing --previous --no-fuzzy-matching || exit 1; done
	$(BIN)/python frontend/build_hook.py

.PHONY: build
build: built ## Build the front end and the catalogues where they are older than their sources

.PHONY: clean
clean: ## Remove what was built, and the virtual environment; data stay
	rm -rf .venv build dist drafting/static frontend/node_modules locales/*/LC_MESSAGES/*.mo
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# What is installed and built, each step with its mark in .venv.

.PHONY: system-run system-test
system-run system-test: system-%:
	@.ci/system $*

.venv/bin/pip: | system-run
	@echo 'Making a virtual environment in .venv'
	@python=$$(.ci/python) && $$python -m venv .venv

.venv/.build: pyproject.toml | .venv/bin/pip
	@echo 'Installing what the build needs'
	@requires=$$($(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])') \
	  && $(BIN)/pip install --quiet $$requires editables
	@touch $@

.venv/.run: pyproject.toml .venv/.build
	@echo 'Installing the Python packages'
	@$(BIN)/pip install --quiet --no-build-isolation --editable .
	@touch $@

.venv/.test: pyproject.toml .venv/.run
	@echo 'Installing the Python packages for tests and checks'
	@$(BIN)/pip install --quiet --no-build-isolation --editable '.[test,check]'
	@touch $@

.venv/.chromium: .venv/.test
	@.ci/chromium
	@touch $@

.PHONY: built
built: .venv/.run
	@$(BIN)/python frontend/build_hook.py
