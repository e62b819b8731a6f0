// Command bench measures flowctl against other ways to do the same, side by side
// in one run, and writes the ratios to docs/benchmarks.md. It needs curl and jq, and
// runs on Linux. Call it by `make bench`, or run it in its folder.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
)

// root is the repository's folder: bench runs in that of its own module.
const root = "../.."

// row is one measured sentence of the table.
type row struct {
	What  string
	Ours  string // our figure, with its unit
	Other string // what it is compared with; "" for none
	Ratio float64
	Bound float64
	// AtLeast turns the bound around: the ratio has to reach it.
	AtLeast bool
}

func (r row) holds() bool {
	if r.AtLeast {
		return r.Ratio >= r.Bound
	}
	return r.Ratio <= r.Bound
}

func (r row) String() string {
	sign, verdict := "≤", "yes"
	if r.AtLeast {
		sign = "≥"
	}
	if !r.holds() {
		verdict = "**no**"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s %s | %s |", r.What, r.Ours, r.Other, figure(r.Ratio), sign, figure(r.Bound), verdict)
}

// figure writes a number with three digits, without a fraction when it is large.
func figure(f float64) string {
	if f >= 100 {
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprintf("%.3g", f)
}

// bench is what all measurements share.
type bench struct {
	dir     string // scratch folder
	flowctl string // the built binary
	rows    []row
}

func (b *bench) add(r row) {
	fmt.Println(r)
	b.rows = append(b.rows, r)
}

func main() {
	only := flag.String("only", "", "run one part: start, files, folder, server, versions, memory, engine")
	flag.Parse()
	if os.Getenv(plainEnv) != "" {
		servePlain()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *only)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only string) error {
	dir, err := os.MkdirTemp("", "flowctl-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{dir: dir, flowctl: filepath.Join(dir, "flowctl")}
	if err := build(ctx, b.flowctl, "./cmd/flowctl"); err != nil {
		return err
	}
	parts := []struct {
		name    string
		measure func(context.Context) error
	}{
		{"start", b.startup}, {"files", b.files}, {"folder", b.folder}, {"server", b.server}, {"versions", b.versions}, {"memory", b.memory},
		{"engine", b.engine},
	}
	for _, p := range parts {
		if only != "" && only != p.name {
			continue
		}
		if err := p.measure(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if only != "" {
		return nil
	}
	return b.write(filepath.Join(root, "docs", "benchmarks.md"))
}

// build makes a static binary as a release would.
func build(ctx context.Context, out, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", out, pkg)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	return cmd.Run()
}

func (b *bench) write(path string) error {
	var t strings.Builder
	fmt.Fprintf(&t, `# Benchmarks

Written by `+"`make bench`"+` (tools/bench) on %d cores, %s, %s/%s. Flows are of 5 KB. Both sides of a row are
measured in the same run, taking turns; figures are medians. What counts is the ratio.

| what | flowctl | against | ratio | bound | holds |
|---|---|---|---|---|---|
`, runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, r := range b.rows {
		t.WriteString(r.String() + "\n")
	}
	return os.WriteFile(path, []byte(t.String()), 0o644) //nolint:gosec // a document
}
