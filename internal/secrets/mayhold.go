package secrets

import (
	"bytes"
	"slices"
)

// shortest is the least number of letters, digits and the like in a row that every
// secret but a password and a bearer token has somewhere, capitals or digits among
// them. Prose and the names of fields have none so long.
const shortest = 20

// rowChars are those characters.
//
//nolint:gochecknoglobals // a table that is only read
var rowChars = func() (is [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/+.") {
		is[c] = true
	}
	return is
}()

// The keys that stand in no such row: those of URLs with a password, of bearer tokens and
// of private keys.
const (
	userinfoKey = "://"
	bearerKey   = "earer "
	bearerCaps  = "EARER "
	privateKey  = "PRIVATE KEY"
)

// MayHold reports whether a text or a JSON text may hold a secret. That is asked of all
// that is read, and almost always answered with no: looking for every key instead takes
// 'flowctl validate' 80 % longer.
func MayHold(raw []byte) bool {
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
		if i-start >= shortest && hasKey(raw[start:i]) {
			return true
		}
	}
	return hasUserinfo(raw) || hidesLetters(raw) ||
		slices.ContainsFunc([]string{bearerKey, bearerCaps, privateKey}, func(key string) bool { return bytes.Contains(raw, []byte(key)) })
}

// hasKey reports whether the key of a form is in a row that has capitals or digits. No key
// is in what a hexadecimal digit or a dash can spell, such as a UUID.
func hasKey(row []byte) bool {
	mixed, beyond := false, false
	for _, c := range row {
		capital := 'A' <= c && c <= 'Z'
		mixed = mixed || capital || '0' <= c && c <= '9'
		beyond = beyond || capital || c > 'f'
	}
	return mixed && beyond && slices.ContainsFunc(forms, func(f form) bool {
		return slices.ContainsFunc(f.keys, func(key string) bool { return bytes.Contains(row, []byte(key)) })
	})
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
