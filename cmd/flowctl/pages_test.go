package main

import "testing"

// TestPages runs what the pages of the documentation show.
func TestPages(t *testing.T) {
	for path, least := range map[string]int{"README.md": 4, "docs/tutorial.md": 25} {
		t.Run(path, func(t *testing.T) { checkPage(t, newPageShell(t), "../../"+path, least) })
	}
}
