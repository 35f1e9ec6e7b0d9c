# Everything lives in .venv, made with the standard library; `make help` lists the targets.
PYTHON ?= python3
PORT ?= 8080
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo run check test coverage messages compile bench pictures lock clean

help:            ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

setup: $(STAMP) compile ## .venv with everything, and the catalogs

$(STAMP): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Ashar needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

compile: $(patsubst %.po,%.mo,$(wildcard locales/*/LC_MESSAGES/messages.po))

%.mo: %.po $(STAMP)
	@$(BIN)/pybabel -q compile --input-file $< --output-file $@

demo: setup      ## the bot with Telegram simulated, in the browser [PORT=8080]
	$(BIN)/python -m bot demo --port $(PORT)

run: setup       ## the bot on Telegram (see .env.example)
	$(BIN)/python -m bot run

check: setup     ## format, lint, types, import contracts, catalogs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python -m tests.catalogs

test: setup      ## all tests, on SQLite and PostgreSQL
	$(BIN)/python -m pytest -n 2 --dist loadgroup -q

coverage: setup  ## branch coverage and its floor; takes four times as long as the tests it runs
	$(BIN)/python -m pytest -n 2 -q -m "not postgresql and not browser and not slow" \
	  -k "not restarts and not repeats" tests/handlers tests/services tests/bot --cov

messages: $(STAMP) ## collect the texts and update the catalogs
	$(BIN)/pybabel -q extract --no-wrap --sort-by-file --add-location file --omit-header \
	  -k t -k msg -k plural:1,2 -o locales/messages.pot bot handlers
	for language in ky ru; do $(BIN)/pybabel -q update --no-wrap --no-fuzzy-matching \
	  --ignore-obsolete --ignore-pot-creation-date -i locales/messages.pot -d locales \
	  -l $$language || exit 1; done
	$(MAKE) compile

bench: setup     ## the figures: taps, pace, growth, size
	$(BIN)/python -m benchmarks all

pictures: setup  ## the pictures of the guides (needs chromium)
	$(BIN)/python -m tests.browser.pictures

lock:            ## pin the dependencies
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check pip-tools
	$(BIN)/pip-compile --quiet --extra dev --strip-extras --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --no-header --no-annotate -o requirements.lock pyproject.toml

clean:           ## all that was made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find locales -name '*.mo' -delete
