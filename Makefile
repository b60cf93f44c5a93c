# Every target sets up what it needs first. `make help` lists them.
PY := .venv/bin/python
# What asks the database in ways of its own is proved on PostgreSQL too: rows, leases, claims, searches, plans, two workers, kills of the server.
# Texts, pictures, letters, pages and networks' faults say nothing of a database.
CMS_ON_POSTGRES := api api_lists api_tampering keydates listing outbox publishing search spread versions
NEWSLETTER_ON_POSTGRES := adding audience cancelling conditions database_gone engine importing journal ledger ledger_late limits members postbox sending
SOCIAL_ON_POSTGRES := announce change_orders changes figures many_workers once outcomes removal spread
DEPLOY_ON_POSTGRES := jobs loadgen worker
ON_POSTGRES := tests/journeys/test_mailing_kill.py tests/journeys/test_races.py tests/cms/webhooks/test_sending.py tests/cms/webhooks/test_told.py \
  $(CMS_ON_POSTGRES:%=tests/cms/test_%.py) $(NEWSLETTER_ON_POSTGRES:%=tests/newsletter/test_%.py) \
  $(SOCIAL_ON_POSTGRES:%=tests/social/test_%.py) $(DEPLOY_ON_POSTGRES:%=tests/deploy/test_%.py)
CATALOGUES := $(wildcard */locale*/sv/LC_MESSAGES/*.po templates/*/locale/sv/LC_MESSAGES/*.po)

.DEFAULT_GOAL := help
.PHONY: help setup catalogues demo test check bench openapi types client messages lock debian

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/stamp catalogues ## make .venv from requirements.lock and compile the catalogues

.venv/stamp: requirements.lock
	@sh deploy/setup.sh
	@touch $@

catalogues: $(CATALOGUES:.po=.mo)

%.mo: %.po | .venv/stamp
	@$(PY) -m babel.messages.frontend --quiet compile -i $< -o $@

demo: setup ## the whole house with Swedish content on 127.0.0.1; ONCE=1: the main job unattended, JSON as the last line
	@$(PY) -m deploy.demo $(if $(ONCE),--once)

test: setup debian client ## the whole suite; what asks the database in its own way again on PostgreSQL
	$(PY) -m pytest -n 2 --dist loadgroup
	$(PY) -m tests.postgres $(PY) -m pytest -n 2 --dist loadgroup $(ON_POSTGRES)

check: setup ## lint, types, import directions, missing migrations, catalogues, house rules
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	SECRET_KEY=check FIELD_KEYS=check LINK_KEYS=check SUPPRESSION_KEY=check $(PY) manage.py makemigrations --check --dry-run --skip-checks
	$(PY) -m pytest tests/test_house.py tests/test_catalogues.py

bench: setup debian ## benchmarks against baselines in the same run; ONLY=send runs one group, KILLS=100 the crash runs
	@$(if $(filter api,$(or $(ONLY),api)),sh deploy/debian.sh wrk)
	KILLS=$(KILLS) $(PY) -m tests.bench $(if $(or $(ONLY),$(KILLS)),--only $(or $(ONLY),kills))

openapi: setup ## write the content API's schema to tests/openapi.json; review the diff
	@DEBUG=1 $(PY) manage.py export_openapi_schema --api deploy.urls.content_api --indent 2 --sorted --output tests/openapi.json

types: client ## write TypeScript's view of tests/openapi.json to docs/client/ordet.d.ts; review the diff
	@cd docs/client && npm run --silent types

client: docs/client/node_modules/.package-lock.json

docs/client/node_modules/.package-lock.json: docs/client/package-lock.json
	@command -v npm >/dev/null || sh deploy/debian.sh
	@cd docs/client && npm ci --silent && touch node_modules/.package-lock.json

messages: setup ## bring new strings into the catalogues (needs gettext)
	DEBUG=1 $(PY) manage.py makemessages -l sv --no-location --no-wrap --ignore=.venv --ignore=var

lock: .venv/stamp ## resolve requirements*.in into the hash-pinned requirements.lock
	$(PY) -m pip install --quiet uv
	.venv/bin/uv pip compile --universal --python-version 3.12 --generate-hashes --no-header --no-annotate \
	  requirements.in requirements-dev.in --output-file requirements.lock

debian:
	@sh deploy/debian.sh
