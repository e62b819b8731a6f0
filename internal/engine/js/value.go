package js

import (
	"strconv"
	"strings"
)

// Value is a JavaScript value: one of the types below, or nil, which is
// undefined too. It is never changed once it is made, so it is shared freely.
type Value interface{ isValue() }

type (
	// Undefined is what JSON has no word for; it is left out of objects.
	Undefined struct{}
	// Null is null.
	Null struct{}
	// Bool is true or false.
	Bool bool
	// Number is a number as it is spelt: by JavaScript, or exactly as it was
	// read, see [ParseExact].
	Number string
	// String is a text.
	String string
	// File is the id or the URL of a file; JavaScript sees a string.
	File string
	// Array is a list of values.
	Array []Value
	// Object is its properties in the order in which JavaScript enumerates them.
	Object []Member
)

// Member is one property of an [Object].
type Member struct {
	Key   string
	Value Value
}

func (Undefined) isValue() {}
func (Null) isValue()      {}
func (Bool) isValue()      {}
func (Number) isValue()    {}
func (String) isValue()    {}
func (File) isValue()      {}
func (Array) isValue()     {}
func (Object) isValue()    {}

// Type is what typeof says.
func Type(v Value) string {
	switch v.(type) {
	case Bool:
		return "boolean"
	case Number:
		return "number"
	case String, File:
		return "string"
	case Null, Array, Object:
		return "object"
	}
	return "undefined"
}

// Float is the number's value; one that was read exactly is rounded to it.
func (n Number) Float() float64 { return ToNumber(n) }

// IsUndefined reports whether v is undefined; a nil Value is too.
func IsUndefined(v Value) bool {
	_, ok := v.(Undefined)
	return ok || v == nil
}

// AsString returns the text of a value whose type is string, and whether it is one.
func AsString(v Value) (string, bool) {
	switch v := v.(type) {
	case String:
		return string(v), true
	case File:
		return string(v), true
	}
	return "", false
}

// Truthy reports whether v counts as true in a condition.
func Truthy(v Value) bool {
	switch v := v.(type) {
	case Bool:
		return bool(v)
	case Number:
		f := v.Float()
		return f != 0 && f == f // NaN is false
	case String:
		return v != ""
	case File:
		return v != ""
	case Array, Object:
		return true
	}
	return false
}

// Text is v as the executor puts it into a text: a string as it is, anything
// else as JSON.
func Text(v Value) string {
	if s, ok := AsString(v); ok {
		return s
	}
	if IsUndefined(v) {
		return "undefined"
	}
	return string(AppendJSON(nil, v))
}

// ToString is String(v), what a template literal makes of v.
func ToString(v Value) string {
	switch v := v.(type) {
	case Null:
		return "null"
	case Bool:
		return strconv.FormatBool(bool(v))
	case Number:
		return string(v)
	case String:
		return string(v)
	case File:
		return string(v)
	case Array:
		texts := make([]string, len(v))
		for i, item := range v {
			if _, null := item.(Null); !null && !IsUndefined(item) {
				texts[i] = ToString(item)
			}
		}
		return strings.Join(texts, ",")
	case Object:
		return "[object Object]"
	}
	return "undefined"
}

// Get is v[key], undefined if v has no such property of its own.
func Get(v Value, key string) Value {
	value, _ := Lookup(v, key)
	return value
}

// Lookup returns v[key] and whether v has that property itself: a member of an
// object, an element or the length of an array or a string.
func Lookup(v Value, key string) (Value, bool) {
	switch v := v.(type) {
	case Object:
		for _, m := range v {
			if m.Key == key {
				return m.Value, true
			}
		}
	case Array:
		if key == "length" {
			return FromInt(len(v)), true
		}
		if i, ok := arrayIndex(key); ok && int(i) < len(v) {
			return v[i], true
		}
	case String, File:
		s, _ := AsString(v)
		units := toUnits(s)
		if key == "length" {
			return FromInt(len(units)), true
		}
		if i, ok := arrayIndex(key); ok && int(i) < len(units) {
			return String(fromUnits(units[i : i+1])), true
		}
	}
	return Undefined{}, false
}

// arrayIndex reads a key that JavaScript takes for an index: a whole number
// below 2^32-1, spelt without leading zeros.
func arrayIndex(key string) (uint32, bool) {
	if key == "" || len(key) > 10 || key[0] == '0' && key != "0" {
		return 0, false
	}
	n, err := strconv.ParseUint(key, 10, 32)
	return uint32(n), err == nil && n < 1<<32-1 && key[0] != '+'
}
