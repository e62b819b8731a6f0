package flow

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
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
		if checked := Check(data); (err == nil) != (checked == nil) {
			t.Fatalf("ParseSpec: %v, Check: %v", err, checked)
		}
		if err != nil {
			return
		}
		want := AppendCompact(nil, data)
		diffText(t, "Spec", spec.AppendJSON(nil), want)
		flow, err := ParseFlow(data)
		if err != nil {
			t.Fatal(err)
		}
		diffText(t, "Flow", flow.AppendJSON(nil), want)
		checkProblems(t, spec, Validate(spec))
		NewGraph(spec).Order()
	})
}

// FuzzCheck: Check accepts what encoding/json does, less what it says it refuses.
func FuzzCheck(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		err := Check(data)
		if err == nil {
			if !json.Valid(data) {
				t.Fatalf("Check accepts %q", data)
			}
			var compact bytes.Buffer
			if err := json.Compact(&compact, data); err != nil {
				t.Fatal(err)
			}
			diffText(t, "AppendCompact", AppendCompact(nil, data), compact.Bytes())
			return
		}
		stricter := strings.HasPrefix(err.Error(), "duplicate key") || strings.HasPrefix(err.Error(), "nested deeper") || !utf8.Valid(data)
		if json.Valid(data) && !stricter {
			t.Fatalf("Check refuses %q: %v", data, err)
		}
	})
}

// FuzzKeys: keys are the same to us if they are to encoding/json.
func FuzzKeys(f *testing.F) {
	f.Add(`\u0061`, "a")
	f.Add(`\ud83d\ude00`, "😀")
	f.Add(`\ud800\n`, `\ud800`)
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = `"`+a+`"`, `"`+b+`"`
		var sa, sb string
		if json.Unmarshal([]byte(a), &sa) != nil || json.Unmarshal([]byte(b), &sb) != nil || !utf8.ValidString(a+b) {
			t.Skip()
		}
		if strings.Contains(sa+sb, "\ufffd") { // lone surrogates look the same to encoding/json
			t.Skip()
		}
		err := Check([]byte(`{` + a + `:1,` + b + `:2}`))
		if (err != nil) != (sa == sb) {
			t.Errorf("keys %s and %s: %v", a, b, err)
		}
		if sa != string(unescape([]byte(a))) {
			t.Errorf("unescape(%s) = %q", a, unescape([]byte(a)))
		}
	})
}
