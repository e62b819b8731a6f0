package rawjson

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// AppendMeaning appends a text that is the same for two valid JSON texts exactly if they
// are [Equal]. It is for comparing and hashing, and not JSON itself.
func AppendMeaning(dst []byte, raw json.RawMessage) []byte {
	raw = Trim(raw)
	if len(raw) == 0 {
		return append(dst, '-')
	}
	switch {
	case raw[0] == '{':
		o, err := ParseObject(raw)
		if err != nil {
			break
		}
		return o.AppendMeaning(dst)
	case raw[0] == '[':
		dst = append(dst, '[')
		for _, v := range Elements(raw) {
			dst = AppendMeaning(dst, v)
		}
		return append(dst, ']')
	case raw[0] == '"':
		return appendSized(dst, Unescape(raw))
	case isNumber(raw):
		d, ok := decimalOf(string(raw))
		if !ok {
			break
		}
		if dst = append(dst, '#'); d.negative {
			dst = append(dst, '-')
		}
		dst = append(append(dst, d.digits...), 'e')
		return append(strconv.AppendInt(dst, int64(d.exponent), 10), ';')
	}
	return append(append(dst, raw...), ';')
}

// AppendMeaning is [AppendMeaning] of an object, whose members it puts in order.
func (o Object) AppendMeaning(dst []byte) []byte {
	slices.SortStableFunc(o, func(a, b Member) int { return strings.Compare(a.Key, b.Key) })
	dst = append(dst, '{')
	for _, m := range o {
		dst = AppendMeaning(appendSized(dst, m.Key), m.Value)
	}
	return append(dst, '}')
}

// appendSized appends a text with its length, so that no two lists of texts are alike.
func appendSized[T string | []byte](dst []byte, text T) []byte {
	dst = append(strconv.AppendInt(append(dst, '"'), int64(len(text)), 10), ':')
	return append(dst, text...)
}
