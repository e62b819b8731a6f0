package record

import (
	"encoding/json"
	"testing"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// FuzzNormal reads what anybody may have stored as a record.
func FuzzNormal(f *testing.F) {
	f.Add(`{"m":{"0":"a","1":"\ud83d","status":"success"},"o":{"value":[1.0],"format":"text"}}`, `{"m":"no"}`)
	f.Add(`{"o":{"fileId":"x","iterationResults":[{"fileId":5}]},"files":[{"url":"/api/v1/files/../content"}]}`, `null`)
	f.Add(`{"m":{"0":5,"1":null},"x":[]}`, `[]`)
	spec, err := flow.ParseSpec([]byte(`{"nodes":[{"id":"m","type":"model","data":{"prompt":"p"}},{"id":"o","type":"output"},{"id":"w","type":"websearch"}],"edges":[]}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, nodes, errs string) {
		e := kept(nodes, errs)
		was := FromEditor(e)
		e = Normal(e, spec)
		Files(e)
		Last(e, spec)
		if !was {
			return
		}
		for name, part := range map[string]json.RawMessage{"outputs": e.Outputs, "node_results": e.NodeResults, "meta": e.Meta} {
			if _, err := rawjson.ParseObject(part); err != nil {
				t.Errorf("%s is %s: %v", name, part, err)
			}
		}
	})
}
