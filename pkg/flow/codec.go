package flow

import (
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strconv"
)

// source is the JSON that a node or an edge was read from; nil for a new one. It
// is text, not an [Object]: a big flow has very many of them.
type source json.RawMessage

// readSource scans a node or an edge and hands the values of its known fields to
// set.
func readSource(s *scanner, known []string, set func(key string, v json.RawMessage)) (source, error) {
	start := s.pos
	var err error
	if s.at('{') {
		err = s.object(func(key []byte) error {
			start := s.pos
			err := s.value()
			if key := knownKey(key, known); key != "" && err == nil {
				set(key, s.from(start))
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

// members gives the source's members. Their keys are decoded if they are among
// known; the other members have an empty one, unless keys is set.
func (src source) members(known []string, keys bool) iter.Seq[Member] {
	return func(yield func(Member) bool) {
		if !src.isObject() {
			return
		}
		s := scanner{data: src}
		_ = s.object(func(key []byte) error { // the text is good: it was scanned before
			start := s.pos
			if err := s.value(); err != nil {
				return err
			}
			m := Member{Key: knownKey(key, known), Value: s.from(start), spelt: key}
			if m.Key == "" && keys {
				m.Key = decodeString(key)
			}
			if !yield(m) {
				return errStop
			}
			return nil
		})
	}
}

// errStop ends a scan early.
var errStop = errors.New("enough was read")

// get gives the value of key, nil if it is absent.
func (src source) get(key string) json.RawMessage {
	for m := range src.members(nil, false) {
		if isKey(m.spelt, key) {
			return m.Value
		}
	}
	return nil
}

// unknown is get for the keys that are not among known.
func (src source) unknown(known []string, key string) json.RawMessage {
	if slices.Contains(known, key) {
		return nil
	}
	return src.get(key)
}

func (src source) unknownKeys(known []string) []string {
	var keys []string
	for m := range src.members(known, false) {
		if m.Key == "" {
			keys = append(keys, decodeString(m.spelt))
		}
	}
	return keys
}

// with gives a source in which a key that is not among known has the value v;
// nil takes it out. What was another value becomes an object.
func (src source) with(key string, v json.RawMessage) source {
	var doc Object
	for m := range src.members(nil, true) {
		doc = append(doc, m)
	}
	return doc.with(key, v).AppendJSON(nil)
}

// readList scans an array of nodes or edges.
func readList[T any](s *scanner, read func(*scanner) (T, error)) ([]T, error) {
	list := []T{}
	err := s.array(func() error {
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
	s := scanner{data: data, unique: true}
	s.space()
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
	if err != nil {
		return 0
	}
	return int64(f)
}
