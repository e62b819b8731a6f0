package js

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Parse is JSON.parse(text): of double keys the last value counts, numbers are
// doubles, keys that are whole numbers come first. The value shares text's
// memory.
func Parse(text string) (Value, error) { return parse(text, false) }

// ParseExact is Parse, but keeps the spelling of numbers (which may be too big
// or too long for a double) and the order of keys.
func ParseExact(text string) (Value, error) { return parse(text, true) }

// reader reads one JSON text.
type reader struct {
	dec   jsontext.Decoder
	src   strings.Reader
	text  string
	exact bool
}

// readers are kept: making one costs more than reading a node's data.
var readers = sync.Pool{New: func() any { return new(reader) }} //nolint:gochecknoglobals // a cache

func parse(text string, exact bool) (Value, error) {
	r := readers.Get().(*reader)
	defer func() {
		r.text = ""
		r.src.Reset("")
		readers.Put(r)
	}()
	r.text, r.exact = text, exact
	r.src.Reset(text)
	r.dec.Reset(&r.src, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	v, err := r.value()
	if err == nil {
		if _, err = r.dec.ReadToken(); errors.Is(err, io.EOF) {
			return v, nil
		} else if err == nil {
			err = errors.New("unexpected text after the JSON value")
		}
	}
	var bad *jsontext.SyntacticError
	if errors.As(err, &bad) {
		err = fmt.Errorf("%w at byte %d", bad.Err, bad.ByteOffset)
	}
	return nil, err
}

func (r *reader) value() (Value, error) {
	switch r.dec.PeekKind() {
	case '"':
		s, err := r.str()
		return String(s), err
	case '0':
		token, err := r.token()
		n := Number(token)
		if !r.exact {
			n = FromFloat(n.Float())
		}
		return n, err
	case '[':
		return r.array()
	case '{':
		return r.object()
	}
	tok, err := r.dec.ReadToken()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	if tok.Kind() == 'n' {
		return Null{}, nil
	}
	return Bool(tok.Bool()), nil
}

// token reads a string or a number as it is spelt.
func (r *reader) token() (string, error) {
	raw, err := r.dec.ReadValue()
	end := int(r.dec.InputOffset())
	return r.text[end-len(raw) : end], err
}

func (r *reader) str() (string, error) {
	token, err := r.token()
	if err != nil {
		return "", err
	}
	return unquote(token), nil
}

func (r *reader) array() (Value, error) {
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, err
	}
	list := Array{}
	for r.dec.PeekKind() != ']' {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := r.dec.ReadToken()
	return list, err
}

func (r *reader) object() (Value, error) {
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, err
	}
	var o Object
	var at keys
	for r.dec.PeekKind() != '}' {
		key, err := r.str()
		if err != nil {
			return nil, err
		}
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		if i := at.find(o, key); i >= 0 {
			o[i].Value = v
			continue
		}
		if o == nil {
			o = make(Object, 0, 2)
		}
		o = append(o, Member{Key: key, Value: v})
	}
	if !r.exact {
		o.Sort()
	}
	_, err := r.dec.ReadToken()
	return o, err
}

// keys finds the members of an object that is being read: by comparing while
// there are few, with a map beyond that.
type keys map[string]int

func (k *keys) find(o Object, key string) int {
	const few = 16
	if len(o) <= few {
		return slices.IndexFunc(o, func(m Member) bool { return m.Key == key })
	}
	if *k == nil {
		*k = make(keys)
	}
	for i := len(*k); i < len(o); i++ {
		(*k)[o[i].Key] = i
	}
	if i, ok := (*k)[key]; ok {
		return i
	}
	return -1
}

// Sort puts the members into the order in which JavaScript enumerates them.
func (o Object) Sort() {
	slices.SortStableFunc(o, func(a, b Member) int { return CompareKeys(a.Key, b.Key) })
}

// CompareKeys orders keys as JavaScript enumerates them: those that are whole
// numbers first and ascending; the others are equal, to be left as they are.
func CompareKeys(a, b string) int {
	i, isIndex := arrayIndex(a)
	j, isIndex2 := arrayIndex(b)
	switch {
	case isIndex && isIndex2:
		return cmp.Compare(i, j)
	case isIndex:
		return -1
	case isIndex2:
		return 1
	}
	return 0
}

// unquote returns the text of a JSON string token.
func unquote(token string) string {
	body := token[1 : len(token)-1]
	if strings.IndexByte(body, '\\') < 0 {
		return body
	}
	if !strings.Contains(body, `\u`) {
		b, _ := jsontext.AppendUnquote(nil, token) // cannot fail: the decoder took it
		return string(b)
	}
	text := make([]byte, 0, len(body)/2)
	for body != "" {
		plain, rest, escaped := strings.Cut(body, `\`)
		text = appendText(text, plain)
		if !escaped {
			break
		}
		if rest[0] == 'u' {
			unit, _ := hex(rest[1:], 4)
			text = appendUnits(text, []rune{unit})
			body = rest[5:]
			continue
		}
		b, _ := jsontext.AppendUnquote(nil, `"\`+rest[:1]+`"`)
		text = append(text, b...)
		body = rest[1:]
	}
	return string(text)
}

// hex reads n hexadecimal digits.
func hex(s string, n int) (rune, bool) {
	if len(s) < n {
		return 0, false
	}
	var r rune
	for i := range n {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// AppendJSON appends JSON.stringify(v); undefined on its own, for which that
// returns nothing, becomes null.
func AppendJSON(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case Bool:
		if v {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case Number:
		if c := v[len(v)-1]; c < '0' || c > '9' { // NaN, Infinity
			return append(dst, "null"...)
		}
		return append(dst, v...)
	case String:
		return appendQuoted(dst, string(v))
	case File:
		return appendQuoted(dst, string(v))
	case Array:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendJSON(dst, item)
		}
		return append(dst, ']')
	case Object:
		dst = append(dst, '{')
		start := len(dst)
		for _, m := range v {
			if IsUndefined(m.Value) {
				continue
			}
			if len(dst) > start {
				dst = append(dst, ',')
			}
			dst = append(appendQuoted(dst, m.Key), ':')
			dst = AppendJSON(dst, m.Value)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

// SizeJSON is at least the length of AppendJSON(nil, v), and close to it.
func SizeJSON(v Value) int {
	switch v := v.(type) {
	case Bool:
		return len("false")
	case Number:
		return max(len(v), len("null"))
	case String:
		return sizeQuoted(string(v))
	case File:
		return sizeQuoted(string(v))
	case Array:
		size := len("[]")
		for _, item := range v {
			size += SizeJSON(item) + len(",")
		}
		return size
	case Object:
		size := len("{}")
		for _, m := range v {
			if !IsUndefined(m.Value) {
				size += sizeQuoted(m.Key) + SizeJSON(m.Value) + len(":,")
			}
		}
		return size
	}
	return len("null")
}

func sizeQuoted(s string) int {
	size := len(s) + len(`""`)
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ':
			size += len(`u0000`)
		case c == '"', c == '\\':
			size++
		case c == 0xED: // half a character, perhaps
			size += len(`\u0000`) - 3
		}
	}
	return size
}

func appendQuoted(dst []byte, s string) []byte {
	const (
		digits = "0123456789abcdef"
		short  = "\b\t\n\f\r\"\\"
		named  = "btnfr\"\\"
	)
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		plain := i
		for i < len(s) && ' ' <= s[i] && s[i] < utf8.RuneSelf && s[i] != '"' && s[i] != '\\' {
			i++
		}
		if dst = append(dst, s[plain:i]...); i == len(s) {
			break
		}
		r, n := decodeRune(s[i:])
		switch at := strings.IndexRune(short, r); {
		case at >= 0:
			dst = append(dst, '\\', named[at])
		case r < ' ', utf16.IsSurrogate(r):
			dst = append(dst, '\\', 'u', digits[r>>12], digits[r>>8&15], digits[r>>4&15], digits[r&15])
		default:
			dst = utf8.AppendRune(dst, r)
		}
		i += n
	}
	return append(dst, '"')
}
