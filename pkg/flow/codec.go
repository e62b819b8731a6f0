package flow

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
)

// source is the JSON that a node or an edge was read from; nil for a new one. It
// is text, not an [Object]: a big flow has very many of them.
type source json.RawMessage

// readSource scans a node or an edge and hands the values of its known fields to
// set, by their index in known.
func readSource(s *scanner, known []string, set func(i int, v json.RawMessage)) (source, error) {
	start := s.pos
	var err error
	if s.at('{') {
		err = s.object(func(key []byte) error {
			start := s.pos
			err := s.value()
			if i := knownKey(key, known); i >= 0 && err == nil {
				set(i, s.from(start))
			}
			return err
		})
	} else {
		err = s.value()
	}
	return source(s.from(start)), err
}

// isObject tells whether the source has members, or is another value.
func (src source) isObject() bool { return len(src) > 0 && src[0] == '{' }

// get gives the value of key, nil if it is absent.
func (src source) get(key string) (value json.RawMessage) {
	if !src.isObject() {
		return nil
	}
	s := scanner{data: src}
	_ = s.object(func(k []byte) error {
		start := s.pos
		err := s.value()
		if isKey(k, key) {
			value = s.from(start)
			return errFound
		}
		return err
	})
	return value
}

// errFound ends a scan early.
var errFound = errors.New("found")

// unknown is get for the keys that are not among known.
func (src source) unknown(known []string, key string) json.RawMessage {
	if slices.Contains(known, key) {
		return nil
	}
	return src.get(key)
}

// members gives all members; nil if the source is no object.
func (src source) members() Object {
	if !src.isObject() {
		return nil
	}
	var doc Object
	s := scanner{data: src}
	_ = s.object(func(key []byte) error { return s.member(&doc, key) })
	return doc
}

// with gives a source in which a key has the value v; nil takes it out. What was
// another value becomes an object.
func (src source) with(key string, v json.RawMessage) source {
	return src.members().with(key, v).AppendJSON(nil)
}

// unknownKeys lists the keys of the source that are not among known.
func (src source) unknownKeys(known []string) (keys []string) {
	src.eachKey(func(key []byte) bool {
		if knownKey(key, known) < 0 {
			keys = append(keys, decodeString(key))
		}
		return true
	})
	return keys
}

// eachKey goes through the keys as they are spelt, quotes included, until yield has
// had enough. A source that is no object has none.
func (src source) eachKey(yield func(key []byte) bool) {
	if !src.isObject() {
		return
	}
	s := scanner{data: src}
	_ = s.object(func(key []byte) error {
		if !yield(key) {
			return errFound
		}
		return s.value()
	})
}

// HasKey tells whether raw is a JSON object that has one of the keys, without taking
// it apart. raw has to be valid.
func HasKey(raw json.RawMessage, keys ...string) (found bool) {
	source(raw).eachKey(func(key []byte) bool {
		found = knownKey(key, keys) >= 0
		return !found
	})
	return found
}

// unknownKeys lists the keys of doc that are not among known.
func unknownKeys(doc Object, known []string) []string {
	var keys []string
	for _, m := range doc {
		if !slices.Contains(known, m.Key) {
			keys = append(keys, m.Key)
		}
	}
	return keys
}

// readList scans an array of nodes or edges. Of a big one it makes room for as many
// as the text seems to hold: append would leave several times that behind.
func readList[T any](s *scanner, read func(*scanner) (T, error)) ([]T, error) {
	list := []T{}
	start := s.pos
	err := s.array(func() error {
		if n := len(list); n == cap(list) {
			left := (len(s.data) - s.pos) * n / (s.pos - start)
			list = slices.Grow(list, min(left+1, 3*n+8))
		}
		item, err := read(s)
		list = append(list, item)
		return err
	})
	return list, err
}

// parseOne reads one node or edge from a text of its own.
func parseOne[T any](data []byte, read func(*scanner) (T, error)) (T, error) {
	var item T
	err := checkUTF8(data)
	if err != nil {
		return item, err
	}
	s := newScanner(data)
	if s.space(); s.pos == len(data) {
		return item, s.fail("empty JSON text")
	}
	if item, err = read(&s); err != nil {
		return item, err
	}
	return item, s.end()
}

func decodeInt(raw json.RawMessage) int64 {
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return n
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.Abs(f) >= 1<<63 {
		return 0
	}
	return int64(f)
}
