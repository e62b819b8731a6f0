package flow_test

import (
	"fmt"

	"github.com/flowctl/flowctl/pkg/flow"
)

func ExampleParseSpec() {
	// Unknown fields, key order and the spelling of numbers survive a change.
	spec, err := flow.ParseSpec([]byte(`{"team":"a","name":"Draft","nodes":[{"id":"x","type":"input","data":{"limit":1.0,"big":1e400}}],"edges":[]}`))
	if err != nil {
		panic(err)
	}
	spec.Name = "Review"
	fmt.Println(string(spec.AppendJSON(nil)))
	// Output: {"team":"a","name":"Review","nodes":[{"id":"x","type":"input","data":{"limit":1.0,"big":1e400}}],"edges":[]}
}

func ExampleValidate() {
	spec, err := flow.ParseSpec([]byte(`{"name":"Review","nodes":[{"id":"text","type":"input"},{"id":"text","type":"modell"}],"edges":[{"id":"e1","source":"text","target":"gone"}]}`))
	if err != nil {
		panic(err)
	}
	for _, p := range flow.Validate(spec) {
		fmt.Println(p.Severity, p.Code, p.Pointer)
	}
	// Output:
	// error unknown-node-type /nodes/1/type
	// error duplicate-node-id /nodes/1/id
	// error dangling-edge /edges/0/target
}

func ExampleDiff() {
	before := flow.Spec{Name: "Review", Nodes: []flow.Node{{ID: "m", Type: flow.Model, Data: []byte(`{"modelId":"small"}`)}}}
	after := flow.Spec{Name: "Review", Nodes: []flow.Node{{ID: "m", Type: flow.Model, Data: []byte(`{"modelId":"large"}`)}}}
	for _, c := range flow.Diff(before, after) {
		fmt.Println(c.Kind, c.Node, c.Path, string(c.Old), string(c.New))
	}
	// Output: changed m /data/modelId "small" "large"
}

func ExampleNode_Set() {
	n := flow.Node{ID: "m", Type: flow.Model, Data: []byte(`{"modelId":"small","temperature":0.50}`)}
	if err := n.Set("modelId", "large"); err != nil {
		panic(err)
	}
	if err := n.Set("config.retries", 3); err != nil {
		panic(err)
	}
	fmt.Println(string(n.Data), n.Text("modelId"))
	fmt.Println(n.Set("modelId.name", "x"))
	// Output:
	// {"modelId":"large","temperature":0.50,"config":{"retries":3}} large
	// set "modelId.name": what should hold it is not an object but a string
}

func ExampleMergeSpecs() {
	spec := func(name, prompt string) flow.Spec {
		n := flow.Node{ID: "m", Type: flow.Model}
		if err := n.Set("prompt", prompt); err != nil {
			panic(err)
		}
		return flow.Spec{Name: name, Nodes: []flow.Node{n}}
	}
	base, ours, theirs := spec("Draft", "old"), spec("Review", "old"), spec("Draft", "new")
	merged, conflicts := flow.MergeSpecs(base, ours, theirs, false)
	fmt.Println(merged.Name, merged.Node("m").Text("prompt"), len(conflicts))
	// Output: Review new 0
}

func ExampleParseAccess() {
	a, err := flow.ParseAccess([]byte(`{"read":{"group_ids":["team"]}}`))
	fmt.Println(a.Public, a.Read.GroupIDs, err)
	// Output: false [team] <nil>
}
