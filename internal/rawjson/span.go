package rawjson

// Span is the position of a JSON value in a text.
type Span struct {
	Key        string // of a member of an object
	Start, End int    // bytes from the start of the text

	spelt []byte // the key as it was written
}

// Member returns the member of an object whose value is at s in data.
func (s Span) Member(data []byte) Member {
	return Member{Key: s.Key, Value: data[s.Start:s.End:s.End], spelt: s.spelt}
}

// wrapping is the nesting around a flow that does not count: an array of flow files, and the
// wrapper of each.
const wrapping = 2

// Values checks a stream of JSON values, with or without white space between them, as
// [Check] does, and returns the position of each. It allows two levels of nesting more than
// [MaxDepth], for the wrapping around a flow. The error is a *[SyntaxError], with which the
// values before it are returned.
func Values(data []byte) ([]Span, error) {
	if err := CheckUTF8(data); err != nil {
		return nil, err
	}
	var values []Span
	s := NewScanner(data)
	s.depth = -wrapping
	for s.Space(); s.Pos < len(data); s.Space() {
		start := s.Pos
		if err := s.Value(); err != nil {
			return values, err
		}
		values = append(values, Span{Start: start, End: s.Pos})
	}
	return values, nil
}

// Children returns the positions of the members of an object, or of the elements of an array,
// in data; nil for other values. data must be valid JSON.
func Children(data []byte) []Span {
	var spans []Span
	s := Scanner{data: data, depth: -wrapping}
	add := func(key []byte) error {
		start := s.Pos
		err := s.Value()
		spans = append(spans, Span{Key: Text(key), Start: start, End: s.Pos, spelt: key})
		return err
	}
	s.Space()
	switch {
	case s.At('{'):
		_ = s.Object(add)
	case s.At('['):
		_ = s.Array(func() error { return add(nil) })
	}
	return spans
}
