package rawjson

import (
	"bytes"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// keySet is the set of keys of an object that is being scanned: those in Scanner.keys from
// first on and, once there are many, a map of all.
type keySet struct {
	first int
	many  map[string]struct{}
}

// remember adds key to the set and reports whether it was not in it.
func (s *Scanner) remember(key []byte, seen *keySet) bool {
	if bytes.IndexByte(key, '\\') >= 0 {
		key = Unescape(key)
	} else {
		key = key[1 : len(key)-1]
	}
	if seen.many != nil {
		if _, ok := seen.many[string(key)]; ok {
			return false
		}
		seen.many[string(key)] = struct{}{}
		return true
	}
	mine := s.keys[seen.first:]
	for _, k := range mine {
		if bytes.Equal(k, key) {
			return false
		}
	}
	if s.keys = append(s.keys, key); len(mine) == 16 {
		seen.many = make(map[string]struct{}, 64)
		for _, k := range s.keys[seen.first:] {
			seen.many[string(k)] = struct{}{}
		}
	}
	return true
}

// Unescape returns the text of a string token. Unlike [Text] it encodes lone surrogates as
// WTF-8, so that different keys stay different.
func Unescape(token []byte) []byte {
	return appendUnescaped(make([]byte, 0, len(token)), token)
}

func appendUnescaped(dst, token []byte) []byte {
	src := token[1 : len(token)-1]
	for i := 0; i < len(src); {
		plain := bytes.IndexByte(src[i:], '\\')
		if plain < 0 {
			return append(dst, src[i:]...)
		}
		dst = append(dst, src[i:i+plain]...)
		i += plain
		if src[i+1] != 'u' {
			dst = append(dst, simpleEscape[src[i+1]])
			i += 2
			continue
		}
		r := hex4(src[i+2:])
		i += 6
		if i+6 <= len(src) && src[i] == '\\' && src[i+1] == 'u' {
			if pair := utf16.DecodeRune(r, hex4(src[i+2:])); pair != utf8.RuneError {
				r = pair
				i += 6
			}
		}
		if utf16.IsSurrogate(r) {
			dst = append(dst, 0xED, 0x80|byte(r>>6&0x3F), 0x80|byte(r&0x3F))
		} else {
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// simpleEscape maps the character after a backslash to the character that it stands for.
//
//nolint:gochecknoglobals // a table that is only read
var simpleEscape = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func hex4(digits []byte) rune {
	var r rune
	for _, c := range digits[:4] {
		switch {
		case c <= '9':
			c -= '0'
		default:
			c = c | 0x20 - 'a' + 10
		}
		r = r<<4 | rune(c)
	}
	return r
}

// IsKey reports whether the text of the string token is name.
func IsKey(token []byte, name string) bool {
	if len(token) == len(name)+2 {
		return string(token[1:len(token)-1]) == name
	}
	return len(token) > len(name)+2 && bytes.IndexByte(token, '\\') >= 0 && string(Unescape(token)) == name
}

// isSameKey reports whether two string tokens have the same text.
func isSameKey(a, b []byte) bool {
	return bytes.Equal(a, b) || bytes.Equal(Unescape(a), Unescape(b))
}

// IndexKey returns the index in names of the text of the string token, -1 if it is not in it.
func IndexKey(token []byte, names []string) int {
	return slices.IndexFunc(names, func(name string) bool { return IsKey(token, name) })
}
