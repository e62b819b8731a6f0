package flow

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/flowctl/flowctl/internal/rawjson"
)

func addSeeds(f *testing.F) {
	for _, text := range lossless {
		f.Add([]byte(text))
		f.Add(spread([]byte(text)))
	}
	f.Add([]byte(editText))
	f.Add(bigFlow(5 << 10))
	f.Add([]byte(`{"a":1,"\u0061":2}`))
	f.Add([]byte("{\"a\":\"\xff\"}"))
	f.Add([]byte(`[1,]`))
	f.Add([]byte(strings.Repeat("[", 1001)))
}

// FuzzSpec: whatever is read comes back as it was, and nothing panics on it.
func FuzzSpec(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		spec, err := ParseSpec(data)
		if checked := rawjson.Check(data); (err == nil) != (checked == nil) {
			t.Fatalf("ParseSpec: %v, Check: %v", err, checked)
		}
		if err != nil {
			return
		}
		want := rawjson.AppendCompact(nil, data)
		diffText(t, "Spec", spec.AppendJSON(nil), want)
		flow, err := ParseFlow(data)
		if err != nil {
			t.Fatal(err)
		}
		diffText(t, "Flow", flow.AppendJSON(nil), want)
		checkProblems(t, spec, Validate(spec))
	})
}

// FuzzCheck: Check accepts what encoding/json does, less what it says it refuses.
func FuzzCheck(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		err := rawjson.Check(data)
		if err == nil {
			if !json.Valid(data) {
				t.Fatalf("Check accepts %q", data)
			}
			var compact bytes.Buffer
			if err := json.Compact(&compact, data); err != nil {
				t.Fatal(err)
			}
			diffText(t, "AppendCompact", rawjson.AppendCompact(nil, data), compact.Bytes())
			return
		}
		stricter := strings.HasPrefix(err.Error(), "duplicate key") || strings.HasPrefix(err.Error(), "nested deeper") || !utf8.Valid(data)
		if json.Valid(data) && !stricter {
			t.Fatalf("Check refuses %q: %v", data, err)
		}
	})
}
