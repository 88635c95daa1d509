# Two commands on a fresh machine with Python 3.11 to 3.13, make and git: `make run` and `make test`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,13))' 2>/dev/null && echo $$p && break; \
	done || echo python3)
BIN = .venv/bin
PROFILE ?=

.PHONY: help install run check test test-fast rehearsal peers bench eval fleet rehearsal-fleet guide lock
.DEFAULT_GOAL := help

help: ## show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 17

install: ## the locked environment in .venv, nothing else
	@$(or $(PYTHON),python3) deployments/install.py deployments/requirements.lock

run: install ## start everything; PROFILE=deployments/profiles/<name>.toml for a real Comune
	@$(BIN)/python -m flows run $(if $(PROFILE),--profile $(PROFILE))

check: ## install what the tests need, and see style and types
	@$(or $(PYTHON),python3) deployments/install.py deployments/requirements-test.lock
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	@$(BIN)/deptry .
	@$(BIN)/deptry . --exclude '\.|tests/bench/peer_' --ignore DEP004

test: check ## the same, and a browser, and run all tests
	@$(or $(PYTHON),python3) deployments/install.py browser
	$(BIN)/python -m pytest

test-fast: ## for every save: the tests that start no server and no browser; a minute and a half
	$(BIN)/python -m pytest --numprocesses=2 -m "not slow"

rehearsal: ## hostile provider, kill -9, and many more orders of events than `make test` tries; takes hours, alone
	@$(or $(PYTHON),python3) deployments/install.py deployments/requirements-test.lock
	@$(or $(PYTHON),python3) deployments/install.py browser
	BOLLETTINO_REHEARSAL=1 $(BIN)/python -m pytest -m rehearsal
	BOLLETTINO_REHEARSAL=1 $(BIN)/python -m pytest -o faulthandler_timeout=7200 \
		tests/test_approve_state_machine.py tests/test_web_order.py \
		tests/test_web_last_word_order.py tests/test_sending_ends.py tests/test_alert_truth_history.py \
		tests/test_door_requests.py tests/test_door_requests_sign_in.py tests/test_fleet_rounds.py \
		tests/test_fleet_walls_filters.py tests/test_bulletin_summary.py
	@$(BIN)/python -m tests.bench.rehearsal_kill
	@$(BIN)/python -m tests.bench.rehearsal_backup
	@$(BIN)/python -m tests.bench.rehearsal_upgrade
	@$(BIN)/python -m tests.bench.rehearsal
	@$(BIN)/python -m tests.bench.rehearsal_chain

peers:
	@$(or $(PYTHON),python3) deployments/install.py deployments/requirements-test.lock
	@test -x .peers/bin/python || $(or $(PYTHON),python3) -m venv .peers
	@.peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
		-r deployments/requirements-peers.lock

bench: peers ## measure speed, as ratios against other tools; takes some minutes
	@$(BIN)/python -m tests.bench.feeds
	@$(BIN)/python -m tests.bench.alerts
	@$(BIN)/python -m tests.bench.fleet
	@$(BIN)/python -m tests.bench.fleet_web
	@$(BIN)/python -m tests.bench.fleet_console
	@$(BIN)/python -m tests.bench.pages
	@$(BIN)/python -m tests.bench.compose
	@$(BIN)/python -m tests.bench.send
	@$(BIN)/python -m tests.bench.webhook
	@$(BIN)/python -m tests.bench.webhook_memory

eval: peers ## measure the summaries and the fact guard on the texts beside the project
	@$(BIN)/python -m tests.bench.eval_summary
	@$(BIN)/python -m tests.bench.eval_guard
	@$(BIN)/python -m tests.bench.eval_texts --html .bollettino/texts.html

fleet: ## a fleet of invented Comuni as a provider runs it; needs Debian's PostgreSQL, Redis and nginx
	@$(or $(PYTHON),python3) deployments/install.py deployments/requirements-test.lock
	@$(BIN)/python -m tests.bench.topology

rehearsal-fleet: ## a fleet of invented Comuni killed and upgraded under load; needs Debian's PostgreSQL, Redis and nginx; as root, alone
	@$(or $(PYTHON),python3) deployments/install.py deployments/requirements-test.lock
	@$(BIN)/python -m tests.bench.rehearsal_fleet 40 20
	@$(BIN)/python -m tests.bench.rehearsal_upgrade_fleet 6 12

guide: ## take the pictures of the editors' guide anew, in the browser tests
	@BOLLETTINO_GUIDE=1 $(BIN)/python -m pytest -o addopts= -q tests/test_browser*.py

lock: ## write the locks again from pyproject.toml (maintainers; needs the test environment)
	$(BIN)/uv pip compile $(LOCKED) pyproject.toml -o deployments/requirements.lock
	$(BIN)/uv pip compile $(LOCKED) pyproject.toml --extra llm -c deployments/requirements.lock \
		-o deployments/requirements-llm.lock
	$(BIN)/uv pip compile $(LOCKED) pyproject.toml --extra s3 -c deployments/requirements-llm.lock \
		-o deployments/requirements-s3.lock
	$(BIN)/uv pip compile $(LOCKED) pyproject.toml --extra redis -c deployments/requirements-s3.lock \
		-o deployments/requirements-redis.lock
	$(BIN)/uv pip compile $(LOCKED) pyproject.toml --extra llm --extra s3 --extra redis --group test \
		-c deployments/requirements-llm.lock -c deployments/requirements-s3.lock -c deployments/requirements-redis.lock \
		-o deployments/requirements-test.lock
	printf '%s\n' $(PEERS) | $(BIN)/uv pip compile $(LOCKED) - -o deployments/requirements-peers.lock

PEERS = reader sgmllib3k sumy numpy pywa django-meta-whatsapp trafilatura lxml-html-clean # the benches' own; reader imports sgmllib without asking for it
LOCKED = --quiet --no-config --no-header --no-annotate --generate-hashes --universal \
	--python-version 3.11
