package rawjson

import (
	"encoding/json"
	"testing"
)

func TestHasKey(t *testing.T) {
	for _, test := range []struct {
		raw  string
		want bool
	}{
		{`{"a":1,"status":{}}`, true},
		{`{"st\u0061tus":1}`, true},
		{`{"a":{"status":1}}`, false},
		{`{"statuses":1,"b":"status"}`, false},
		{`{}`, false},
		{`["status"]`, false},
		{`"status"`, false},
		{``, false},
	} {
		if got := HasKey(json.RawMessage(test.raw), "error", "status"); got != test.want {
			t.Errorf("HasKey(%s) = %v", test.raw, got)
		}
	}
}
