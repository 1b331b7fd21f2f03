# The one file of commands. `make run` and `make test` need nothing but Python 3.11 or newer: they install the rest.

PYTHON ?= python3
BIN = .venv/bin
INSTALL = $(PYTHON) scripts/bootstrap.py
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(UPGRADE)

# the Node that scripts/install.py fetched, when it had to; else whatever is on PATH
export PATH := $(CURDIR)/.make/bin:$(PATH)

.PHONY: help run test check lint bench bench-load chaos train train-smoke dev demo-billing demo-providers fix docs lock clean

help:  ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' Makefile | expand -t 20

run:  ## install what is missing, then serve on http://127.0.0.1:8000 (PORT=8080: there)
	@$(INSTALL) app
	@$(BIN)/rekindle serve $(if $(PORT),--port $(PORT))

# More workers than cores: browsers and servers let each other wait.
test:  ## install what is missing, then run every test
	@$(INSTALL) dev
	@if [ -d web/node_modules ] && command -v npm >/dev/null; then cd web && npm test --silent; fi
	@$(BIN)/pytest -n 3 --dist worksteal

check: lint  ## lint, types, layers, sizes, fast tests: under two minutes
	@$(BIN)/pytest -q -n 2 -m "not slow" tests/unit tests/docs

lint:  ## lint, types and layers alone
	@$(INSTALL) tools
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/pyright
	@$(BIN)/lint-imports
	@if [ -d web/node_modules ] && command -v node >/dev/null; then cd web && node_modules/.bin/tsc --noEmit; fi

bench:  ## quality and speed against named peers, as tables
	@$(INSTALL) tools
	@$(BIN)/python -m benchmarks

bench-load:  ## many users at once beside a peer: restorations a second, waiting, cost, and what a kill loses
	@$(INSTALL) dev
	@$(BIN)/python -m benchmarks.load_page

chaos:  ## kill, freeze, cut off and starve a whole site: about an hour
	@$(INSTALL) dev
	@REKINDLE_CHAOS_JOBS=1000 REKINDLE_CHAOS_TASKS=20000 $(BIN)/pytest -s tests/chaos

# Tensors stay in the heap between steps: handing them back to the system and taking zeroed pages again halves the speed.
TRAINER = PYTHONPATH=src OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0 \
	MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=4000000000 MALLOC_TOP_PAD_=268435456

train: .make/training/ready  ## train a restoring network again (PHOTOS=folder OUT=folder MINUTES=104 TASK=picture|marks; goes on where it stopped)
	@$(TRAINER) .make/training/bin/python -m training.networks.restorer $(PHOTOS) $(OUT) \
		--minutes $(or $(MINUTES),104) --task $(or $(TASK),picture)

train-smoke: .make/training/ready  ## the whole training chain on made-up pictures, in under three minutes
	@$(TRAINER) .make/training/bin/python -W ignore -m training.networks.smoke

.make/training/ready: training/requirements.txt
	@$(PYTHON) -m venv .make/training
	@.make/training/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

dev:  ## server and pages with reload, on http://127.0.0.1:5173
	@$(INSTALL) dev
	@$(BIN)/python scripts/dev.py

demo-billing:  ## accounts, plans and credits at a simulated Stripe, on http://127.0.0.1:8000
	@$(INSTALL) dev
	@$(BIN)/python scripts/demo_billing.py

demo-providers:  ## every operation at simulated services, on http://127.0.0.1:8000
	@$(INSTALL) dev
	@$(BIN)/python -m scripts.demo_providers

fix:  ## format, mend what can be mended automatically, renew the generated reference
	@$(INSTALL) tools
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format
	@$(BIN)/python scripts/export_openapi.py
	@$(BIN)/python scripts/generate_reference.py
	@if [ -d web/node_modules ] && command -v npm >/dev/null; then cd web && npm run --silent gen; fi

docs:  ## serve the docs on http://127.0.0.1:8001
	@$(INSTALL) tools
	@$(BIN)/python scripts/generate_reference.py
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --dev-addr 127.0.0.1:8001

SERVICE = billing cloud moderation postgres redis sentry tracing

lock:  ## renew the lock files from pyproject.toml (UPGRADE=--upgrade for newer versions)
	@$(INSTALL) tools
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --group test --group check --group docs -c requirements.lock -o requirements-dev.lock
	$(LOCK) pyproject.toml $(SERVICE:%=--extra %) -c requirements-dev.lock -o requirements-service.lock
	$(LOCK) --group build -c requirements-dev.lock -o requirements-build.lock
	$(LOCK) --group node -o requirements-node.lock

clean:  ## remove everything that make has made (your photos are not among it)
	rm -rf .venv .make site dist web/node_modules src/rekindle/web .pytest_cache .ruff_cache .import_linter_cache .hypothesis
