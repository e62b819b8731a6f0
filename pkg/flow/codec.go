package flow

import (
	"encoding/json"
	"slices"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// readSource scans a node or an edge and hands the values of its known fields to
// set, by their index in known. It returns the text that it has read, which the node or
// edge keeps: not as an [Object], since a big flow has very many of them.
func readSource(s *rawjson.Scanner, known []string, set func(i int, v json.RawMessage)) (json.RawMessage, error) {
	start := s.Pos
	var err error
	if s.At('{') {
		err = s.Object(func(key []byte) error {
			start := s.Pos
			err := s.Value()
			if i := rawjson.IndexKey(key, known); i >= 0 && err == nil {
				set(i, s.From(start))
			}
			return err
		})
	} else {
		err = s.Value()
	}
	return s.From(start), err
}

// unknown returns the members of a node or an edge whose keys are not among known.
func unknown(was json.RawMessage, known []string) Object {
	return slices.DeleteFunc(rawjson.Members(was), func(m rawjson.Member) bool { return slices.Contains(known, m.Key) })
}

// with returns the text with the value v for a key; nil takes the key out. What was
// another value becomes an object.
func with(was json.RawMessage, key string, v json.RawMessage) json.RawMessage {
	return rawjson.With(rawjson.Members(was), key, v).AppendJSON(nil)
}

// readList scans an array of nodes or edges. Of a big one it makes room for as many
// as the text seems to hold: append would leave several times that as garbage.
func readList[T any](s *rawjson.Scanner, read func(*rawjson.Scanner) (T, error)) ([]T, error) {
	list := []T{}
	start := s.Pos
	err := s.Array(func() error {
		if n := len(list); n == cap(list) {
			left := s.Left() * n / (s.Pos - start)
			list = slices.Grow(list, min(left+1, 3*n+8))
		}
		item, err := read(s)
		list = append(list, item)
		return err
	})
	return list, err
}

// parseOne reads one node or edge from a text of its own.
func parseOne[T any](data []byte, read func(*rawjson.Scanner) (T, error)) (T, error) {
	var item T
	err := rawjson.CheckUTF8(data)
	if err != nil {
		return item, err
	}
	s := rawjson.NewScanner(data)
	if s.Space(); s.Pos == len(data) {
		return item, s.Fail("empty JSON text")
	}
	if item, err = read(&s); err != nil {
		return item, err
	}
	return item, s.End()
}
