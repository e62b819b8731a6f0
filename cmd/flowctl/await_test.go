package main

import (
	"os"
	"regexp"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptAwait waits until a file that a process in the background writes matches a
// pattern, and sets the variables that its named groups are called.
func scriptAwait(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await FILE PATTERN")
	}
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	path := ts.MkAbs(args[0])
	var text []byte
	for start := time.Now(); time.Since(start) < terminalWait; time.Sleep(10 * time.Millisecond) {
		text, err = os.ReadFile(path)
		found := pattern.FindSubmatch(text)
		if err != nil || found == nil {
			continue
		}
		for i, name := range pattern.SubexpNames() {
			if name != "" {
				ts.Setenv(name, string(found[i]))
			}
		}
		return
	}
	ts.Fatalf("await: %s (%v) holds %q, which never matched", args[0], err, text)
}
