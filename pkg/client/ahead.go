package client

import (
	"context"
	"time"
)

// aheadTime is how quickly half a page has to be taken for the next one to be asked
// for meanwhile, so that server and caller work side by side. A caller who takes
// longer would keep that page waiting until the server gave it up.
const aheadTime = time.Second

// listPage is a page of a list that was asked for.
type listPage struct {
	k     *call
	early bool // before the one in front of it was read
	done  chan struct{}
	a     *answer // once done is closed
	err   error
}

// ask asks for a page, and does not wait for it.
func (s *FlowsService) ask(ctx context.Context, k *call) *listPage {
	p := &listPage{k: k, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.a, p.err = s.c.do(ctx, k)
	}()
	return p
}

func (p *listPage) wait() (*call, *answer, error) {
	<-p.done
	return p.k, p.a, p.err
}

// drop lets go of a page, whether or not it was read.
func (p *listPage) drop() {
	if p == nil {
		return
	}
	if _, a, err := p.wait(); err == nil {
		_ = a.stream.Close()
	}
}
