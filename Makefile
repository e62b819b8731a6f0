# make check is what CI does; see CONTRIBUTING.md.
GOLANGCI_VERSION = v2.15.0
GOBIN := $(shell go env GOPATH)/bin

.PHONY: check build fmt vet lint test cover generate bench fuzz tools

check: fmt vet lint test

build:
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o flowctl ./cmd/flowctl

fmt:
	@out=$$(gofmt -l .); test -z "$$out" || { echo "not gofmt-ed:"; echo "$$out"; exit 1; }

vet:
	go vet ./...
	cd tools/bench && go vet ./...

lint: tools
	$(GOBIN)/golangci-lint run
	cd tools/bench && $(GOBIN)/golangci-lint run

# The drift of docs, completions and openapi is checked by tests of their own.
test:
	GORACE=atexit_sleep_ms=20 go test -race ./... # else every command of a script sleeps a second before it exits

# What the tests run of the product. The flowctl processes that scripts start count:
# go test sets GOCOVERDIR for them, and merges what they write there.
cover:
	go test -coverpkg=./... -coverprofile=cover.tmp ./...
	grep -vE '/(modeltest|clienttest|servertest)/' cover.tmp >cover.out # test doubles
	go tool cover -func cover.out | tail -n 1

generate:
	go test ./cmd/flowctl -run TestGenerated -update # docs/cli, docs/man, docs/images, docs/rules.md, completions
	go test ./internal/server -run TestOpenAPIJSON -update
	go test ./internal/licenses -update
	cp pkg/flowfile/schema.json docs/schema/flow-1.0.json

bench:
	cd tools/bench && go run .

# Each fuzz target for a short while; CI runs their corpora as plain tests.
fuzz:
	@for pkg in $$(grep -rl --include='*_test.go' 'func Fuzz' . | xargs -n1 dirname | sort -u); do \
		for target in $$(grep -ho 'func Fuzz[A-Za-z0-9]*' $$pkg/*_test.go | sed 's/func //'); do \
			go test $$pkg -run '^$$' -fuzz "^$$target$$" -fuzztime 20s || exit 1; \
		done; \
	done

tools:
	@$(GOBIN)/golangci-lint version 2>/dev/null | grep -q "$(GOLANGCI_VERSION:v%=%)" || \
		go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
