package engine

import (
	"testing"
	"time"
)

// What the tests of package engine_test need.
const (
	MaxDepth = maxDepth
	Answered = answered
)

func TestRetryWaits(t *testing.T) {
	c := &Call{run: &run{Options: Options{RetryWait: time.Second}}}
	for i, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		if got := c.wait(&HTTPError{}, i); got < want || got > want*5/4+1 {
			t.Errorf("wait %d is %v, want %v", i, got, want)
		}
	}
	if got := c.wait(&HTTPError{RetryAfter: 7 * time.Second}, 0); got < 7*time.Second || got > 9*time.Second {
		t.Errorf("Retry-After is waited for %v", got)
	}
}
