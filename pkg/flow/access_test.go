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
	a, _ := ParseAccess(json.RawMessage(`{"read":{"user_ids":["u"]}}`))
	if !a.Read.Has("u") || a.Read.Has("v") || a.Write.Has("u") {
		t.Error("Has")
	}
}
