package secrets

import (
	"bytes"
	"slices"
	"strings"
	"sync"
)

// shortest is the least number of letters, digits and the like in a row that every
// secret but a password and a bearer token has somewhere, capitals or digits among
// them. Prose and the names of fields have none so long.
const shortest = 20

// rowChars are those characters.
//
//nolint:gochecknoglobals // a table that is only read
var rowChars = func() (is [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/+") {
		is[c] = true
	}
	return is
}()

// keys are the keys of forms: those that stand in such a row, by their first
// byte, and those that may stand before it.
type keys struct {
	byFirst [256][]string
	apart   [][]byte
}

//nolint:gochecknoglobals // nothing is made before
var allKeys = sync.OnceValue(func() *keys {
	var k keys
	for _, f := range forms {
		for _, key := range f.keys {
			switch {
			case !strings.ContainsFunc(key, func(r rune) bool { return !rowChars[byte(r)] }):
				k.byFirst[key[0]] = append(k.byFirst[key[0]], key)
			case key != userinfoKey && key != bearerKey && key != bearerCaps:
				k.apart = append(k.apart, []byte(key))
			}
		}
	}
	return &k
})

// The keys of what need have no such row: URLs with a password, and bearer tokens.
const (
	userinfoKey = "://"
	bearerKey   = "earer "
	bearerCaps  = "EARER "
)

// MayHold reports whether a text or a JSON text may hold a secret. That is asked of all
// that is read, and almost always answered with no: looking for every key instead takes
// 'flowctl validate' 80 % longer, and looking for rows alone before that 40 % where ids
// are UUIDs.
func MayHold(raw []byte) bool {
	const shortestURL = len("a://:b@c")
	if len(raw) < shortestURL {
		return false
	}
	var k *keys // once they are needed
	for i := shortest - 1; i < len(raw); i += shortest {
		if !rowChars[raw[i]] {
			continue
		}
		start := i
		for start > 0 && rowChars[raw[start-1]] {
			start--
		}
		for i++; i < len(raw) && rowChars[raw[i]]; i++ {
		}
		if i-start < shortest || !isMixed(raw[start:i]) {
			continue
		}
		if k == nil {
			if k = allKeys(); slices.ContainsFunc(k.apart, func(key []byte) bool { return bytes.Contains(raw, key) }) {
				return true
			}
		}
		if k.in(raw[start:i]) {
			return true
		}
	}
	return hasUserinfo(raw) || hidesLetters(raw) || bytes.Contains(raw, []byte(bearerKey)) || bytes.Contains(raw, []byte(bearerCaps))
}

// isMixed reports whether there are capitals or digits.
func isMixed(row []byte) bool {
	for _, c := range row {
		if 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' {
			return true
		}
	}
	return false
}

// in reports whether one of the keys is in the row.
func (k *keys) in(row []byte) bool {
	for i, c := range row {
		for _, key := range k.byFirst[c] {
			if len(row)-i >= len(key) && string(row[i:i+len(key)]) == key {
				return true
			}
		}
	}
	return false
}

// hasUserinfo reports whether there is a URL with a user's name and a password.
func hasUserinfo(raw []byte) bool {
	for {
		_, after, ok := bytes.Cut(raw, []byte(userinfoKey))
		if !ok {
			return false
		}
		colon := false
		for _, c := range after {
			if c == '@' && colon {
				return true
			}
			if c <= ' ' || c == '/' || c == '"' || c == '?' || c == '#' || c == '<' || c == '>' {
				break
			}
			colon = colon || c == ':'
		}
		raw = after
	}
}

// hidesLetters reports whether characters of secrets are written as escapes that
// nobody needs: \u0067, or \/ in a URL.
func hidesLetters(raw []byte) bool {
	for {
		_, after, ok := bytes.Cut(raw, []byte(`\u00`))
		if !ok {
			return bytes.Contains(raw, []byte(`:\/\/`))
		}
		if len(after) > 0 && '2' <= after[0] && after[0] <= '7' {
			return true
		}
		raw = after
	}
}
