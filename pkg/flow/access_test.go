package flow

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestParseAccess(t *testing.T) {
	tests := []struct {
		text string
		want Access
		err  string
	}{
		{"", Access{Public: true}, ""},
		{" null ", Access{Public: true}, ""},
		{"{}", Access{}, ""},
		{`{"read":null,"write":{"user_ids":null}}`, Access{}, ""},
		{` {"read":{"user_ids":["u","v"],"group_ids":["g"]},"write":{"user_ids":["\u0075"]},"x":1}`,
			Access{Read: Grant{UserIDs: []string{"u", "v"}, GroupIDs: []string{"g"}}, Write: Grant{UserIDs: []string{"u"}}}, ""},
		{`{"Read":{"user_ids":["u"]},"write":{"User_Ids":["u"]}}`, Access{}, ""},
		{"[]", Access{}, "access_control must be an object, found an array"},
		{"0", Access{}, "access_control must be an object, found a number"},
		{`"private"`, Access{}, "access_control must be an object, found a string"},
		{`{"read":[]}`, Access{}, "access_control.read must be an object, found an array"},
		{`{"write":{"group_ids":"g"}}`, Access{}, "access_control.write.group_ids must be an array of strings, found a string"},
		{`{"write":{"group_ids":[null]}}`, Access{}, "access_control.write.group_ids must hold strings, found null"},
		{`{"read":{},"read":{}}`, Access{}, `read access_control: duplicate key "read"`},
	}
	for _, tt := range tests {
		got, err := ParseAccess(json.RawMessage(tt.text))
		if tt.err != "" {
			if err == nil || !strings.HasPrefix(err.Error(), tt.err) {
				t.Errorf("%s: error %v, want %s", tt.text, err, tt.err)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, %v, want %+v", tt.text, got, err, tt.want)
		}
	}
}

func TestEqualAccess(t *testing.T) {
	// What ShareFlowModal's AccessControl.svelte of the fork writes for private.
	const shareWindow = `{"read":{"group_ids":[],"user_ids":[]},"write":{"group_ids":[],"user_ids":[]}}`
	tests := []struct {
		a, b string
		want bool
	}{
		{`{}`, shareWindow, true},
		{`{}`, `{"read":null,"write":{"user_ids":null}}`, true},
		{``, `null`, true},
		{`null`, `{}`, false},
		{`null`, shareWindow, false},
		{`{"read":{"user_ids":["a","b","a"]}}`, ` { "write" : {}, "read":{"group_ids":[],"user_ids":["b","\u0061"]}}`, true},
		{`{"read":{"user_ids":["a"]}}`, `{"write":{"user_ids":["a"]}}`, false},
		{`{"read":{"user_ids":["a"]}}`, `{"read":{"group_ids":["a"]}}`, false},
		{`{"read":{"user_ids":["a"]}}`, `{"read":{"user_ids":["a","b"]}}`, false},
		{`{"note":1}`, `{}`, false}, // means nothing, and must not be lost
		{`{"note":1}`, `{"note":1.0,"read":{}}`, true},
		{`[]`, `[]`, true},
		{`[]`, `{}`, false},
	}
	for _, tt := range tests {
		for _, pair := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			if got := EqualAccess(json.RawMessage(pair[0]), json.RawMessage(pair[1])); got != tt.want {
				t.Errorf("%s and %s: %v, want %v", pair[0], pair[1], got, tt.want)
			}
		}
	}
}

func specWith(t *testing.T, access string) Spec {
	t.Helper()
	s, err := ParseSpec([]byte(`{"name":"n","nodes":[],"edges":[],"access_control":` + access + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDiffAccess(t *testing.T) {
	window := specWith(t, `{"read":{"group_ids":[],"user_ids":[]},"write":{"group_ids":[],"user_ids":[]}}`)
	if changes := Diff(specWith(t, `{}`), window); len(changes) != 0 {
		t.Errorf("the same rights differ: %+v", changes)
	}
	changes := Diff(window, specWith(t, `{"read":{"group_ids":[],"user_ids":["b","a"]},"write":{"user_ids":[]}}`))
	if len(changes) != 1 || changes[0].Path != "/access_control/read" || string(changes[0].New) != `{"user_ids":["a","b"]}` {
		t.Errorf("one reader is added: %+v", changes)
	}
}

func TestMergeAccess(t *testing.T) {
	const none, window = `{}`, `{"read":{"group_ids":[],"user_ids":[]},"write":{}}`
	const a, b = `{"read":{"user_ids":["a"],"group_ids":[]}}`, `{"write":{"user_ids":["b"]}}`
	for _, tt := range []struct{ base, ours, theirs, want string }{
		{none, window, a, a},
		{none, a, window, a},
		{window, none, none, none},
		{window, a, none, a},
		{none, a, b, `{"read":{"user_ids":["a"]},"write":{"user_ids":["b"]}}`},
	} {
		got, conflicts := MergeSpecs(specWith(t, tt.base), specWith(t, tt.ours), specWith(t, tt.theirs), false)
		if len(conflicts) != 0 || string(got.AccessControl) != tt.want {
			t.Errorf("%s, %s, %s: %s and %v, want %s", tt.base, tt.ours, tt.theirs, got.AccessControl, conflicts, tt.want)
		}
	}
}
