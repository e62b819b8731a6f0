package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/flowctl/flowctl/internal/store"
)

const crowd = 100_000

// crowded measures the list of a user's 10 flows while the table holds those
// alone, and among 100,000 of somebody else's.
func (b *bench) crowded(ctx context.Context) error {
	alone, err := b.listLatency(ctx, "alone.db", 0)
	if err != nil {
		return err
	}
	among, err := b.listLatency(ctx, "crowd.db", crowd)
	if err != nil {
		return err
	}
	b.add(row{What: "list of a user's 10 flows when the table holds 100,000", Ours: us(among), Other: "when it holds 10: " + us(alone), Ratio: ratio(among, alone), Bound: 1.3})
	return nil
}

func us(d time.Duration) string { return fmt.Sprintf("%.0f µs", float64(d)/1e3) }

func (b *bench) listLatency(ctx context.Context, name string, others int) (time.Duration, error) {
	db := filepath.Join(b.dir, name)
	key, err := b.fill(ctx, db, others)
	if err != nil {
		return 0, err
	}
	return b.latency(ctx, db, key, "/api/v1/flows/")
}

// latency is the median time of a request for a path to a server of the database.
func (b *bench) latency(ctx context.Context, db, key, path string) (time.Duration, error) {
	const addr = "127.0.0.1:18471"
	cmd := exec.CommandContext(ctx, b.flowctl, "server", "--db", db, "--listen", addr)
	cmd.Env = append(os.Environ(), "HOME="+b.dir)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // says that it was killed
	}()
	if _, err := bufio.NewReader(stderr).ReadString('\n'); err != nil {
		return 0, fmt.Errorf("start the server: %w", err)
	}
	go io.Copy(io.Discard, stderr) //nolint:errcheck // ends with the process
	r := request{method: http.MethodGet, url: "http://" + addr + path, key: key}
	t := &http.Transport{}
	times := make([]time.Duration, 0, 2000)
	for range cap(times) {
		start := time.Now()
		if err := r.send(ctx, t); err != nil {
			return 0, err
		}
		times = append(times, time.Since(start))
	}
	return median(times), nil
}

// fill makes a database with a user who has 10 flows, whose key it returns, and
// others flows of somebody else.
func (b *bench) fill(ctx context.Context, db string, others int) (string, error) {
	them, err := b.addUser(ctx, db, "them@example.org", "admin") // the first one has to be
	if err != nil {
		return "", err
	}
	me, err := b.addUser(ctx, db, "me@example.org", "user")
	if err != nil {
		return "", err
	}
	st, err := store.Open(ctx, db)
	if err != nil {
		return "", err
	}
	defer st.Close()
	graph := []byte(`[]`)
	var work sync.WaitGroup
	errs := make(chan error, 64)
	for w := range 64 {
		work.Go(func() {
			for i := w; i < 10+others; i += 64 {
				owner := them.ID
				if i < 10 {
					owner = me.ID
				}
				now := int64(1_700_000_000 + i)
				f := store.Flow{
					ID: fmt.Sprintf("%08x-0000-4000-8000-%012x", i*2654435761%(1<<32), i), UserID: owner, Name: fmt.Sprintf("flow %d", i),
					Nodes: graph, Edges: graph, Meta: []byte(`{}`), AccessControl: []byte(`{}`), CreatedAt: now, UpdatedAt: now,
				}
				if err := st.CreateFlow(ctx, &f); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	work.Wait()
	select {
	case err := <-errs:
		return "", err
	default:
		return me.Key, nil
	}
}

type newUser struct{ ID, Key string }

func (b *bench) addUser(ctx context.Context, db, email, role string) (newUser, error) {
	var u newUser
	cmd := exec.CommandContext(ctx, b.flowctl, "server", "user", "add", email, "--role", role, "--db", db, "-o", "json")
	cmd.Env = append(os.Environ(), "HOME="+b.dir)
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &u)
	}
	if err != nil {
		return u, fmt.Errorf("add user %s: %w", email, err)
	}
	return u, nil
}
