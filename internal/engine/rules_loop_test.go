package engine_test

import (
	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/pkg/flow"
)

func loopCases() []ruleCase {
	const items = `{"loopType":"array","arrayPath":"[\"x\",\"y\",\"z\"]"}`
	// over is a loop with the transforms in its body and an output after it.
	over := func(data string, body ...string) *builder {
		f := newFlow().node("a", flow.Input, value("v")).node("l", flow.Loop, data).node("done", flow.Output, text).
			join("a", "l").edge("l", "done", "done")
		for i, id := range body {
			f.node(id, flow.Transform, template("{{input}}"))
			if i == 0 {
				f.edge("l", id, "each")
			} else {
				f.edge(body[i-1], id, "")
			}
		}
		return f
	}
	model := func(data, prompt string) *builder {
		return over(data).node("m", flow.Model, ask(prompt)).edge("l", "m", "each")
	}
	return []ruleCase{
		{name: "a body sees its round and makes the outputs", flow: model(items, "{{input.iteration}}{{l.output.value}}").node("o", flow.Output, text).join("m", "o"),
			results: map[string]string{
				"l":    `{"iterations":3,"results":[{"iteration":0,"value":"x","output":"MODEL(m1):0x"},{"iteration":1,"value":"y","output":"MODEL(m1):1y"},{"iteration":2,"value":"z","output":"MODEL(m1):2z"}]}`,
				"m":    `"MODEL(m1):2z"`,
				"o":    `{"value":"MODEL(m1):2z","iterationResults":["MODEL(m1):0x","MODEL(m1):1y","MODEL(m1):2z"]}`,
				"done": `{"value":{"iterations":3,"results":[{"iteration":0,"value":"x","output":"MODEL(m1):0x"},{"iteration":1,"value":"y","output":"MODEL(m1):1y"},{"iteration":2,"value":"z","output":"MODEL(m1):2z"}]}}`,
			}, asked: []string{"0x", "1y", "2z"},
			browser: map[string]string{"l": `{"iterations":3,"results":[{"iteration":0,"value":"x"},{"iteration":1,"value":"y"},{"iteration":2,"value":"z"}]}`}},
		{name: "the body runs once a round, however it is joined", flow: model(items, "{{input.value}}").node("k", flow.Model, ask("k{{m.output}}")).
			node("g", flow.Merge, `{"strategy":"concat"}`).edge("l", "k", "each").join("m", "g").join("k", "g"),
			asked: []string{"kMODEL(m1):x", "kMODEL(m1):y", "kMODEL(m1):z", "x", "y", "z"}},
		{name: "several last nodes make a map", flow: over(`{"maxIterations":1}`).node("m", flow.Model, ask("m")).node("k", flow.Transform, template("k")).
			edge("l", "k", "each").edge("l", "m", "each"),
			results: map[string]string{"l": `{"iterations":1,"results":[{"iteration":0,"value":"v","output":{"m":"MODEL(m1):m","k":"k"}}]}`}},
		{name: "count is five by default", flow: over(`{"loopType":"count"}`, "t"),
			results: map[string]string{"t": `"{\"iteration\":4,\"value\":\"v\"}"`}},
		{name: "a started round counts", flow: over(`{"maxIterations":1.5}`, "t"), results: map[string]string{"t": `"{\"iteration\":1,\"value\":\"v\"}"`}},
		{name: "an array is not cut", flow: over(`{"loopType":"array","arrayPath":"1,2,3,4,5,6"}`, "t"),
			results: map[string]string{"t": `"{\"iteration\":5,\"value\":\"6\"}"`}, browser: map[string]string{"t": `"{\"iteration\":4,\"value\":\"5\"}"`}},
		{name: "unless maxIterations is set", flow: over(`{"loopType":"array","arrayPath":"1\n2\n3","maxIterations":2}`, "t"),
			results: map[string]string{"t": `"{\"iteration\":1,\"value\":\"2\"}"`}},
		{name: "an array by reference", flow: newFlow().node("a", flow.Input, `{"value":{"list":["p","q"]}}`).node("l", flow.Loop, `{"loopType":"array","arrayPath":"{{ a.output.list }}"}`).
			node("t", flow.Transform, upper).edge("l", "t", "each"), results: map[string]string{"t": `"{\"ITERATION\":1,\"VALUE\":\"Q\"}"`}},
		{name: "the input is the array", flow: newFlow().node("a", flow.Input, `{"value":["p","q"]}`).node("l", flow.Loop, `{"loopType":"array","arrayPath":"{{ input }}"}`).
			join("a", "l"), results: map[string]string{"l": `{"iterations":2,"results":[{"iteration":0,"value":"p"},{"iteration":1,"value":"q"}]}`}},
		{name: "a text is not an array", flow: over(`{"loopType":"array"}`), errors: map[string]string{"l": "needs an array"}, skipped: []string{"done"}},
		{name: "an empty array has no rounds", flow: over(`{"loopType":"array","arrayPath":"[]"}`, "t"), skipped: []string{"t"},
			results: map[string]string{"done": `{"value":{"iterations":0,"results":[]}}`}},
		{name: "until stops after the round that says so", flow: model(`{"loopType":"until","maxIterations":9,"breakCondition":"m1):ROUND 2"}`, "round {{input.iteration}}"),
			asked: []string{"round 0", "round 1", "round 2"}},
		{name: "until has an end", flow: model(`{"loopType":"until","maxIterations":2,"breakCondition":"never"}`, "round {{input.iteration}}"),
			asked: []string{"round 0", "round 1"}},
		{name: "until without a condition", flow: model(`{"loopType":"until","maxIterations":3}`, "r"), asked: []string{"r", "r", "r"}},
		{name: "a failed round fails the loop", flow: over(items).node("t", flow.Transform, `{"operation":"extract","config":{"field":"value.x"}}`).edge("l", "t", "each"),
			errors: map[string]string{"t": "has no", "l": `round 0 failed at node "t"`}, skipped: []string{"done"}},
		{name: "what done reaches too is refused", flow: over(items, "t").join("t", "done"), refused: []string{engine.CodeLoopBody}},
		{name: "a body may need what is outside", flow: newFlow().node("l", flow.Loop, `{"maxIterations":1}`).node("m", flow.Model, ask("{{input}}+{{late.output}}")).
			node("late", flow.Input, value("L")).node("other", flow.Input, value("O")).edge("l", "m", "each").join("other", "m"),
			results: map[string]string{"m": `"MODEL(m1):{\"iteration\":0}\n\nO+L"`}},
		{name: "outside, a reference into the body is to its last round", flow: model(items, "{{input.value}}").node("after", flow.Model, ask("{{m.output}}")),
			results: map[string]string{"after": `"MODEL(m1):MODEL(m1):z"`}},
		{name: "a conditional in the body", flow: over(items).node("c", flow.Conditional, `{"condition":"{{l.output.value}}","compareValue":"y","trueOutput":"hit"}`).
			node("o", flow.Output, text).edge("l", "c", "each").edge("c", "o", "true"),
			results: map[string]string{"o": `{"value":"hit","iterationResults":["hit"]}`,
				"l": `{"iterations":3,"results":[{"iteration":0,"value":"x"},{"iteration":1,"value":"y","output":"hit"},{"iteration":2,"value":"z"}]}`}},
		{name: "a merge merges the outputs", flow: model(items, "{{input.value}}").node("g", flow.Merge, `{"strategy":"concat","separator":", "}`).
			node("h", flow.Merge, `{"strategy":"array"}`).edge("l", "g", "done").edge("l", "h", ""),
			results: map[string]string{"g": `"MODEL(m1):x, MODEL(m1):y, MODEL(m1):z"`, "h": `["MODEL(m1):x","MODEL(m1):y","MODEL(m1):z"]`}},
		{name: "loops nest", flow: newFlow().node("l", flow.Loop, `{"loopType":"array","arrayPath":"A,B"}`).node("k", flow.Loop, `{"loopType":"array","arrayPath":"1,2"}`).
			node("m", flow.Model, ask("{{l.output.value}}{{k.output.value}}")).node("o", flow.Output, text).
			node("g", flow.Merge, `{"strategy":"concat","separator":"+"}`).
			edge("l", "k", "each").edge("k", "m", "each").join("m", "o").edge("k", "g", "done"),
			asked: []string{"A1", "A2", "B1", "B2"},
			results: map[string]string{
				"o": `{"value":"MODEL(m1):B2","iterationResults":["MODEL(m1):A1","MODEL(m1):A2","MODEL(m1):B1","MODEL(m1):B2"]}`,
				"g": `"MODEL(m1):B1+MODEL(m1):B2"`,
				"l": `{"iterations":2,"results":[{"iteration":0,"value":"A","output":"MODEL(m1):A1+MODEL(m1):A2"},{"iteration":1,"value":"B","output":"MODEL(m1):B1+MODEL(m1):B2"}]}`,
			}},
		{name: "a skipped loop skips its body", flow: newFlow().node("b", flow.Transform, `{"operation":"replace"}`).node("l", flow.Loop, plain).
			node("t", flow.Transform, upper).join("a", "b", "l").node("a", flow.Input, value("x")).edge("l", "t", "each"),
			errors: map[string]string{"b": "no pattern"}, skipped: []string{"l", "t"}},
		{name: "a loop that cannot start skips its body", flow: newFlow().node("l", flow.Loop, `{"loopType":"array"}`).node("t", flow.Transform, upper).edge("l", "t", "each"),
			errors: map[string]string{"l": "nothing is connected"}, skipped: []string{"t"}},
		{name: "an unknown type has no rounds", flow: over(`{"loopType":"while"}`, "t"), skipped: []string{"t"}},
	}
}
