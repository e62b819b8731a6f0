package rawjson

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
)

// Kind returns the type of a JSON value for messages, such as "an object".
func Kind(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return "nothing"
	}
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f', 'n':
		return string(raw[:min(len("false"), len(raw))])
	}
	return "a number"
}

// IsAbsent reports whether a value is null or missing.
func IsAbsent(raw json.RawMessage) bool { return len(raw) == 0 || raw[0] == 'n' }

// IsEmpty reports whether a value is absent or an object without members.
func IsEmpty(raw json.RawMessage) bool {
	return IsAbsent(raw) || raw[0] == '{' && len(bytes.TrimSpace(raw[1:])) == 1
}

// Int returns the integer part of a number, 0 if it does not fit into an int64 or raw is not
// a number.
func Int(raw json.RawMessage) int64 {
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return n
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.Abs(f) >= 1<<63 {
		return 0
	}
	return int64(f)
}
