// Command flowctl keeps AI flows in git: it lists, copies, checks and moves the
// flows of a flows server, and is such a server itself.
package main

import (
	"os"

	"github.com/flowctl/flowctl/internal/cli"
)

func main() { os.Exit(cli.Main()) }
