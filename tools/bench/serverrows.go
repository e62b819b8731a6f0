package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// server measures the server against a plain net/http handler with a body of the
// same size.
func (b *bench) server(ctx context.Context) error {
	s, err := b.startServer(ctx)
	if err != nil {
		return err
	}
	plain, stop, err := startPlain(ctx)
	if err != nil {
		return err
	}
	defer stop()
	files, err := b.flowFiles("thirty-more", 30, 5000)
	if err != nil {
		return err
	}
	if _, err := (command{name: b.flowctl, args: []string{"import", files}, env: s.env()}).once(ctx, b.dir); err != nil {
		return err
	}
	id, err := firstID(ctx, s)
	if err != nil {
		return err
	}
	loads := []struct {
		what  string
		r     request
		bound float64
	}{
		{"get one", request{method: http.MethodGet, url: s.URL + "/api/v1/flows/" + id, key: s.Key}, 0.33},
		{"list of 30 summaries", request{method: http.MethodGet, url: s.URL + "/api/v1/flows/?limit=30", key: s.Key}, 0.20},
		{"create (durable)", request{method: http.MethodPost, url: s.URL + "/api/v1/flows/create", key: s.Key, body: sampleFlow("load", 5000)}, 0.08},
	}
	for _, l := range loads {
		base, err := load(ctx, request{method: http.MethodGet, url: plain})
		if err != nil {
			return err
		}
		ours, err := load(ctx, l.r)
		if err != nil {
			return err
		}
		b.add(row{What: "server, 16 connections: " + l.what, Ours: fmt.Sprintf("%.0f/s", ours), Other: fmt.Sprintf("plain net/http %.0f/s", base), Ratio: ours / base, Bound: l.bound, AtLeast: true})
	}
	rss, err := s.stop()
	if err != nil {
		return err
	}
	b.add(row{What: "resident memory of the server under that load, MB", Ours: fmt.Sprintf("%.0f MB", float64(rss)/1e6), Ratio: float64(rss) / 1e6, Bound: 80})
	return b.crowded(ctx)
}

func firstID(ctx context.Context, s *devServer) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/api/v1/flows/?limit=1", nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+s.Key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var flows []struct{ ID string }
	if err := json.NewDecoder(resp.Body).Decode(&flows); err != nil || len(flows) == 0 {
		return "", fmt.Errorf("list flows: %d of them (%w)", len(flows), err)
	}
	return flows[0].ID, nil
}
