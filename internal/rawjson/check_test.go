package rawjson

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCheckErrors(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth)
	deepEnd := strings.Repeat("]", MaxDepth)
	manyKeys := func(last string) string {
		var b strings.Builder
		for i := range 40 {
			fmt.Fprintf(&b, `"k%d":%d,`, i, i)
		}
		return "{" + b.String() + last + ":0}"
	}
	tests := []struct {
		name, text string
		offset     int64 // -1: the text is good
		msg        string
	}{
		{"nothing", "", 0, "empty JSON text"},
		{"white space", " \n", 2, "empty JSON text"},
		{"truncated object", `{"a":`, 5, "unexpected end of JSON text"},
		{"truncated string", `{"a":"b`, 7, "unexpected end of JSON text in a string"},
		{"truncated escape", `"a\`, 3, "unexpected end of JSON text in a string"},
		{"truncated key", `{"a`, 3, "unexpected end of JSON text in a string"},
		{"truncated array", `[1`, 2, "unexpected end of JSON text, want ',' or ']'"},
		{"truncated literal", `tru`, 0, `unexpected character 't', want a JSON value`},
		{"second value", `{} {}`, 3, `unexpected character '{' after the JSON value`},
		{"comma at the end", `[1,]`, 3, `unexpected character ']', want a JSON value`},
		{"comma in an object", `{"a":1,}`, 7, `unexpected character '}', want a key in quotes`},
		{"single quotes", `{'a':1}`, 1, `unexpected character '\'', want a key in quotes`},
		{"no colon", `{"a" 1}`, 5, `unexpected character '1', want ':' after a key`},
		{"no comma", `[1 2]`, 3, `unexpected character '2', want ',' or ']'`},
		{"other bracket", `[1}`, 2, `unexpected character '}', want ',' or ']'`},
		{"control character", "\"12345678\n\"", 9, "control character in a string, want an escape such as \\n"},
		{"last control character", "\"\x1f\"", 1, "control character in a string, want an escape such as \\n"},
		{"zero byte", "\"\x00\"", 1, "control character in a string, want an escape such as \\n"},
		{"escape", `"\x"`, 2, `unknown escape: unexpected character 'x'`},
		{"unicode escape", `"\u12g4"`, 5, `bad \u escape: unexpected character 'g'`},
		{"leading zero", `01`, 1, `unexpected character '1' after the JSON value`},
		{"no digit", `-`, 1, "unexpected end of JSON text in a number, want a digit"},
		{"no fraction", `1.e1`, 2, "unexpected character 'e' in a number, want a digit"},
		{"no exponent", `1e+`, 3, "unexpected end of JSON text in a number, want a digit"},
		{"plus", `+1`, 0, "unexpected character '+', want a JSON value"},
		{"NaN", `[NaN]`, 1, "unexpected character 'N', want a JSON value"},
		{"comment", "{// x\n}", 1, "unexpected character '/', want a key in quotes"},
		{"not a space", "\u00a01", 0, "unexpected character '\\u00a0', want a JSON value"},
		{"byte order mark", "\ufeff{}", 0, "unexpected character '\\ufeff', want a JSON value"},
		{"invalid UTF-8", "{\"a\":\"12345678\xff\"}", 14, "invalid UTF-8"},
		{"surrogate in UTF-8", "\"\xed\xa0\x80\"", 1, "invalid UTF-8"},
		{"overlong UTF-8", "\"\xc0\xaf\"", 1, "invalid UTF-8"},
		{"duplicate key", `{"a":1,"b":{"a":2},"a":3}`, 19, `duplicate key "a"`},
		{"duplicate key below", `[{"x":{"a":1,"a":2}}]`, 13, `duplicate key "a"`},
		{"duplicate escaped key", `{"a":1,"\u0061":2}`, 7, `duplicate key "a"`},
		{"duplicate escaped pair", `{"😀":1,"\uD83D\uDE00":2}`, 10, `duplicate key "😀"`},
		{"duplicate lone surrogate", `{"\ud800":1,"\uD800":2}`, 12, "duplicate key \"\ufffd\""},
		{"duplicate empty key", `{"":1,"":2}`, 6, `duplicate key ""`},
		{"duplicate among many", manyKeys(`"k3"`), 341, `duplicate key "k3"`},
		{"duplicate escaped among many", manyKeys(`"\u006b39"`), 341, `duplicate key "k39"`},
		{"too deep", deep + "[" + "]" + deepEnd, MaxDepth, "nested deeper than 1000 levels"},
		{"far too deep", strings.Repeat("[", 100_000), MaxDepth, "nested deeper than 1000 levels"},
		{"far too deep objects", strings.Repeat(`{"":`, 100_000), 4 * MaxDepth, "nested deeper than 1000 levels"},

		{"deep", deep + deepEnd, -1, ""},
		{"deep and wide", "[" + strings.Repeat(deep[1:]+deepEnd[1:]+",", 3) + "1]", -1, ""},
		{"same key in different objects", `[{"a":{"a":{}}},{"a":1}]`, -1, ""},
		{"different lone surrogates", `{"\ud800":1,"\ud801":2,"\udc00":3,"\ufffd":4}`, -1, ""},
		{"many keys", manyKeys(`"k40"`), -1, ""},
		{"numbers", `[-0.0,1e400,1E-400,12345678901234567890,0]`, -1, ""},
		{"lone surrogates", `["\ud800","\udfff\ud800","\ud800\u0041"]`, -1, ""},
		{"delete is no control character", "\"\x7f\"", -1, ""},
		{"white space around", " \r\n\t[ ] ", -1, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Check([]byte(tt.text))
			if tt.offset < 0 {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("error %v", err)
			}
			if syntax.Offset != tt.offset || syntax.Msg != tt.msg {
				t.Errorf("byte %d: %s\nwant %d: %s", syntax.Offset, syntax.Msg, tt.offset, tt.msg)
			}
		})
	}
}

func TestParseObject(t *testing.T) {
	o, err := ParseObject([]byte(` {"b": 1.0, "\u0061": [ 1, 2 ]} `))
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := o.Get("a"); !ok || string(v) != "[ 1, 2 ]" {
		t.Errorf("a is %s, %v", v, ok)
	}
	o.Set("b", json.RawMessage(`"<"`))
	o.Set("c", json.RawMessage("null"))
	if got := string(o.AppendJSON(nil)); got != `{"b":"<","\u0061":[1,2],"c":null}` {
		t.Errorf("the object is %s", got)
	}
	for _, text := range []string{`[]`, `5`, ` "a"`} {
		if _, err := ParseObject([]byte(text)); err == nil || !strings.Contains(err.Error(), "want an object") {
			t.Errorf("ParseObject(%s): %v", text, err)
		}
	}
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
		if sa != string(Unescape([]byte(a))) {
			t.Errorf("unescape(%s) = %q", a, Unescape([]byte(a)))
		}
	})
}
