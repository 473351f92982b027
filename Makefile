# make demo      everything on this machine: a run to final statuses (KEEP=yes leaves it running)
# make test      what must be green before a commit; sets itself up
# make help      the other targets

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
# Tokens need cgo; without a C compiler and its headers the program is built without them and says so.
HAVE_C  := $(shell echo '\#include <stdlib.h>' | gcc -E - >/dev/null 2>&1 && echo yes)
# TAGS="pkcs11 noschema" leaves out the validator of XSD, a third of the program.
TAGS    ?= $(if $(HAVE_C),pkcs11)
GOBUILD := $(if $(HAVE_C),,CGO_ENABLED=0 )go build -trimpath -buildvcs=false -tags '$(TAGS)' -ldflags '-s -w -X main.buildVersion=$(VERSION)'

# What every fuzz target gets, and how often each benchmark runs.
FUZZTIME   ?= 10s
# Minimizing is kept short, or nothing else is done in that time.
FUZZMINIMIZE ?= 5x
BENCHCOUNT ?= 3
BENCH      ?= .
# Only this package, for fuzz and benchmarks.
PKG        ?= ./...

# How many messages make soak sends, and the file its result is added to.
MESSAGES ?= 10000
RESULT   ?= /tmp/egissogw-soak.txt

# The size of hostile input for make hostile.
MIB ?= 32

# Which scenarios make torture plays (parts of their names, by commas), all if empty;
# SHORT=1 the quickest of each kind; and the file its report is written to.
NAME   ?=
SHORT  ?=
REPORT ?= .cache/torture.json

# How many facts make bench-flow sends, how often, and further flags (--statements=25, --log=40, --env=NAME=VALUE).
FLOW      ?= 20000,100000
RUNS      ?= 1
FLOWFLAGS ?=

# How many random histories make histories plays, the seed of the first, and the file
# for what ЕГИССО holds at the end of each (none if empty).
N      ?= 1000
SEED   ?= 1
RECORD ?=

# How many facts make acceptance measures the page and the screens over.
ROWS ?= 1000000

DEMOFLAGS ?=
# KEEP is a word for yes or no; the recipe refuses others, and a FACTS that is no number.
demo_flags = $(if $(filter 1 y yes true on да,$(KEEP)),--keep) $(if $(strip $(FACTS)),--facts=$(strip $(FACTS))) $(DEMOFLAGS)
export KEEP FACTS
define check_demo
	@case "$${KEEP// /}" in ''|1|y|yes|true|on|да|0|n|no|false|off|нет) ;; \
		*) echo "make: KEEP: ожидается yes или no, а не «$$KEEP»" >&2; exit 2 ;; esac
	@[[ -z "$${FACTS// /}" || "$${FACTS// /}" =~ ^[1-9][0-9]{2,6}$$ ]] || \
		{ echo "make: FACTS: ожидается целое число рецептов от 100, а не «$$FACTS»" >&2; exit 2; }
endef

.PHONY: build packages test announce lint demo acceptance try-packages conformance torture histories bench bench-flow benchmarks faults hostile soak fuzz cover deps softhsm engine clean help

build: ## bin/egissogw and bin/smevsim
	$(GOBUILD) -o bin/ ./cmd/egissogw ./cmd/smevsim

NUMBER  := $(shell git describe --tags --exact-match 2>/dev/null | sed -n 's/^v//p')
# Before the first release: versions in the order of commits.
PACKAGE_VERSION ?= $(or $(NUMBER),0~$(shell git log -1 --format=%cd --date=format:%Y%m%d%H%M%S 2>/dev/null).$(shell git rev-parse --short HEAD 2>/dev/null))

packages: ## .deb and .rpm in bin/packages with their SBOM, the same bytes from the same commit
	@.ci/pack '$(VERSION)' '$(PACKAGE_VERSION)'

# The race detector waits a second at the end of every process, and tests start hundreds. What it has
# found by then it has said.
# Without the tag only what stands in for tokens differs.
# The packages that take longest begin first, and one more than there are cores: they wait a lot.
SLOW := ./jobs ./adapter/store ./cmd/egissogw ./adapter/mis
test: export GORACE := atexit_sleep_ms=0 $(GORACE)
test: announce deps softhsm engine lint ## lint, then every test with the race detector
	go test -race -vet=off ./crypto/pkcs11
	go test -race -vet=off -tags pkcs11 -shuffle=on -timeout=20m -p $$(($$(nproc) + 1)) $(SLOW) ./...

announce:
	@echo "make test: all tests with the race detector, about 6 minutes on two cores; the first time twice as long:"
	@echo "  it installs by apt (root; others are told what is missing) PostgreSQL, OpenSSL with GOST, gcc, libxml2-utils, zstd,"
	@echo "  downloads the Go modules and builds SoftHSM in .cache. No server is left running, nothing else is changed."

lint: ## gofmt and go vet
	@unformatted=$$(gofmt -l .); \
	if [ -n "$$unformatted" ]; then echo "gofmt -w these files:"; echo "$$unformatted"; exit 1; fi
	go vet -tags pkcs11 ./...
	go vet ./crypto/pkcs11
	go vet -tags noschema ./adapter/egisso/schema

demo: ## the whole way of a record on this machine; KEEP=yes leaves it running, FACTS=n
	$(check_demo)
	@.ci/deps demo
	@$(MAKE) --no-print-directory build
	bin/egissogw demo $(demo_flags)

acceptance: ## page in a real Chromium, page and SQL screens over ROWS facts, alert rules under promtool, packages in booted Debian 12 and 13 (root)
	@.ci/deps acceptance
	@mkdir -p .cache/pictures
	EGISSOGW_CHROMIUM=$$(command -v chromium) EGISSOGW_PICTURES=$(CURDIR)/.cache/pictures EGISSOGW_PAGE_ROWS=$(ROWS) \
		go test -count=1 -timeout=20m -run '^Test(Browser|PagesAreQuick)$$' -v ./adapter/page
	EGISSOGW_PAGE_MEMORY=yes go test -count=1 -timeout=10m -run '^TestPageMemory$$' -v ./cmd/egissogw
	EGISSOGW_PROMTOOL=$$(.ci/promtool) go test -count=1 -timeout=10m -run '^TestRulesUnderPromtool$$' -v ./config
	EGISSOGW_SCREEN_ROWS=$(ROWS) EGISSOGW_TEST_REPORT_FACTS=200000 go test -count=1 -timeout=20m -run '^Test(ScreensAreQuick|ReportIsQuick)$$' -v ./adapter/store
	@$(MAKE) --no-print-directory try-packages

# Root alone can make a machine and boot it.
try-packages: softhsm ## the packages, twice and equal; installed, upgraded, removed in booted Debian 12 and 13
	@[ "$$(id -u)" = 0 ] || { echo "make: the packages are tried as root" >&2; exit 1; }
	@.ci/deps packages
	@rm -rf .cache/again && git clone -q . .cache/again
	.ci/pack '$(VERSION)' '$(PACKAGE_VERSION)' >/dev/null && .cache/again/.ci/pack '$(VERSION)' '$(PACKAGE_VERSION)' >/dev/null
	cd bin/packages && sha256sum --quiet -c ../../.cache/again/bin/packages/SHA256SUMS && rm -rf ../../.cache/again
	for release in bookworm trixie; do .ci/packages $$release; done

conformance: deps build ## validate every message and package of a demo run
	rm -rf .conformance
	bin/egissogw demo --save .conformance $(demo_flags)
	.ci/conformance .conformance

bench: ## signing side by side with OpenSSL, libxml2, goxmldsig and gogost
	@.ci/deps bench
	@.ci/gost-engine >/dev/null
	EGISSOGW_BENCH=1 go test -C crypto/signbench -count=1 -timeout=20m -run '^TestReport$$'

bench-flow: ## facts from the МИС to ЕГИССО and back, beside COPY and two claims; FLOW=20000,100000 RUNS=3
	@.ci/deps demo
	@mkdir -p .cache
	go build -o .cache/benchflow ./cmd/benchflow
	.cache/benchflow --facts=$(FLOW) --runs=$(RUNS) --json=.cache/benchflow.json $(FLOWFLAGS)

benchmarks: deps engine ## single benchmarks (BENCH=pattern PKG=./crypto/... BENCHCOUNT=n)
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(BENCHCOUNT) $(PKG)

faults: ## table: every fault and other trouble at every call, what the jobs do, what comes of it
	@.ci/deps test
	EGISSOGW_FAULTS=all go test -count=1 -timeout=5m -run '^TestFaultTable$$' -v ./jobs | grep -v -e '^ *=== ' -e '^ *--- PASS: .*/'

hostile: ## table: hostile input of MIB MiB, peak memory, CPU time, what is said about it
	@.ci/deps test
	EGISSOGW_HOSTILE_MIB=$(MIB) go test -count=1 -timeout=30m -p 1 -run '^TestHostile' -v ./crypto/... ./adapter/... ./jobs/... ./cmd/... | grep -e ' → ' -e FAIL -e '_test.go'

soak: ## MESSAGES messages, a fifth of all calls in trouble; an hour without the bus
	@.ci/deps test
	EGISSOGW_SOAK=$(MESSAGES) EGISSOGW_SOAK_RESULT=$(RESULT) go test -count=1 -timeout=3h -run '^Test(Soak|SoakOfFiles|Downtime)$$' -v ./jobs && \
		{ echo; echo "soak passed, see $(RESULT):"; grep TestSoak $(RESULT) | tail -2; } || \
		{ echo; echo "soak FAILED, see $(RESULT)"; exit 1; }

# Exit code 3: what could be played went well, and the report says what could not.
torture: ## bad days with real processes, judged from outside; NAME=kill-2, SHORT=1
	@.ci/deps demo
	@mkdir -p .cache $(dir $(REPORT))
	go build -o .cache/torture ./cmd/torture
	.cache/torture --json=$(REPORT) $(if $(NAME),--name=$(NAME)) $(if $(SHORT),--short) || [ $$? = 3 ]

histories: ## N random histories from SEED on, judged from outside; RECORD=file keeps what ЕГИССО holds; COMPARE="old new" compares two
	@.ci/deps test
ifdef COMPARE
	EGISSOGW_HISTORIES_COMPARE='$(foreach file,$(COMPARE),$(abspath $(file)))' go test -count=1 -v -run '^TestCompare$$' ./cmd/torture/history
else
	EGISSOGW_HISTORIES='$(N)' EGISSOGW_HISTORIES_SEED='$(SEED)' EGISSOGW_HISTORIES_RECORD='$(if $(RECORD),$(abspath $(RECORD)))' \
		go test -count=1 -timeout=12h -run '^TestHistories$$' ./cmd/torture/history
endif

fuzz: ## every fuzz target for FUZZTIME each (PKG=./crypto/...)
	@go list $(PKG) | while read -r package; do \
		for target in $$(go test -list '^Fuzz' "$$package" | grep '^Fuzz' || true); do \
			echo "== $$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime $(FUZZMINIMIZE) "$$package"; \
		done; \
	done

cover: deps softhsm engine ## coverage per package and in total
	@mkdir -p .cache
	go test -coverpkg=./... -coverprofile=.cache/cover.out ./...
	@go tool cover -func=.cache/cover.out | tail -1

deps:
	@.ci/deps test

# Without network their source cannot be fetched; then only the tests that need them skip. CI insists (STRICT=1).
softhsm: deps
	@.ci/softhsm >/dev/null || { \
		echo "make: no PKCS#11 module with GOST: the tests that need one will be skipped" >&2; \
		[ -z "$(STRICT)" ]; \
	}

engine: deps
	@.ci/gost-engine >/dev/null || { \
		echo "make: no OpenSSL with GOST: signatures and hashes are compared with recorded vectors and gogost only" >&2; \
		[ -z "$(STRICT)" ]; \
	}

clean: ## remove what was built (not .cache)
	rm -rf bin .conformance

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
