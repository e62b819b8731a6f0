package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
	"github.com/flowctl/flowctl/pkg/client/servertest"
	"github.com/flowctl/flowctl/pkg/flow"
)

func ExampleNew() {
	server := httptest.NewServer(clienttest.New(clienttest.Options{}))
	defer server.Close()

	c, err := client.New(server.URL, client.WithToken("ann-token"), client.WithUserAgent("my-program/1.0"))
	if err != nil {
		panic(err)
	}
	user, err := c.Auth.Whoami(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(user.Email, user.Role)
	// Output: ann@example.com user
}

func ExampleFlowsService_Create() {
	server := httptest.NewServer(clienttest.New(clienttest.Options{}))
	defer server.Close()
	c, err := client.New(server.URL, client.WithToken("ann-token"))
	if err != nil {
		panic(err)
	}

	f, err := c.Flows.Create(context.Background(), flow.Spec{
		Name: "Summarise",
		Nodes: []flow.Node{
			{ID: "text", Type: flow.Input},
			{ID: "model", Type: flow.Model, Data: []byte(`{"modelId":"llama3","prompt":"Summarise: {{input}}"}`)},
		},
		Edges: []flow.Edge{{ID: "e1", Source: "text", Target: "model"}},
	})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s, %d nodes, shared with %s\n", f.Name, len(f.Nodes), f.AccessControl)
	// Output: Summarise, 2 nodes, shared with {}
}

func ExampleFlowsService_All() {
	server := httptest.NewServer(clienttest.New(clienttest.Options{}))
	defer server.Close()
	c, err := client.New(server.URL, client.WithToken("ann-token"))
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	for _, name := range []string{"Review", "Summarise", "Second review"} {
		if _, err := c.Flows.Create(ctx, flow.Spec{Name: name}); err != nil {
			panic(err)
		}
	}

	found := 0
	for f, err := range c.Flows.All(ctx, client.ListOptions{Search: "review"}) {
		if err != nil {
			panic(err)
		}
		if f.ID != "" {
			found++
		}
	}
	fmt.Println(found, "found")
	// Output: 2 found
}

func ExampleFlowsService_Update() {
	server := httptest.NewServer(clienttest.New(clienttest.Options{}))
	defer server.Close()
	c, err := client.New(server.URL, client.WithToken("ann-token"))
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	f, err := c.Flows.Create(ctx, flow.Spec{Name: "Draft", Description: "Stays as it is"})
	if err != nil {
		panic(err)
	}

	name := "Review"
	f, err = c.Flows.Update(ctx, f.ID, client.Patch{Name: &name})
	if err != nil {
		panic(err)
	}
	fmt.Println(f.Name, "-", f.Description)
	// Output: Review - Stays as it is
}

func ExampleAuthService_SignIn() {
	server := httptest.NewServer(clienttest.New(clienttest.Options{}))
	defer server.Close()
	ctx := context.Background()
	c, err := client.New(server.URL)
	if err != nil {
		panic(err)
	}
	session, err := c.Auth.SignIn(ctx, "ann@example.com", "ann-token")
	if err != nil {
		panic(err)
	}
	c, err = client.New(server.URL, client.WithToken(session.Token))
	if err != nil {
		panic(err)
	}
	flows, err := c.Flows.List(ctx, client.ListOptions{Limit: 10})
	fmt.Println(session.Email, len(flows), err)
	// Output: ann@example.com 0 <nil>
}

func ExampleReplace() {
	server := httptest.NewServer(clienttest.New(clienttest.Options{}))
	defer server.Close()
	c, err := client.New(server.URL, client.WithToken("ann-token"))
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	made, err := c.Flows.Create(ctx, flow.Spec{Name: "Draft", Nodes: []flow.Node{{ID: "m", Type: flow.Model, Data: []byte(`{"modelId":"small"}`)}}})
	if err != nil {
		panic(err)
	}

	// Read, change, write: every model of every flow, unless somebody else was faster.
	for f, err := range c.Flows.All(ctx, client.ListOptions{Graph: true}) {
		if err != nil {
			panic(err)
		}
		for i := range f.Nodes {
			if f.Nodes[i].Type == flow.Model {
				if err := f.Nodes[i].Set("modelId", "large"); err != nil {
					panic(err)
				}
			}
		}
		if _, err := c.Flows.Update(ctx, f.ID, client.Replace(f.Spec), client.IfUnchanged(f.Revision())); err != nil {
			panic(err)
		}
	}
	f, err := c.Flows.Get(ctx, made.ID)
	if err != nil {
		panic(err)
	}
	fmt.Println(f.Node("m").Text("modelId"))
	// Output: large
}

func ExampleIfUnchanged() {
	server := httptest.NewServer(clienttest.New(clienttest.Options{}))
	defer server.Close()
	c, err := client.New(server.URL, client.WithToken("ann-token"))
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	made, err := c.Flows.Create(ctx, flow.Spec{Name: "Draft"})
	if err != nil {
		panic(err)
	}

	f, err := c.Flows.Get(ctx, made.ID)
	if err != nil {
		panic(err)
	}
	theirs, mine := "Theirs", f.Name+", edited"
	if _, err := c.Flows.Update(ctx, f.ID, client.Patch{Name: &theirs}); err != nil {
		panic(err)
	}
	_, err = c.Flows.Update(ctx, f.ID, client.Patch{Name: &mine}, client.IfUnchanged(f.Revision()))
	fmt.Println(errors.Is(err, client.ErrConflict))
	// Output: true
}

func ExampleFlowsService_ExecuteStream() {
	server, err := servertest.New(servertest.Options{})
	if err != nil {
		panic(err)
	}
	defer server.Close()
	c, err := client.New(server.URL, client.WithToken(server.Token))
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	spec, err := flow.ParseSpec([]byte(`{"name":"Greet","nodes":[
		{"id":"in","type":"input","data":{}},
		{"id":"m","type":"model","data":{"modelId":"echo","prompt":"Greet {{input}}"}}],
		"edges":[{"id":"1","source":"in","target":"m"}]}`))
	if err != nil {
		panic(err)
	}
	made, err := c.Flows.Create(ctx, spec)
	if err != nil {
		panic(err)
	}

	inputs := json.RawMessage(`{"in":"Ada"}`)
	for e, err := range c.Flows.ExecuteStream(ctx, made.ID, client.ExecuteRequest{Inputs: inputs}) {
		if errors.Is(err, client.ErrDelegated) {
			fmt.Println("this server runs no flows")
			return
		}
		if err != nil {
			panic(err)
		}
		switch e.Type {
		case flow.EventNodeFinished:
			fmt.Println(e.Node, e.Status)
		case client.EventResult:
			fmt.Println(e.Execution.Status, string(e.Execution.NodeResults))
		}
	}
	// Output:
	// in success
	// m success
	// success {"in":"Ada","m":"[echo] Greet Ada"}
}

func ExampleError() {
	server := httptest.NewServer(clienttest.New(clienttest.Options{}))
	defer server.Close()
	c, err := client.New(server.URL, client.WithToken("ann-token"))
	if err != nil {
		panic(err)
	}

	_, err = c.Flows.Get(context.Background(), "no-such-flow")
	var failed *client.Error
	if errors.As(err, &failed) && errors.Is(err, client.ErrNotFound) {
		fmt.Println(failed.StatusCode, failed.Method, failed.Path)
	}
	fmt.Println(err)
	// Output:
	// 404 GET /api/v1/flows/no-such-flow
	// get flow "no-such-flow": not found (404); check the id; it may be deleted, or private to somebody else
}
