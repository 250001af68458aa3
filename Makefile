# Two commands do everything: `make demo` and `make test`. Each installs what is missing first; a second run does not.

SHELL := bash
PACKAGES := libssl-dev libzip-dev libzint-dev libpng-dev libsqlite3-dev pkg-config
# Inter is nearest to Wallet's own typeface; what there is without it is 6 % wider and shrinks rows too early.
TEST_PACKAGES := openssl unzip python3-venv chromium fonts-inter
BENCH_PACKAGES := wrk nghttp2-client
PASSMINT := .build/release/passmint
VENV := .build/venv
PYTHON := $(CURDIR)/$(VENV)/bin/python
# Root needs no sudo, and a container may have none.
SUDO := $(shell test "$$(id -u)" = 0 || echo sudo)

.PHONY: help demo demo-service test bench build lint format install clean setup test-packages bench-packages test-setup

help: ## say what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /: /' | awk -F': ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

demo: build ## build, make example certificates, issue the sample exports
	@$(PASSMINT) certs example demo/certificates
	@echo
	$(PASSMINT) issue templates/exports/concert.json --template templates/concert.pkpasstemplate \
	  --identity demo/certificates --out demo/concert --time-zone Europe/Paris
	@echo
	$(PASSMINT) issue templates/exports/museum.csv --template templates/museum.pkpasstemplate \
	  --identity demo/certificates --out demo/museum --time-zone Europe/Zurich --currency CHF --quiet
	$(PASSMINT) issue templates/exports/match.csv --template templates/match.pkpasstemplate \
	  --identity demo/certificates --out demo/match --time-zone Europe/Paris --currency EUR --quiet
	@echo
	@echo "The passes are in demo/concert, demo/museum and demo/match; passes.csv in each lists them."
	@echo "Try next:"
	@echo "  $(PASSMINT) show $$(find demo/concert -name '*.pkpass' | sort | head -1) --language fr"
	@echo "  $(PASSMINT) check --trust demo/certificates/root.pem demo/concert"
	@echo "  $(PASSMINT) template new mine --from concert"
	@echo "See them in the browser, drawn anew whenever a file is saved:"
	@echo "  $(PASSMINT) preview templates --open"

demo-service: setup ## build the service; a sale, its passes and the buyer's page, until Ctrl-C
	swift build -c release --product passmintd
	@echo
	.build/release/passmintd sandbox --demo

build: setup ## build the command
	swift build -c release --product passmint

# The live ones keep deadlines over real sockets. Beside tests that hold threads while other programs run they would miss them.
LIVE_TESTS := ^(AuthorizationTests|IssuanceTests|SecutixClientTests|ServerTests)\.
WALLET_TESTS := ^(AppleWalletTests|SandboxTests)\.
PROCESS_TESTS := ^PassmintdTests\.
# A thousand phones at once leave no time to others, and neither do senders that look at their clock without a pause.
BUSY_TESTS := ^(ServerTests\.WalletLoadTests|WebhooksTests\.)

test: test-setup ## run every test
	swift build --build-tests
	$(call run-tests,--skip '$(LIVE_TESTS)' --skip '$(BUSY_TESTS)' --skip '$(WALLET_TESTS)' --skip '$(PROCESS_TESTS)')
	$(call run-tests,--filter '$(LIVE_TESTS)' --skip '$(BUSY_TESTS)')
	$(call run-tests,--filter '$(BUSY_TESTS)')
	$(call run-tests,--filter '$(WALLET_TESTS)')
	$(call run-tests,--filter '$(PROCESS_TESTS)')

# Thousands of lines go by: what failed is said once more at the end, where it is looked for.
define run-tests
@set -o pipefail; \
if ! PASSMINT_PYTHON="$(PYTHON)" swift test --skip-build $(1) 2>&1 | tee .build/tests.log; then \
  echo; echo "What failed:"; grep -A4 -E 'recorded an issue|: error:|atal error|crash' .build/tests.log; exit 1; \
fi
endef

bench: bench-packages ## measure speed and memory
	swift build -c release --product passmint
	swift build -c release --product passmintd
	swift build -c release --product bench
	.build/release/bench $(PASSMINT) .build/release/passmintd

lint: ## check the format of the sources
	swift format lint --strict --recursive Sources Tests Package.swift

format: ## put the sources into format
	swift format --in-place --recursive Sources Tests Package.swift

PREFIX ?= /usr/local
install: build ## install the command, the service and the templates below PREFIX (/usr/local)
	swift build -c release --product passmintd
	install -D -m 755 $(PASSMINT) $(DESTDIR)$(PREFIX)/bin/passmint
	install -D -m 755 .build/release/passmintd $(DESTDIR)$(PREFIX)/bin/passmintd
	mkdir -p $(DESTDIR)$(PREFIX)/share/passmint/templates
	cp -R templates/*.pkpasstemplate $(DESTDIR)$(PREFIX)/share/passmint/templates/

clean: ## remove what was built
	rm -rf .build demo

# dpkg knows what is there; apt is only asked for what is not, and is quiet unless it fails.
define install-missing
@missing=""; for package in $(1); do \
  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; done; \
if [ -n "$$missing" ]; then echo "installing$$missing"; \
  $(SUDO) apt-get update -qq && \
  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; fi
endef

setup:
	$(call install-missing,$(PACKAGES))

# Its own target, not more packages for setup: make runs setup once, whatever asks for it first.
test-packages: setup
	$(call install-missing,$(TEST_PACKAGES))

bench-packages: setup
	$(call install-missing,$(BENCH_PACKAGES))

test-setup: $(VENV)/ready

# The second opinions: on Liquid, on barcodes, and a hand for the browser.
REQUIREMENTS := $(wildcard Tests/*/requirements.txt)
$(VENV)/ready: $(REQUIREMENTS) | test-packages
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check $(addprefix -r ,$(REQUIREMENTS))
	touch $@
