package browser

import (
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// FileIn returns the id of the file that a text is taken for where it reaches a model:
// a UUID, 8 to 64 hexadecimal digits, or the path of a file's content; "" for none.
func FileIn(v js.Value) string {
	text, ok := js.AsString(v)
	if !ok {
		return ""
	}
	text = js.Trim(text)
	const before, after = "/api/v1/files/", "/content"
	if n := len(text) - len(after); n > len(before) && strings.EqualFold(text[:len(before)], before) && strings.EqualFold(text[n:], after) {
		if id := text[len(before):n]; isHex(id, true) {
			return id
		}
		return ""
	}
	if IsFileID(text) || 8 <= len(text) && len(text) <= 64 && isHex(text, false) {
		return text
	}
	return ""
}

// IsFileID reports whether a text is taken for the id of a file to show: it is as long
// as a UUID and has its characters.
func IsFileID(text string) bool { return len(text) == 36 && isHex(text, true) }

// isHex reports whether s has nothing but hexadecimal digits, and hyphens.
func isHex(s string, hyphens bool) bool {
	digits := "0123456789abcdefABCDEF"
	if hyphens {
		digits += "-"
	}
	return strings.Trim(s, digits) == ""
}

// IsPipeline reports whether a model's id is taken for that of a function of the
// backend, which looks for files itself.
func IsPipeline(model string) bool {
	lower := js.ToLower(model)
	return strings.Contains(model, "function") || strings.Contains(model, "pipe") ||
		strings.Contains(lower, "veo") || strings.Contains(lower, "runway") ||
		strings.Contains(lower, "kling") || strings.Contains(lower, "gemini")
}

// mentionedFile finds the id in /files/{id}/content, "" if a text has none.
func mentionedFile(text string) string {
	for rest := text; ; {
		_, after, ok := strings.Cut(rest, "/files/")
		if !ok {
			return ""
		}
		n := 0
		for n < len(after) && (after[n] == '-' || '0' <= after[n] && after[n] <= '9' || 'a' <= after[n] && after[n] <= 'f') {
			n++
		}
		if n > 0 && strings.HasPrefix(after[n:], "/content") {
			return after[:n]
		}
		rest = after
	}
}
