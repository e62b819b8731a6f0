// Command flowctl keeps AI flows in git: it lists, copies, checks and moves the
// flows of a flows server, and is such a server itself.
package main

import (
	"context"
	"os"
)

func main() {
	a := newApp(os.Stdin, os.Stdout, os.Stderr)
	ctx := a.interrupts.watch(context.Background())
	os.Exit(a.run(ctx, os.Args[1:]))
}
