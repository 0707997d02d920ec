# Each target does what its line says; `make` alone lists them.
GO ?= go
DEMO := examples/daily_payment
# For the tests of a package; go test's own ten minutes are too few for a busy machine.
TIMEOUT := 60m

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

build: ## build bin/recon, one static program with all bundled plugins
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/recon ./cmd/recon

demo: build ## reconcile two days of orders (SQLite) with a channel's bill (GB18030)
	@sh $(DEMO)/demo.sh bin/recon

test: ## run every test; set RECON_REQUIRE_SERVERS=1 to fail where a database server is absent
	$(GO) test -timeout $(TIMEOUT) ./...

race: ## run the tests of concurrent code under the race detector
	$(GO) test -timeout $(TIMEOUT) -race ./sdk/... ./lang ./engine/... ./lsp ./cmd/...

nightly: ## what takes too long for each change: runs killed 1,000 times, 20,000 random runs, fuzzing for five minutes a target
	RECON_CRASHES=1000 $(GO) test ./cmd/recon -run 'TestKilledRuns$$|TestResumeKilledRuns$$' -timeout 60m
	RECON_TRUTHS=20000 $(GO) test ./cmd/recon -run 'TestOneTruth$$' -timeout 60m
	@sh .ci/fuzz 300s

fuzz: ## fuzz each target for FUZZTIME (default 60s)
	@sh .ci/fuzz $${FUZZTIME:-60s}

bench: build ## measure recon beside DuckDB and write docs/explanation/performance.md
	$(GO) run ./engine/benchmark -recon bin/recon -out docs/explanation/performance.md

bench-scale: build ## measure what a row costs up to a hundred million rows a side; takes 40 GB of disk
	$(GO) run ./engine/benchmark -scale -recon bin/recon -out docs/explanation/performance.md

lint: ## vet, staticcheck, format, generated files
	@test -z "$$(gofmt -l .)" || { echo "not formatted:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

vsix: ## pack the extension for VS Code as dist/recon.vsix (needs npm)
	@mkdir -p dist
	cd lsp/editors/vscode && npm ci --ignore-scripts && npm run package

vscode-window: build vsix ## drive the extension in a window of VS Code (needs npm, and chromium and ripgrep of Debian)
	cd lsp/editors/window && npm install && npm run setup && npm test

check: lint test ## what CI runs before a change lands

clean: ## remove what the other targets made
	rm -rf bin bench $(DEMO)/data

.PHONY: help build demo test race nightly fuzz bench bench-scale lint vsix vscode-window check clean
