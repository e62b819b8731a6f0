package main

import (
	"cmp"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// maxInitAllocs is how many allocations the packages of the program may make
// before main starts. Unlike the milliseconds it does not depend on the machine.
const maxInitAllocs = 9000

// TestStartup keeps imports from slowing down every command: a package that builds
// its tables in init does so for 'flowctl version' too.
func TestStartup(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "flowctl", "version") // this binary: the packages of the tests count, too
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("run: %v\n%s", err, trace)
	}
	inits, sum := parseInitTrace(t, string(trace))
	if len(inits) < 50 {
		t.Fatalf("saw %d packages, which cannot be all:\n%s", len(inits), trace)
	}
	t.Logf("%d packages, %d allocations", len(inits), sum)
	if sum > maxInitAllocs {
		t.Errorf("%d allocations before main, at most %d are allowed; the worst:", sum, maxInitAllocs)
		for _, i := range inits[:10] {
			t.Errorf("%6d  %s", i.allocs, i.pkg)
		}
	}
}

type initCost struct {
	pkg    string
	allocs int
}

// parseInitTrace reads the lines that GODEBUG=inittrace=1 prints, the most
// allocations first:
//
//	init net/http @10 ms, 0.065 ms clock, 4712 bytes, 49 allocs
func parseInitTrace(t *testing.T, trace string) (inits []initCost, sum int) {
	t.Helper()
	line := regexp.MustCompile(`(?m)^init (\S+) @.* (\d+) allocs$`)
	for _, m := range line.FindAllStringSubmatch(trace, -1) {
		allocs, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		inits = append(inits, initCost{m[1], allocs})
		sum += allocs
	}
	slices.SortFunc(inits, func(a, b initCost) int { return cmp.Compare(b.allocs, a.allocs) })
	return inits, sum
}
