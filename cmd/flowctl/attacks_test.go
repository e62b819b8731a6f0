//go:build linux && !race

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/modeltest"
)

// attacked is a server process that strangers and users attack.
type attacked struct {
	t    *testing.T
	addr string
	pid  int
}

// TestAttacks runs a server with its default settings, attacks it in every way that once
// needed more memory or time than a server has, all at once, and checks that somebody
// else is served meanwhile and that the process stays within 1 GiB.
func TestAttacks(t *testing.T) {
	if testing.Short() {
		t.Skip("attacks a server for 4 s")
	}
	const (
		lasts = 4 * time.Second
		users = 3 // who attack: together they may hold three quarters of --total-memory
	)
	db := filepath.Join(t.TempDir(), "flowctl.db")
	keys := []string{addAccount(t, db, "ann@example.org", "admin")} // not attacking
	for i := range users {
		keys = append(keys, addAccount(t, db, fmt.Sprintf("eve%d@example.org", i), "user"))
	}
	s := startAttacked(t, db)
	ann := keys[0]
	hello := s.create(ann, `{"name":"hello","nodes":[{"id":"i","type":"input","data":{"value":"x"}},{"id":"m","type":"model","data":{"modelId":"echo","prompt":"{{input}}"}},{"id":"o","type":"output","data":{}}],"edges":[{"id":"1","source":"i","target":"m"},{"id":"2","source":"m","target":"o"}]}`)

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var attacks []func()
	runs := hungryRuns()
	for _, eve := range keys[1:] {
		attack := func(method, path, body string, header ...string) {
			attacks = append(attacks, func() { s.call(ctx, eve, method, "/api/v1/flows/"+path, body, header...) })
		}
		large := `{"name":"large","access_control":null,"edges":[],"nodes":[{"id":"i","type":"input","data":{"value":"` + strings.Repeat("a", 15<<20) + `"}}]}`
		attack("POST", s.create(eve, large), large)
		s.create(eve, large)
		waits := s.create(eve, `{"name":"waits","nodes":[{"id":"i","type":"input","data":{"value":"x"}},{"id":"m","type":"model","data":{"modelId":"hang","prompt":"{{input}}"}}],"edges":[{"id":"1","source":"i","target":"m"}]}`)
		attack("POST", waits+"/execute", "", "Prefer", "respond-async")
		attack("POST", s.create(eve, `{"name":"fields"}`), unknownFields(200_000))
		for _, list := range []string{"accessible", "?include=graph", "accessible?include=graph", "executions/stats"} {
			attack("GET", list, "")
		}
		for _, run := range runs {
			attack("POST", s.create(eve, run.flow)+"/execute", run.body)
		}
	}
	for range 60 { // bodies of people who have not signed in
		attacks = append(attacks, func() { s.largeSignIn(ctx) })
	}
	var attackers sync.WaitGroup
	for _, attack := range attacks {
		attackers.Go(func() {
			for ctx.Err() == nil {
				attack()
			}
		})
	}

	served := 0
	for began := time.Now(); time.Since(began) < lasts || served == 0; served++ {
		s.serves(ann, "GET", "/api/v1/flows/"+hello, "", `"name":"hello"`)
		s.serves(ann, "POST", "/api/v1/flows/"+hello, fmt.Sprintf(`{"description":"%d"}`, served), fmt.Sprintf(`"description":"%d"`, served))
		s.serves(ann, "GET", "/api/v1/flows/?all=true", "", `"name":"hello"`)
		s.serves(ann, "POST", "/api/v1/flows/"+hello+"/execute", "", `"status":"success"`)
	}
	most := s.resident()
	stop()
	attackers.Wait()
	s.serves(ann, "GET", "/health", "", "")
	t.Logf("served %d times 4 requests, %d MiB resident at most", served, most>>20)
	if most > 1<<30 {
		t.Errorf("the server took %d MiB, want at most 1024", most>>20)
	}
}

// hungryRuns are flows whose results need far more memory than the flow and its inputs.
func hungryRuns() (runs []struct{ flow, body string }) {
	add := func(body, nodes, edges string) {
		runs = append(runs, struct{ flow, body string }{`{"name":"hungry","nodes":[` + nodes + `],"edges":[` + edges + `]}`, body})
	}
	text := func(n int) string { return strings.Repeat("a", n) }
	inputs := func(engine, text string) string {
		return `{"engine":"` + engine + `","inputs":{"i":"` + text + `"}}`
	}
	const input = `{"id":"i","type":"input","data":{}},`
	const edge = `{"id":"1","source":"i","target":"t"}`

	loops, edges := input+`{"id":"t","type":"loop","data":{"loopType":"count","maxIterations":1}}`, edge
	last := "t"
	for i := range 600 { // inside each other
		id := fmt.Sprint("l", i)
		loops += `,{"id":"` + id + `","type":"loop","data":{"loopType":"count","maxIterations":1}}`
		edges += `,{"id":"` + id + `","source":"` + last + `","target":"` + id + `","sourceHandle":"each"}`
		last = id
	}
	add(inputs("standard", "x"), loops, edges)
	add(inputs("browser", "x"), loops, edges)
	add(inputs("standard", text(1<<20)+"z"), input+`{"id":"t","type":"transform","data":{"operation":"replace","config":{"pattern":"z","replacement":"`+strings.Repeat("$`", 100_000)+`"}}}`, edge)
	add(inputs("browser", text(1<<20)), input+`{"id":"t","type":"transform","data":{"operation":"template","config":{"template":"`+strings.Repeat("{{input}}", 50_000)+`"}}}`, edge)
	add(inputs("browser", strings.Repeat("$'", 2000)), input+`{"id":"t","type":"transform","data":{"operation":"template","config":{"template":"`+strings.Repeat("{{input}}", 2000)+text(500_000)+`"}}}`, edge)
	add(inputs("browser", text(1<<20)), input+`{"id":"t","type":"model","data":{"modelId":"echo","prompt":"`+strings.Repeat("{{input}}", 50_000)+`"}}`, edge)
	many, edges := input+`{"id":"t","type":"transform","data":{"operation":"trim"}}`, edge
	for i := range 300 { // next to each other
		many += fmt.Sprintf(`,{"id":"u%d","type":"transform","data":{"operation":"uppercase"}}`, i)
		edges += fmt.Sprintf(`,{"id":"u%d","source":"i","target":"u%d"}`, i, i)
	}
	add(inputs("standard", text(15<<20)), many, edges)
	add(inputs("standard", text(15<<20)), input+`{"id":"t","type":"loop","data":{"loopType":"count","maxIterations":300}},{"id":"u","type":"transform","data":{"operation":"uppercase"}}`,
		edge+`,{"id":"2","source":"t","target":"u","sourceHandle":"each"}`)
	return runs
}

func unknownFields(n int) string {
	var b strings.Builder
	b.WriteString(`{"name":"x"`)
	for i := range n {
		fmt.Fprintf(&b, `,"k%d":1`, i)
	}
	return b.String() + "}"
}

// addAccount adds a user to the database and returns its key.
func addAccount(t *testing.T, db, email, role string) string {
	t.Helper()
	code, stdout, stderr := flowctl(t, t.TempDir(), "server", "user", "add", email, "--role", role, "-o", "json", "--db", db)
	var user struct{ Key string }
	if err := json.Unmarshal([]byte(stdout), &user); err != nil || user.Key == "" {
		t.Fatalf("exit code %d, %s%s", code, stdout, stderr)
	}
	return user.Key
}

// startAttacked starts a server process, which ends with the test.
func startAttacked(t *testing.T, db string) *attacked {
	t.Helper()
	models := httptest.NewServer(modeltest.New())
	t.Cleanup(models.Close)
	log := filepath.Join(t.TempDir(), "log")
	file, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	cmd := exec.Command("flowctl", "server", "--db", db, "--listen", "127.0.0.1:0", "--model-url", models.URL)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "FLOWCTL_NO_KEYRING=1")
	cmd.Stderr = file
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	listening := regexp.MustCompile(`msg=listening url=http://(\S+)`)
	for range 200 {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		if m := listening.FindSubmatch(text); m != nil {
			return &attacked{t, string(m[1]), cmd.Process.Pid}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the server does not start")
	return nil
}

// call sends a request and reads the answer, whatever it is: code 0 is none.
func (s *attacked) call(ctx context.Context, key, method, path, body string, header ...string) (code int, text string) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+s.addr+path, strings.NewReader(body))
	if err != nil {
		s.t.Error(err)
		return 0, ""
	}
	req.Header.Set("Authorization", "Bearer "+key)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	start, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, string(start)
}

func (s *attacked) create(key, flow string) (id string) {
	s.t.Helper()
	code, text := s.call(s.t.Context(), key, "POST", "/api/v1/flows/create", flow)
	m := regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(text)
	if code != http.StatusOK || m == nil {
		s.t.Fatalf("create answered %d %.300s", code, text)
	}
	return m[1]
}

// serves makes a request until it is done, which a busy server may refuse for a while.
func (s *attacked) serves(key, method, path, body, want string) {
	s.t.Helper()
	began := time.Now()
	for {
		code, text := s.call(s.t.Context(), key, method, path, body)
		switch {
		case code == http.StatusOK && strings.Contains(text, want):
			return
		case code != http.StatusServiceUnavailable && code != http.StatusTooManyRequests || time.Since(began) > time.Minute:
			s.t.Fatalf("%s %s answered %d %.300s after %v", method, path, code, text, time.Since(began))
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// largeSignIn sends a sign-in of 15 MB, slowly once that is no longer read.
func (s *attacked) largeSignIn(ctx context.Context) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.addr)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	_, _ = io.WriteString(conn, "POST /api/v1/auths/signin HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 15000100\r\n\r\n{\"email\":\"")
	_, _ = conn.Write(bytes.Repeat([]byte("a"), 15_000_000))
	_, _ = io.Copy(io.Discard, conn)
}

// resident returns the most bytes that the process had in memory so far.
func (s *attacked) resident() int {
	s.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		s.t.Fatal(err)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		s.t.Fatalf("the server has gone: %s", status)
	}
	kb, err := strconv.Atoi(string(m[1]))
	if err != nil {
		s.t.Fatal(err)
	}
	return kb << 10
}
