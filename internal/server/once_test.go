package server

import (
	"strings"
	"sync"
	"testing"
)

// TestRunOnce: of many arrivals of a request for a run with the same key one starts it;
// the others are answered with its execution.
func TestRunOnce(t *testing.T) {
	f, g := running(t, 2)
	id := f.create(f.ann, strings.ReplaceAll(asks, "%s", "slow"))
	answers := make([]string, 16)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = f.async(f.ann, id, "Idempotency-Key", "same") })
	}
	wg.Wait()
	for _, at := range answers {
		if at != answers[0] {
			t.Errorf("there are the executions %s and %s", answers[0], at)
		}
	}
	path := "/api/v1/flows/" + id + "/execute"
	async := []string{"Prefer", "respond-async", "Idempotency-Key", "same"}
	if r := f.want(202, f.ann, "POST", path, "", async...); r.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the replay is not marked: %v", r.header)
	}
	if r := f.want(409, f.ann, "POST", path, `{"inputs":{"in":"other"}}`, async...); r.text() != `{"detail":"This Idempotency-Key was used for another request"}` {
		t.Errorf("another request with the key answered %s", r.body)
	}
	g.let <- struct{}{}
	f.status(answers[0], "success")
	// A request that failed is not remembered.
	async[3] = "later"
	f.want(422, f.ann, "POST", path, `{"inputs":{"no":"x"}}`, async...)
	f.want(202, f.ann, "POST", path, "", async...)
	g.let <- struct{}{}
}

func TestIdempotencyKeyIsChecked(t *testing.T) {
	f, _ := running(t, 1)
	path := "/api/v1/flows/" + f.create(f.ann, hello) + "/execute"
	for _, key := range []string{strings.Repeat("k", 256), "é", "a\tb"} {
		f.want(400, f.ann, "POST", path, "", "Prefer", "respond-async", "Idempotency-Key", key)
	}
	f.want(400, f.ann, "POST", path, "", "Prefer", "respond-async", "Idempotency-Key", "a", "Idempotency-Key", "b")
}
