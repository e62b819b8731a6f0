package server

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/store"
)

// The benchmarks load a server over real connections and report "of-plain": its
// requests a second as a part of those of a plain handler that answers 5 KB,
// measured in turns within the same run.

const benchConnections = 16

func BenchmarkGet(b *testing.B) {
	f := newBenchServer(b)
	f.run(b, "GET", "/api/v1/flows/"+f.id, "")
}

func BenchmarkList30(b *testing.B) {
	newBenchServer(b).run(b, "GET", "/api/v1/flows/", "")
}

func BenchmarkCreate(b *testing.B) {
	newBenchServer(b).run(b, "POST", "/api/v1/flows/create", benchFlow())
}

// BenchmarkNew is what a command line pays before its first call.
func BenchmarkNew(b *testing.B) {
	st := newStore(b)
	b.ReportAllocs()
	for b.Loop() {
		New(st, Options{}).Transport(store.User{})
	}
}

// BenchmarkFirstCall is New and one list in process.
func BenchmarkFirstCall(b *testing.B) {
	st := newStore(b)
	who := addUser(b, st, "ann@example.org", store.RoleUser)
	req := httptest.NewRequest("GET", "http://local/api/v1/flows/", nil)
	b.ReportAllocs()
	for b.Loop() {
		resp, err := New(st, Options{}).Transport(store.User{ID: who.id, Role: store.RoleUser}).RoundTrip(req)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
}

// benchFlow is a flow of 5 KB.
func benchFlow() string {
	var nodes []string
	for i := range 12 {
		nodes = append(nodes, fmt.Sprintf(`{"id":"node_%d","type":"model","position":{"x":%d,"y":100.0},"data":{"label":"Model","modelId":"m","prompt":"%s {{input}}"}}`,
			i, i*200, strings.Repeat("Summarise it. ", 20)))
	}
	return `{"name":"Bench","description":"A flow of five kilobytes","nodes":[` + strings.Join(nodes, ",") + `],"edges":[]}`
}

// benchServer is a server that logs to a file, and the plain handler.
type benchServer struct {
	addr, plain, key, id string
}

func newBenchServer(b *testing.B) benchServer {
	b.Helper()
	log, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = log.Close() })
	st := newStore(b)
	who := addUser(b, st, "ann@example.org", store.RoleUser)
	web := httptest.NewServer(New(st, Options{Logger: slog.New(slog.NewTextHandler(log, nil))}))
	b.Cleanup(web.Close)
	body := bytes.Repeat([]byte("x"), 5000)
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "5000")
		_, _ = w.Write(body)
	}))
	b.Cleanup(plain.Close)
	s := benchServer{addr: web.Listener.Addr().String(), plain: plain.Listener.Addr().String(), key: who.key}
	for range 30 {
		o, err := parseBody([]byte(benchFlow()))
		if err != nil {
			b.Fatal(err)
		}
		d, faults := parseDraft(o, "body")
		flow := d.flow(who.id, "")
		if err := st.CreateFlow(b.Context(), flow); err != nil || faults != nil {
			b.Fatal(err, faults)
		}
		s.id = flow.ID
	}
	return s
}

// run loads both for b.N requests each.
func (s benchServer) run(b *testing.B, method, path, body string) {
	request := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n", method, path, s.key)
	if body != "" {
		request += fmt.Sprintf("Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	b.ReportAllocs()
	b.ResetTimer()
	ours := load(b, s.addr, request+"\r\n"+body, b.N)
	b.StopTimer()
	plain := load(b, s.plain, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", b.N)
	b.ReportMetric(float64(b.N)/ours.Seconds(), "req/s")
	b.ReportMetric(plain.Seconds()/ours.Seconds(), "of-plain")
}

// load sends n requests over all connections and returns the time that took.
func load(b *testing.B, addr, request string, n int) time.Duration {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	var wg sync.WaitGroup
	start := time.Now()
	for range benchConnections {
		wg.Go(func() {
			conn, err := new(net.Dialer).DialContext(b.Context(), "tcp", addr)
			if err != nil {
				b.Error(err)
				return
			}
			defer func() { _ = conn.Close() }()
			in := bufio.NewReaderSize(conn, 16<<10)
			for left.Add(-1) >= 0 {
				if err := exchange(conn, in, request); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}

// exchange sends a request and reads the answer, as cheaply as can be: what the
// client costs counts against neither side.
func exchange(conn net.Conn, in *bufio.Reader, request string) error {
	if _, err := io.WriteString(conn, request); err != nil {
		return err
	}
	length := 0
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
			return fmt.Errorf("answered %s", line)
		}
		if len(line) <= 2 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
	_, err := in.Discard(length)
	return err
}
