package flowfile_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

func ExampleRead() {
	text := `{"version":"1.0","flow":{"name":"Review","nodes":[
  {"id":"text","type":"input"},
  {"id":"model","type":"modell"}
],"edges":[]},"exportedAt":1697644800}`
	files, err := flowfile.Read(strings.NewReader(text), "review.json")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		for _, p := range flow.Validate(f.Spec) {
			line, col := f.Position(p.Pointer)
			fmt.Printf("%s:%d:%d: %s\n", f.Path, line, col, p.Code)
		}
	}
	// Output: review.json:3:24: unknown-node-type
}

func ExampleRead_error() {
	_, err := flowfile.Read(strings.NewReader("{\"name\":\"Review\",\n\"nodes\":[}"), "review.json")
	var bad *flowfile.Error
	if errors.As(err, &bad) {
		fmt.Println(bad.Path, bad.Line, bad.Col)
	}
	// Output: review.json 2 10
}

func ExampleWrite() {
	spec := flow.Spec{Name: "Ask", Nodes: []flow.Node{{ID: "text", Type: flow.Input, Data: []byte(`{"value":"a < b"}`)}}}
	if err := flowfile.Write(os.Stdout, flowfile.File{Spec: spec}); err != nil {
		panic(err)
	}
	// Output:
	// {
	//   "version": "1.0",
	//   "flow": {
	//     "name": "Ask",
	//     "nodes": [
	//       {
	//         "id": "text",
	//         "type": "input",
	//         "data": {
	//           "value": "a < b"
	//         }
	//       }
	//     ]
	//   }
	// }
}

func ExampleWriteFile() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	stored := flow.Flow{ID: "3f2b8c1d-77aa", Spec: flow.Spec{Name: "Review a draft"}}

	path := filepath.Join(dir, stored.ID+".json")
	changed, err := flowfile.WriteFile(path, flowfile.FromFlow(stored))
	if err != nil {
		panic(err)
	}
	fmt.Println(filepath.Base(path), changed)
	// Output: 3f2b8c1d-77aa.json true
}
