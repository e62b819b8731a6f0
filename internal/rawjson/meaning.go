package rawjson

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
)

// AppendMeaning appends a text that is the same for two JSON values if and only if they are
// [Equal]. It is for comparing and hashing; it is not JSON.
func AppendMeaning(dst []byte, raw json.RawMessage) []byte {
	m := Meaning{Text: dst}
	m.Value(raw)
	return m.Text
}

// Meaning builds the text of [AppendMeaning]. To use it again without allocating, truncate
// Text.
type Meaning struct {
	Text []byte

	fields []field // of the objects that are open
	plain  []byte  // scratch, for a string without its escapes
}

// field is a member of an object, and where its meaning is in the text.
type field struct {
	key        []byte
	start, end int
}

// Value appends the meaning of a value.
func (m *Meaning) Value(raw json.RawMessage) {
	raw = Trim(raw)
	if len(raw) == 0 {
		m.Text = append(m.Text, '-')
		return
	}
	if raw[0] != '{' && raw[0] != '[' {
		m.scalar(raw)
		return
	}
	start := len(m.Text)
	s := Scan(raw)
	if err := m.value(&s); err != nil {
		m.other(append(m.Text[:start], raw...))
	}
}

// Members appends the meaning of an object with those members of raw for which put, which
// appends the meaning of the value, returns true. A value that is not an object has no
// members.
func (m *Meaning) Members(raw json.RawMessage, put func(key []byte, value json.RawMessage) (keep bool)) {
	if !IsObject(raw) {
		m.Text = append(m.Text, "{}"...)
		return
	}
	s := Scan(raw)
	_ = m.object(&s, func(key []byte) (keep bool, err error) { // the text is good: it was scanned before
		start := s.Pos
		if err := s.Value(); err != nil {
			return false, err
		}
		return put(key, s.From(start)), nil
	})
}

func (m *Meaning) value(s *Scanner) error {
	switch {
	case s.At('{'):
		return m.object(s, func([]byte) (bool, error) { return true, m.value(s) })
	case s.At('['):
		m.Text = append(m.Text, '[')
		err := s.Array(func() error { return m.value(s) })
		m.Text = append(m.Text, ']')
		return err
	}
	start := s.Pos
	if err := s.Value(); err != nil {
		return err
	}
	m.scalar(s.From(start))
	return nil
}

func (m *Meaning) scalar(raw []byte) {
	switch {
	case raw[0] == '"' && len(raw) > 1:
		m.string(raw)
	case isNumber(raw):
		m.number(raw)
	default:
		m.other(append(m.Text, raw...))
	}
}

// object appends the members of an object, of which member appends the values, in the
// order of their keys.
func (m *Meaning) object(s *Scanner, member func(key []byte) (keep bool, err error)) error {
	first := len(m.fields)
	m.Text = append(m.Text, '{')
	begin := len(m.Text)
	err := s.Object(func(token []byte) error {
		key := token[1 : len(token)-1]
		if bytes.IndexByte(key, '\\') >= 0 {
			key = []byte(Text(token))
		}
		start := len(m.Text)
		m.sized(key)
		keep, err := member(key)
		if keep {
			m.fields = append(m.fields, field{key, start, len(m.Text)})
		} else {
			m.Text = m.Text[:start]
		}
		return err
	})
	m.sort(m.fields[first:], begin)
	m.fields = m.fields[:first]
	m.Text = append(m.Text, '}')
	return err
}

// sort puts the fields of an object, which stand in the text from begin on, into the
// order of their keys.
func (m *Meaning) sort(fields []field, begin int) {
	byKey := func(a, b field) int { return bytes.Compare(a.key, b.key) }
	if slices.IsSortedFunc(fields, byKey) {
		return
	}
	slices.SortStableFunc(fields, byKey)
	end := len(m.Text)
	for _, f := range fields {
		m.Text = append(m.Text, m.Text[f.start:f.end]...)
	}
	copy(m.Text[begin:], m.Text[end:])
	m.Text = m.Text[:end]
}

func (m *Meaning) number(raw []byte) {
	d, ok := decimalOf(string(raw))
	if !ok {
		m.other(append(m.Text, raw...))
		return
	}
	if m.Text = append(m.Text, '#'); d.negative {
		m.Text = append(m.Text, '-')
	}
	m.Text = append(append(m.Text, d.digits...), 'e')
	m.other(strconv.AppendInt(m.Text, int64(d.exponent), 10))
}

func (m *Meaning) string(token []byte) {
	if bytes.IndexByte(token, '\\') < 0 {
		m.sized(token[1 : len(token)-1])
		return
	}
	m.plain = appendUnescaped(m.plain[:0], token)
	m.sized(m.plain)
}

// sized appends a text with its length, so that different lists of texts stay different.
func (m *Meaning) sized(text []byte) {
	m.Text = append(strconv.AppendInt(append(m.Text, '"'), int64(len(text)), 10), ':')
	m.Text = append(m.Text, text...)
}

// other ends a value that has no end of its own.
func (m *Meaning) other(text []byte) { m.Text = append(text, ';') } //nolint:gocritic // text is m.Text with more
