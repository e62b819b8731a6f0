package flow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

func TestTooLarge(t *testing.T) {
	ids := func(n int) string { return "[" + strings.TrimSuffix(strings.Repeat(`"u",`, n), ",") + "]" }
	fields := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"k%d":1`, i)
		}
		return b.String()
	}
	text := strings.Repeat
	for _, c := range []struct {
		format           string
		value            func(n int) string
		limit            int
		pointer, message string
	}{
		{`{"name":"%s"}`, func(n int) string { return text("x", n) }, 1024, "/name", "the name has 1025 bytes, and flowctl's server takes at most 1024"},
		{`{"description":"%s"}`, func(n int) string { return text("x", n) }, 262144, "/description", "the description has 262145 bytes, and flowctl's server takes at most 262144"},
		{`{"meta": { "a": "%s" } }`, func(n int) string { return text("x", n-8) }, 262144, "/meta", "meta has 262145 bytes, and flowctl's server takes at most 262144"},
		{`{"access_control":{"read":{"user_ids":["a"]},"write":{"group_ids":%s}}}`, func(n int) string { return ids(n - 1) }, 2000, "/access_control", "access_control has 2001 ids, and flowctl's server takes at most 2000"},
		{`{"name":"x"%s}`, fields, 1000, "", "the flow has 1001 unknown fields, and flowctl's server takes at most 1000"},
	} {
		for over := range 2 {
			spec, err := flow.ParseSpec(fmt.Appendf(nil, c.format, c.value(c.limit+over)))
			if err != nil {
				t.Fatal(err)
			}
			got := slices.DeleteFunc(flow.Validate(spec), func(p flow.Problem) bool { return p.Code != "too-large" })
			if len(got) != over || over == 1 && (got[0].Message != c.message || got[0].Pointer != c.pointer) {
				t.Errorf("%s with %d: %v, want %s at %s", c.format, c.limit+over, got, c.message, c.pointer)
			}
		}
	}
}

// TestManyFieldsTakeLinearTime: a flow with 200,000 unknown fields is looked at and
// compared in a moment.
func TestManyFieldsTakeLinearTime(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"name":"x","nodes":[],"edges":[]`)
	for i := range 200_000 {
		fmt.Fprintf(&b, `,"k%d":%d`, i, i)
	}
	text := []byte(b.String() + "}")
	f, err := flow.ParseFlow(text)
	if err != nil {
		t.Fatal(err)
	}
	for what, do := range map[string]func() bool{
		"validate":       func() bool { return len(flow.Validate(f.Spec)) == 2 },
		"unknown fields": func() bool { return len(f.Unknown()) == 200_000 },
		"encode":         func() bool { return string(f.AppendJSON(nil)) == string(text) },
		"equal":          func() bool { return rawjson.Equal(text, text) },
		"diff":           func() bool { return len(flow.Diff(f.Spec, f.Spec)) == 0 },
	} {
		// Some tenths of a second; with the square it was minutes. The least of three,
		// since the machine may be busy.
		took := time.Hour
		for tries := 0; tries < 3 && took > 30*time.Second; tries++ {
			began := time.Now()
			if !do() {
				t.Errorf("%s is wrong", what)
			}
			took = min(took, time.Since(began))
		}
		if took > 30*time.Second {
			t.Errorf("%s took %v", what, took)
		}
	}
}
