package output

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text makes s fit for one line of a terminal. Whatever could move the cursor,
// start an escape sequence, or turn the reading direction is shown as JSON would
// escape it, and line breaks and tabs as a space.
func Text(s string) string { return clean(s, false) }

// Lines is [Text] for text of several lines: line breaks and tabs stay.
func Lines(s string) string { return clean(s, true) }

func clean(s string, keepLines bool) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\n' || r == '\t':
			if !keepLines {
				r = ' '
			}
			b.WriteRune(r)
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsControl(r), isFormat(r):
			for _, unit := range utf16.AppendRune(nil, r) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isFormat recognises the invisible characters that change how others are shown:
// direction marks and overrides, line and paragraph separators, tags. The
// joiners that emoji and some scripts are written with are left alone.
func isFormat(r rune) bool {
	const zwnj, zwj = '\u200c', '\u200d'
	return r != zwj && r != zwnj && unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// Time shows epoch seconds: relative to now on a terminal, else as RFC 3339 in
// UTC. 0 is unknown and shown as "-".
func (p *Printer) Time(epoch int64) string {
	if epoch == 0 {
		return "-"
	}
	t := time.Unix(epoch, 0).UTC()
	if p.opts.Now == nil {
		return t.Format(time.RFC3339)
	}
	return ago(p.opts.Now().Sub(t), t)
}

func ago(d time.Duration, t time.Time) string {
	const day = 24 * time.Hour
	switch {
	case d < -time.Minute: // more than clocks that are not quite in step
		return t.Format(time.DateOnly)
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return Plural(int(d/time.Minute), "minute") + " ago"
	case d < day:
		return Plural(int(d/time.Hour), "hour") + " ago"
	case d < 30*day:
		return Plural(int(d/day), "day") + " ago"
	}
	return t.Format(time.DateOnly)
}
