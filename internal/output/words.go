package output

import (
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"
)

// ShellQuote quotes an argument for a shell where it has to be.
func ShellQuote(s string) string {
	if s = Text(s); strings.ContainsAny(s, " '\"$`\\&;|<>()*?[]#~") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// Plural returns a number with its noun: "1 flow", "1,204 flows".
func Plural(n int, noun string) string {
	return humanize.Comma(int64(n)) + " " + english.PluralWord(n, noun, "")
}

// Quoted quotes a text for a message, made short and harmless.
func Quoted(s string) string {
	const most = 80
	return `"` + cut(Text(s), most) + `"`
}
