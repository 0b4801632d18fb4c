# Everything runs from a clean clone with only Python >= 3.11, pip and make:
# each target makes what it needs in $(VENV) first (with uv where it is present).

VENV    ?= .venv
BIN     := $(VENV)/bin
WORKERS ?= auto
PYTEST  := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-spark reliability formats snapshots lint format bench docs clean

help: ## these words
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.run ## open the explorer on the bundled sample data
	@$(BIN)/finops-tui demo

test: $(VENV)/.dev ## the ordinary tests (minutes)
	@$(PYTEST) -n $(WORKERS) --maxprocesses 4 --dist loadfile

test-slow: $(VENV)/.slow ## the slow tests only (a million rows, every key at every size)
	@$(PYTEST) -m slow

test-spark: $(VENV)/.dev ## the contract of engines against Apache Spark with two executors (needs Java 17; minutes)
	@$(BIN)/python tools/test_spark.py $(SPARK)

reliability: $(VENV)/.dev ## the slow tests of faults, and their figures into docs/reliability.md
	@$(BIN)/python tools/reliability.py

formats: $(VENV)/.dev ## load files of every kind, and their totals into docs/formats.md
	@$(BIN)/python tools/formats_table.py

snapshots: $(VENV)/.dev ## take the screen snapshots again, then look at the difference
	@$(PYTEST) tests/screens --snapshot-update

lint: $(VENV)/.dev ## ruff, its formatter, mypy and the import floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.dev ## let ruff put the code in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.dev ## load and ten questions beside bare DuckDB, in one interleaved run
	@$(BIN)/python bench/run.py $(BENCH)

docs: $(VENV)/.dev ## write the generated parts of the docs and the pictures again
	@$(BIN)/python tools/docs.py
	@$(BIN)/python tools/screenshots.py

clean: ## remove what the targets above made
	rm -rf $(VENV) .venv-spark dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp per kind of installation: quick the second time, made again when pyproject.toml changes.
$(VENV)/.run: pyproject.toml tools/venv.sh
	@sh tools/venv.sh $(VENV) .
	@touch $@

$(VENV)/.dev: pyproject.toml tools/venv.sh
	@sh tools/venv.sh $(VENV) '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.slow: pyproject.toml tools/venv.sh
	@sh tools/venv.sh $(VENV) '.[dev,generators]'
	@touch $@ $(VENV)/.dev $(VENV)/.run
