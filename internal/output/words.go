package output

import (
	"fmt"
	"strings"
)

// ShellQuote quotes an argument for a shell where it has to be.
func ShellQuote(s string) string {
	if s = Text(s); strings.ContainsAny(s, " '\"$`\\&;|<>()*?[]#~") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// Plural returns "1 flow", "2 flows".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Quoted quotes a text for a message, made short and harmless.
func Quoted(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return `"` + Text(s) + `"`
}
