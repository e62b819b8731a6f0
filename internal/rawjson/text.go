package rawjson

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// Text returns the text of a JSON string, with U+FFFD for an escaped lone surrogate. It
// returns "" for any other value.
func Text(raw []byte) string {
	if len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	_ = json.Unmarshal(raw, &s) // cannot fail: a scanned token
	return s
}

// Plain returns the text of a JSON string, and the JSON of any other value.
func Plain(raw []byte) string {
	if len(raw) > 0 && raw[0] == '"' {
		return Text(raw)
	}
	return string(raw)
}

// IsText reports whether [Text] of raw is s.
func IsText(raw []byte, s string) bool {
	if raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1:len(raw)-1]) == s
	}
	return Text(raw) == s
}

// HasLoneSurrogate reports whether a string token has an escaped surrogate that is not part
// of a pair.
func HasLoneSurrogate(token []byte) bool {
	return bytes.Contains(token, []byte(`\u`)) && !utf8.Valid(Unescape(token))
}

// AppendString appends s as a JSON string with as few escapes as possible. Invalid UTF-8
// becomes U+FFFD.
func AppendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, '\\', 'n')
		case r == '\r':
			dst = append(dst, '\\', 'r')
		case r == '\t':
			dst = append(dst, '\\', 't')
		case r < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}

// AppendCompact appends src, valid JSON, without the white space between its tokens and
// otherwise byte for byte.
func AppendCompact(dst, src []byte) []byte {
	start := 0 // of what is not appended yet
	for i := 0; i < len(src); {
		switch c := src[i]; {
		case c == '"':
			i = stringEnd(src, i)
		case isSpace(c):
			dst = append(dst, src[start:i]...)
			for i < len(src) && isSpace(src[i]) {
				i++
			}
			start = i
		default:
			i++
		}
	}
	return append(dst, src[start:]...)
}

// stringEnd is the index after the string token that starts at start.
func stringEnd(src []byte, start int) int {
	for i := start + 1; ; {
		n := bytes.IndexByte(src[i:], '"')
		if n < 0 {
			return len(src)
		}
		i += n + 1
		slashes := 0
		for src[i-2-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i
		}
	}
}
