package store

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"
)

// proxy stands between a store and Postgres, and can cut the connections or let
// nothing through.
type proxy struct {
	t      *testing.T
	ln     net.Listener
	server string

	mu     sync.Mutex
	gate   *gate // of new connections
	conns  []net.Conn
	refuse bool
}

// gate is closed to bytes, or open.
type gate struct{ open chan struct{} }

func openGate() *gate {
	g := &gate{open: make(chan struct{})}
	close(g.open)
	return g
}

// throughProxy returns a proxy to the server of a database, and the database's address
// by way of it.
func throughProxy(t *testing.T, dsn string) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(dsn)
	must(t, err)
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	p := &proxy{t: t, ln: ln, server: u.Host, gate: openGate()}
	go p.serve()
	t.Cleanup(func() {
		_ = ln.Close()
		p.cut()
		p.pass()
	})
	u.Host = ln.Addr().String()
	return p, u.String()
}

func (p *proxy) serve() {
	for {
		client, err := p.ln.Accept()
		if err != nil {
			return
		}
		server, err := new(net.Dialer).DialContext(context.Background(), "tcp", p.server)
		p.mu.Lock()
		if err != nil || p.refuse {
			_ = client.Close()
			p.mu.Unlock()
			continue
		}
		p.conns = append(p.conns, client, server)
		gate := p.gate
		p.mu.Unlock()
		go p.copy(gate, client, server)
		go p.copy(gate, server, client)
	}
}

func (p *proxy) copy(g *gate, to, from net.Conn) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		p.mu.Lock()
		open := g.open
		p.mu.Unlock()
		<-open
		if _, werr := to.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}

// cut ends all connections, and takes no more until pass is called.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = true
	for _, conn := range p.conns {
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
	p.conns = nil
}

// hang keeps everything from passing until pass is called: connections are made, and
// nothing comes.
func (p *proxy) hang() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gate.open = make(chan struct{})
}

// hangOld is hang for the connections that there are; new ones work.
func (p *proxy) hangOld() (pass func()) {
	p.hang()
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.gate
	p.gate = openGate()
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		close(old.open)
	}
}

func (p *proxy) pass() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = false
	select {
	case <-p.gate.open:
	default:
		close(p.gate.open)
	}
}

// TestPostgresAway: a server that is away, or hangs, is reported as that, in time, and
// nothing has to be done once it is there again.
func TestPostgresAway(t *testing.T) {
	server := os.Getenv("FLOWCTL_TEST_POSTGRES")
	if server == "" {
		t.Skip("FLOWCTL_TEST_POSTGRES is not set")
	}
	p, dsn := throughProxy(t, newSchema(t, newDatabase(t, server)))
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann"})
	pool := s.db.(*postgresPool)

	// many asks side by side, more than there are connections.
	many := func(phase string, want error) {
		t.Helper()
		pool.timeout = queryTimeout
		if want != nil {
			pool.timeout = 300 * time.Millisecond
		}
		var wg sync.WaitGroup
		begun := time.Now()
		for i := range 40 {
			wg.Go(func() {
				var err error
				switch i % 4 {
				case 0:
					_, err = s.ListFlows(t.Context(), ListQuery{Scope: All})
				case 1:
					err = s.CreateFlow(t.Context(), &Flow{UserID: "ann", Name: "x", Nodes: []byte("[]"), Edges: []byte("[]")})
				case 2:
					err = s.Ping(t.Context())
				default:
					_, err = s.Flow(t.Context(), f.ID)
				}
				if !errors.Is(err, want) {
					t.Errorf("%s: %d gave %v, want %v", phase, i%4, err, want)
				}
			})
		}
		wg.Wait()
		if took := time.Since(begun); want != nil && took > queryTimeout/2 {
			t.Errorf("%s: that took %v", phase, took)
		}
	}
	many("before", nil)
	p.cut()
	many("cut", ErrUnavailable)
	p.pass()
	many("after the cut", nil)
	p.hang()
	many("hangs", ErrUnavailable)
	p.pass()
	many("after it hung", nil)

	// One that has a deadline of their own, or has gone, learns that.
	p.hang()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := s.Ping(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with a deadline: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := s.Flow(ctx, f.ID); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	p.pass()

	// A connection that died, or hangs, while it was idle is replaced, and nobody
	// notices.
	idle, err := Open(t.Context(), dsn)
	must(t, err)
	must(t, idle.Ping(t.Context()))
	time.Sleep(1100 * time.Millisecond)
	p.cut()
	p.pass()
	must(t, idle.Ping(t.Context()))
	time.Sleep(1100 * time.Millisecond)
	t.Cleanup(p.hangOld())
	begun := time.Now()
	must(t, idle.Ping(t.Context()))
	if took := time.Since(begun); took > queryTimeout/2 { // a connection is not made at once on a busy machine
		t.Errorf("a connection that hangs held up a query for %v", took)
	}
	_ = idle.Close()

	must(t, s.Ping(t.Context()))
	// An error of who reads them stays that.
	if err := s.db.query(t.Context(), func(*sql.Rows) error { return io.ErrUnexpectedEOF }, "SELECT 1"); !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, ErrUnavailable) {
		t.Errorf("the reader's own error became %v", err)
	}
}
