package client_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
	"github.com/flowctl/flowctl/pkg/flow"
)

// rows is a list of n flows: of 5 KB with their nodes, as the real backend sends
// them, or summaries.
func rows(n int, graph bool) []byte {
	var list bytes.Buffer
	node := `{"id":"n","type":"model","position":{"x":100,"y":250.5},"data":{"label":"Model","modelId":"llama3","prompt":"` + strings.Repeat("lorem ", 60) + `"}},`
	for i := range n {
		sep := ","
		if i == 0 {
			sep = "["
		}
		fmt.Fprintf(&list, `%s{"id":"%036d","name":"flow %d","description":null,`, sep, i, i)
		if graph {
			fmt.Fprintf(&list, `"nodes":[%s],"edges":[],`, strings.TrimSuffix(strings.Repeat(node, 10), ","))
		}
		fmt.Fprintf(&list, `"created_at":1,"updated_at":1,"meta":{}}`)
	}
	return append(list.Bytes(), ']')
}

// BenchmarkList reads lists from a server that does nothing but send them.
func BenchmarkList(b *testing.B) {
	for _, n := range []int{30, 2000} {
		for name, graph := range map[string]bool{"summaries": false, "graphs": true} {
			b.Run(fmt.Sprintf("%d %s", n, name), func(b *testing.B) {
				body := rows(n, graph)
				c := newClient(b, serve(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					_, _ = w.Write(body)
				})))
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					flows, err := c.Flows.List(b.Context(), client.ListOptions{Graph: graph})
					if err != nil || len(flows) != n {
						b.Fatal(len(flows), err)
					}
				}
			})
		}
	}
}

// BenchmarkCreate sends flows of 5 KB: one after the other, and 8 at a time.
func BenchmarkCreate(b *testing.B) {
	answer := []byte(`{"id":"x","name":"flow","nodes":[],"edges":[],"created_at":1,"updated_at":1,"meta":{},"access_control":{}}`)
	text := bytes.TrimSuffix(bytes.TrimPrefix(rows(1, true), []byte("[")), []byte("]"))
	for _, workers := range []int{1, 8} {
		b.Run(fmt.Sprintf("%d at a time", workers), func(b *testing.B) {
			c := newClient(b, serve(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = bytes.NewBuffer(nil).ReadFrom(r.Body)
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write(answer)
			})))
			f, err := flow.ParseFlow(text)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			work := make(chan struct{})
			var wg sync.WaitGroup
			for range workers {
				wg.Go(func() {
					for range work {
						if _, err := c.Flows.Create(b.Context(), f.Spec); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for b.Loop() {
				work <- struct{}{}
			}
			close(work)
			wg.Wait()
		})
	}
}

// BenchmarkGet reads a small flow and hashes it for its revision.
func BenchmarkGet(b *testing.B) {
	c, _ := upstream(b, clienttest.Options{})
	f := create(b, c, twoNodes)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Flows.Get(b.Context(), f.ID); err != nil {
			b.Fatal(err)
		}
	}
}
