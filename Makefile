# Every target sets up what it needs first. `make help` lists them.
PY := .venv/bin/python
# Proved on SQLite alone: texts, pictures, letters, faults of networks and relays, pages. Rows, leases, claims, searches and two workers are
# proved on PostgreSQL too, by test_outcomes, test_changes, test_removal, test_many_workers and others.
SOCIAL_ON_SQLITE := faults picture_kinds text text_properties mastodon_text mastodon_strict mastodon_settings statistics charts counting \
  compose composing connection_page choosing_page promptness figures_together kills admin queue edited
NEWSLETTER_ON_SQLITE := bytes compiled mail_quality dkim tls providers provider_faults answers preflight preflight_any_words preflight_page \
  cleaning render mailbox verdicts contents composing import_killed inviting losses reading
CMS_ON_SQLITE := abbreviations again api_blocks api_schema copying editor embeds fetch media outlet_form previews review_mail site page_checks remarks scaling secrets \
  share_picture site_files swedish thumbs
IMPORTERS_ON_SQLITE := bodies columns corpus letters mapping media wxr
DEPLOY_ON_SQLITE := headers health mailcatcher media no_english processes reports roles settings v3
JOURNEYS_ON_SQLITE := client demo_once demo_people
NOT_ON_POSTGRES := tests/browser tests/bench tests/test_house.py tests/test_catalogues.py tests/contracts tests/cms/webhooks/test_kills.py tests/cms/webhooks/test_admin.py \
  $(SOCIAL_ON_SQLITE:%=tests/social/test_%.py) $(NEWSLETTER_ON_SQLITE:%=tests/newsletter/test_%.py) $(CMS_ON_SQLITE:%=tests/cms/test_%.py) \
  $(IMPORTERS_ON_SQLITE:%=tests/cms/importers/test_%.py) $(DEPLOY_ON_SQLITE:%=tests/deploy/test_%.py) $(JOURNEYS_ON_SQLITE:%=tests/journeys/test_%.py)
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

test: setup debian client ## the whole suite; what touches the database again on PostgreSQL
	$(PY) -m pytest -n 2 --dist loadgroup
	$(PY) -m tests.postgres $(PY) -m pytest -n 2 --dist loadgroup $(NOT_ON_POSTGRES:%=--ignore=%)

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
