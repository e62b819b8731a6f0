package rawjson

import "strings"

// EscapePointer encodes a key as a token of a JSON pointer (RFC 6901).
func EscapePointer(key string) string {
	if !strings.ContainsAny(key, "~/") {
		return key // making a Replacer costs more
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// UnescapePointer decodes a token of a JSON pointer (RFC 6901).
func UnescapePointer(token string) string {
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
}
