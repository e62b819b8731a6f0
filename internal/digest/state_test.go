package digest

import (
	"testing"

	"github.com/flowctl/flowctl/pkg/flow"
)

func TestWithoutState(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"node", `{"id":"a","selected":true,"dragging":false,"measured":{"width":1},"positionAbsolute":{"x":1},"width":2,"height":3,"custom":1.0}`, `{"id":"a","custom":1.0}`},
		{"position", `{"position":{"x":100.5,"y":-0.4,"z":1.5}}`, `{"position":{"x":101,"y":0,"z":1.5}}`},
		{"position spelt oddly", `{"position":{"x":1e2,"y":-2.5}}`, `{"position":{"x":100,"y":-3}}`},
		{"position of nothing", `{"position":{"x":-0,"y":-0.0}}`, `{"position":{"x":0,"y":0}}`},
		{"position of no number", `{"position":{"x":"1.5","y":1e300}}`, `{"position":{"x":"1.5","y":1e300}}`},
		{"any type", `{"type":"model","data":{"prompt":"p","status":"success","error":null,"value":1}}`, `{"type":"model","data":{"prompt":"p","value":1}}`},
		{"input keeps its value", `{"type":"input","data":{"value":"v","status":"idle"}}`, `{"type":"input","data":{"value":"v"}}`},
		{"output", `{"type":"output","data":{"format":"text","value":"v","iterationResults":[1],"fileId":"f","fileType":"image"}}`, `{"type":"output","data":{"format":"text"}}`},
		{"loop", `{"type":"loop","data":{"loopType":"count","currentIteration":2,"results":[],"result":{}}}`, `{"type":"loop","data":{"loopType":"count"}}`},
		{"merge", `{"type":"merge","data":{"result":"x","strategy":"first"}}`, `{"type":"merge","data":{"strategy":"first"}}`},
		{"handle sides stay", `{"sourcePosition":"right"}`, `{"sourcePosition":"right"}`},
		{"no data", `{"type":"output","data":5}`, `{"type":"output","data":5}`},
		{"no node", `7`, `7`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := flow.ParseSpec([]byte(`{"nodes":[` + tt.in + `]}`))
			if err != nil {
				t.Fatal(err)
			}
			once := WithoutState(s)
			if got, want := string(once.AppendJSON(nil)), `{"nodes":[`+tt.want+`]}`; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if twice := WithoutState(once); string(twice.AppendJSON(nil)) != string(once.AppendJSON(nil)) {
				t.Errorf("the second time changes it to %s", twice.AppendJSON(nil))
			}
			if got := string(s.AppendJSON(nil)); got != `{"nodes":[`+tt.in+`]}` {
				t.Errorf("the given flow is now %s", got)
			}
		})
	}
}

func TestWithoutStateOfEdges(t *testing.T) {
	s, err := flow.ParseSpec([]byte(`{"edges":[{"id":"e","selected":true,"animated":true}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(WithoutState(s).AppendJSON(nil)), `{"edges":[{"id":"e","animated":true}]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
