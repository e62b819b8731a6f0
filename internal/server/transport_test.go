package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/store"
)

// inProcess is a client without a socket.
func (f *fixture) inProcess(who caller) *http.Client {
	f.t.Helper()
	u, err := f.st.User(f.t.Context(), who.id)
	if err != nil {
		f.t.Fatal(err)
	}
	return &http.Client{Transport: f.srv.Transport(*u)}
}

func TestTransport(t *testing.T) {
	f := newFixture(t, Options{MaxBody: 64 << 20})
	ann := f.inProcess(f.ann)
	big := `{"name":"big","nodes":[{"data":"` + strings.Repeat("x", 20<<20) + `"}]}`
	req, err := http.NewRequestWithContext(t.Context(), "POST", "http://local/api/v1/flows/create", strings.NewReader(big))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := ann.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("answered %s, %d bytes, %v", resp.Status, len(body), err)
	}
	if err := loadContract(t).check("POST", req.URL.Path, resp.StatusCode, resp.Header, body); err != nil {
		t.Error(err)
	}
	over := f.want(200, f.ann, "GET", "/api/v1/flows/"+reply{body: body}.id(t), "")
	if over.text() != string(body) {
		t.Error("over a socket the flow is another")
	}
	head, err := ann.Head("http://local/api/v1/flows/")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = head.Body.Close() }()
	if b, err := io.ReadAll(head.Body); len(b) > 0 || err != nil || head.Header.Get("X-Total-Count") != "1" {
		t.Errorf("HEAD answered %v and %q, %v", head.Header, b, err)
	}
}

// TestTransportTellsTheCause: who calls in the same process owns the database.
func TestTransportTellsTheCause(t *testing.T) {
	f := newFixture(t, Options{})
	ann := f.inProcess(f.ann)
	if err := f.st.Close(); err != nil {
		t.Fatal(err)
	}
	resp, err := ann.Get("http://local/api/v1/flows/")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if b, _ := io.ReadAll(resp.Body); !strings.Contains(string(b), "closed") {
		t.Errorf("answered %d %s, want the cause", resp.StatusCode, b)
	}
	if r := f.call(f.ann, "GET", "/api/v1/flows/", ""); r.status < 500 || strings.Contains(r.text(), "closed") {
		t.Errorf("over a socket: answered %d %s, want nothing of the inside", r.status, r.body)
	}
}

func TestTransportIsCancelled(t *testing.T) {
	f := newFixture(t, Options{})
	ann := f.inProcess(f.ann)
	ctx, cancel := context.WithCancel(t.Context())
	body, feed := io.Pipe() // never fed: the server waits for the body
	req, err := http.NewRequestWithContext(ctx, "POST", "http://local/api/v1/flows/create", body)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, cancel)
	if resp, err := ann.Do(req); !errors.Is(err, context.Canceled) {
		if err == nil {
			_ = resp.Body.Close()
		}
		t.Errorf("error %v, want context.Canceled", err)
	}
	for deadline := time.Now().Add(5 * time.Second); ; {
		if _, err := feed.Write([]byte(" ")); errors.Is(err, io.ErrClosedPipe) {
			break // the server has let go of the body
		}
		if time.Now().After(deadline) {
			t.Fatal("the body is still read")
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	req, err = http.NewRequestWithContext(cancelled, "GET", "http://local/api/v1/flows/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := ann.Do(req); !errors.Is(err, context.Canceled) {
		if err == nil {
			_ = resp.Body.Close()
		}
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// TestTransportCutOff: neither side hangs when the other goes away midway.
func TestTransportCutOff(t *testing.T) {
	st := newStore(t)
	s := New(st, Options{})
	started, failed := make(chan struct{}), make(chan error, 1)
	s.mux = func() *http.ServeMux {
		mux := http.NewServeMux()
		mux.HandleFunc("/early", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "begun")
			close(started)
			_, err := w.Write(make([]byte, 1<<20))
			failed <- err
		})
		mux.HandleFunc("/panic", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "begun")
			panic("secret")
		})
		return mux
	}
	client := &http.Client{Transport: s.Transport(store.User{ID: "u", Role: store.RoleUser})}
	resp, err := client.Get("http://local/early")
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 5)
	if _, err := io.ReadFull(resp.Body, buf); err != nil || string(buf) != "begun" {
		t.Errorf("read %q, %v", buf, err)
	}
	<-started
	_ = resp.Body.Close()
	if err := <-failed; err == nil {
		t.Error("the server could write to a closed body")
	}
	resp, err = client.Get("http://local/panic")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if b, err := io.ReadAll(resp.Body); string(b) != "begun" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read %q, %v, want an error after what was written", b, err)
	}
}
