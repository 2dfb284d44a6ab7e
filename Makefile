# The commonest tasks; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
export NO_MKDOCS_2_WARNING := 1
# Many tests wait, for a mail server or a browser: meanwhile another file's go on. Each process has servers of its own.
AT_ONCE := -n auto --maxprocesses 4 --dist loadfile

.PHONY: help serve edit test test-fast check bench format lock packages clean

help: ## List the tasks
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/.serves: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: set PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/.tests: requirements-dev.txt .venv/.serves
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

serve: .venv/.serves ## Install, build and run everything on http://localhost:8000 (Ctrl-C ends it)
	@exec $(BIN)/formapp up

edit: .venv/.serves ## Show the pages as you write them, with what readers said of them, on http://localhost:8000
	@exec $(BIN)/formapp edit

packages: ## Install the Debian packages that the heavy tests need, or say which they are
	@sh tests/debian-packages.sh

test: .venv/.tests packages ## Run every test, on SQLite and PostgreSQL, with a real browser and mail server
	$(BIN)/pytest $(AT_ONCE)

test-fast: .venv/.tests ## Run the tests that need nothing but Python
	$(BIN)/pytest $(AT_ONCE) -m "not browser and not postgresql and not postfix and not dovecot and not nginx and not clamav and not redis and not heavy"

check: .venv/.tests ## Check the pages, then lint, format, types and import contracts
	$(BIN)/formapp policy check
	$(BIN)/formapp articles check
	$(BIN)/pymarkdown --config .pymarkdown.yml scan --recurse docs README.md CONTRIBUTING.md DECISIONS.md CHANGELOG.md SECURITY.md
	FORMAPP_SITE_DIR=.build_cache/site $(BIN)/formapp site build
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.tests ## Format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/.tests ## Measure; every figure is a ratio within one run
	$(BIN)/python -m tests.benchmarks

lock: .venv/.tests ## Pin the dependencies anew, after a change in pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements.txt
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements-dev.txt

clean: ## Remove what was built; the database and mails in instance/ stay
	rm -rf site site.new site.old .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
