package rawjson

// Span says where a JSON value stands in a text.
type Span struct {
	Key        string // of a member of an object
	Start, End int    // bytes from the start of the text

	spelt []byte // the key as it was written
}

// Member returns the member of an object that stands at s in data.
func (s Span) Member(data []byte) Member {
	return Member{Key: s.Key, Value: data[s.Start:s.End:s.End], spelt: s.spelt}
}

// wrapping is the nesting that may stand around a flow without counting: an array
// of flow files, and the wrapper of each.
const wrapping = 2

// Values checks a stream of JSON values, with or without white space between
// them, as [Check] does, and says where each stands. Two levels of nesting more
// than [MaxDepth] are let through: they may be those around a flow. The error is
// a *[SyntaxError]; the values before it are returned with it.
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

// Children says where the members of an object, or the Elements of an array,
// stand in data; nil for other values. It does not check for what [Check] or
// [Values] did before.
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
