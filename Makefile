# Two commands do all set-up: `make demo` and `make test`. Nothing here needs root or a service.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
STAMP := $(VENV)/.installed
DEMO_STAMP := $(VENV)/.installed-demo

.PHONY: demo install check test unit postgres journeys bench pictures clean

demo: $(DEMO_STAMP)
	@$(BIN)/chancery demo $(ARGS)

install: $(STAMP)

$(DEMO_STAMP): pyproject.toml
	@test -x $(BIN)/python || $(if $(UV),$(UV) venv -q --seed $(VENV),$(PYTHON) -m venv $(VENV))
ifdef UV
	@$(UV) pip install -q -p $(BIN)/python --compile-bytecode -e '.[ocr]'
else
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[ocr]'
endif
	@$(BIN)/python -m compileall -q -j 0 src
	@$(BIN)/python -m chancery.engines.text.tongues
	@touch $@

$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(if $(UV),$(UV) venv -q --seed $(VENV),$(PYTHON) -m venv $(VENV))
ifdef UV
	@$(UV) pip install -q -p $(BIN)/python --compile-bytecode -e '.[ocr,postgres,dev]'
else
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[ocr,postgres,dev]'
endif
	@$(BIN)/python -m compileall -q -j 0 src
	@$(BIN)/python -m chancery.engines.text.tongues
	@touch $@ $(DEMO_STAMP)

check: install
	$(BIN)/ruff format --check src tests bench
	$(BIN)/ruff check src tests bench
	$(BIN)/mypy
	PYTHONPATH=tests/architecture $(BIN)/lint-imports --config pyproject.toml
	$(BIN)/python -m chancery.project.translations --check
	$(BIN)/python tests/architecture/licences.py
	$(BIN)/chancery migrate --check

test: check unit postgres journeys

unit: install
	$(BIN)/python -m pytest -q -m "not journey" tests

postgres: install
	$(BIN)/python -m tests.postgres_server --skip-if-absent -- $(BIN)/python -m pytest -q -m "not journey" tests/platform tests/apps

journeys: install
	$(BIN)/python -m pytest -q -m journey tests

bench: install
	@$(if $(UV),$(UV) pip install -q -p $(BIN)/python --compile-bytecode,$(BIN)/python -m pip install -q --disable-pip-version-check) -e '.[ocr,bench]'
	$(BIN)/python -m bench

pictures: install
	$(BIN)/python -m tests.journeys.pictures docs/pictures

clean:
	rm -rf $(VENV) var build dist
