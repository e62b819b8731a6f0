package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// runsAtOnce is how many runs wait for a model at the same time.
const runsAtOnce = 200

// manyRuns measures the memory of a server while that many runs of a flow of
// 5 KB, each with a caller who follows its events, wait for a model.
func (b *bench) manyRuns(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute) // a run that does not get to the model keeps all others waiting
	defer cancel()
	model, err := startWaiting(runsAtOnce)
	if err != nil {
		return err
	}
	defer model.close()
	most := strconv.Itoa(runsAtOnce) // all runs are of one user, who would get a quarter of the places
	s, err := b.startServer(ctx, "--model-url", model.url, "--max-runs", most, "--max-runs-per-user", most)
	if err != nil {
		return err
	}
	id, err := s.create(ctx, sampleFlow("many runs", 5000))
	if err != nil {
		return err
	}
	transport := &http.Transport{DisableCompression: true}
	var callers sync.WaitGroup
	errs := make(chan error, runsAtOnce)
	for range runsAtOnce {
		callers.Go(func() { errs <- s.follow(ctx, transport, id) })
	}
	callers.Wait()
	for range runsAtOnce {
		if err := <-errs; err != nil {
			return err
		}
	}
	if n := model.calls.Load(); n < runsAtOnce {
		return fmt.Errorf("the model was called %d times by %d runs", n, runsAtOnce)
	}
	rss, err := s.stop()
	if err != nil {
		return err
	}
	b.add(row{
		What: fmt.Sprintf("resident memory of a server with %d runs at once that wait for a model, MB", runsAtOnce),
		Ours: fmt.Sprintf("%.0f MB", float64(rss)/1e6), Ratio: float64(rss) / 1e6, Bound: 150,
	})
	return nil
}

// create stores a flow and returns its id.
func (s *devServer) create(ctx context.Context, text []byte) (id string, err error) {
	var made struct{ ID string }
	err = s.post(ctx, http.DefaultTransport, "/api/v1/flows/create", text, func(body io.Reader) error {
		return json.NewDecoder(body).Decode(&made)
	})
	return made.ID, err
}

// follow runs the flow on the server and reads its events.
func (s *devServer) follow(ctx context.Context, t http.RoundTripper, id string) error {
	return s.post(ctx, t, "/api/v1/flows/"+id+"/execute", []byte("{}"), func(body io.Reader) error {
		events, err := io.ReadAll(body)
		if err == nil && !bytes.Contains(events, []byte(`"status":"success"`)) {
			err = fmt.Errorf("a run on the server failed: %.500s", events)
		}
		return err
	})
}

func (s *devServer) post(ctx context.Context, t http.RoundTripper, path string, text []byte, read func(io.Reader) error) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.Key)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream, application/json;q=0.5")
	resp, err := t.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("POST %s: %s", path, resp.Status)
	}
	return read(resp.Body)
}

// waitingModel is an OpenAI-compatible server that answers nobody until so many
// wait, and all of them a second later.
type waitingModel struct {
	url   string
	want  int64
	calls atomic.Int64
	ready chan struct{}
	srv   *http.Server
}

func startWaiting(want int64) (*waitingModel, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // lives as long as the measurement
	if err != nil {
		return nil, err
	}
	m := &waitingModel{url: "http://" + ln.Addr().String(), want: want, ready: make(chan struct{})}
	m.srv = &http.Server{ReadHeaderTimeout: time.Minute, Handler: m}
	go func() { _ = m.srv.Serve(ln) }() // says that it was closed
	return m, nil
}

func (m *waitingModel) close() { _ = m.srv.Close() }

// ServeHTTP implements http.Handler.
func (m *waitingModel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // so that the connection can be used again
	if m.calls.Add(1) == m.want {
		time.AfterFunc(time.Second, func() { close(m.ready) })
	}
	select {
	case <-m.ready:
	case <-r.Context().Done():
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"choices":[{"message":{"role":"assistant","content":"done"}}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`)
}
