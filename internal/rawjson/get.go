package rawjson

import (
	"encoding/json"
	"errors"
)

// IsObject reports whether a value is an object.
func IsObject(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '{' }

// Get returns the value of a key of an object, nil if there is none or raw is not an object.
func Get(raw json.RawMessage, key string) (value json.RawMessage) {
	if !IsObject(raw) {
		return nil
	}
	s := Scan(raw)
	_ = s.Object(func(k []byte) error {
		start := s.Pos
		err := s.Value()
		if IsKey(k, key) {
			value = s.From(start)
			return errFound
		}
		return err
	})
	return value
}

// errFound ends a scan early.
var errFound = errors.New("found")

// Members returns the members of a value, nil if it is not an object.
func Members(raw json.RawMessage) Object {
	if !IsObject(raw) {
		return nil
	}
	var o Object
	s := Scan(raw)
	_ = s.Object(func(key []byte) error { return s.Member(&o, key) })
	return o
}

// HasKey reports whether a value is an object with one of the keys.
func HasKey(raw json.RawMessage, keys ...string) (found bool) {
	if !IsObject(raw) {
		return false
	}
	s := Scan(raw)
	_ = s.Object(func(key []byte) error {
		if found = IndexKey(key, keys) >= 0; found {
			return errFound
		}
		return s.Value()
	})
	return found
}
