package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"github.com/flowctl/flowctl/internal/store"
)

// versions measures what versions cost. A create writes none; updates that only move a node
// write none either, and are what those that make one are compared with.
func (b *bench) versions(ctx context.Context) error {
	if err := b.updates(ctx); err != nil {
		return err
	}
	db := filepath.Join(b.dir, "versions.db")
	me, err := b.addUser(ctx, db, "me@example.org", "admin")
	if err != nil {
		return err
	}
	for id, n := range map[string]int{"few": 10, "many": 10_000} {
		if err := makeVersions(ctx, db, id, 1000, n); err != nil {
			return err
		}
	}
	few, err := b.latency(ctx, db, me.Key, "/api/v1/flows/few/versions?limit=10")
	if err != nil {
		return err
	}
	many, err := b.latency(ctx, db, me.Key, "/api/v1/flows/many/versions?limit=10")
	if err != nil {
		return err
	}
	b.add(row{What: "first page of a history of 10,000 versions", Ours: us(many), Other: "of 10: " + us(few), Ratio: ratio(many, few), Bound: 1.5})

	db = filepath.Join(b.dir, "thousand.db")
	if err := makeVersions(ctx, db, "thousand", 50_000, 1000); err != nil {
		return err
	}
	info, err := os.Stat(db)
	if err != nil {
		return err
	}
	mb := float64(info.Size()) / 1e6
	b.add(row{What: "database with 1,000 versions of a flow of 50 KB, stored as differences, MB", Ours: fmt.Sprintf("%.1f MB", mb), Ratio: mb, Bound: 12})
	return nil
}

// updates compares updates that make a version with those that do not.
func (b *bench) updates(ctx context.Context) error {
	s, err := b.startServer(ctx)
	if err != nil {
		return err
	}
	for i := range connections {
		if err := (request{method: http.MethodPut, url: flowURL(s, i), key: s.Key, body: sampleFlow("load", 5000)}).send(ctx, &http.Transport{}); err != nil {
			return err
		}
	}
	update := func(old, first string) request {
		body := sampleFlow("load", 5000)
		return request{method: http.MethodPut, key: s.Key, vary: func(n int64, r *request) {
			r.url = flowURL(s, int(n%connections))
			r.body = bytes.Replace(body, []byte(old), []byte(first+strconv.FormatInt(n, 10)), 1)
		}}
	}
	moves, err := load(ctx, update(`"x":300`, `"x":`))
	if err != nil {
		return err
	}
	changes, err := load(ctx, update("with care", "with care "))
	if err != nil {
		return err
	}
	b.add(row{What: "server, 16 connections: update (durable) that makes a version", Ours: fmt.Sprintf("%.0f/s", changes),
		Other: fmt.Sprintf("that moves a node %.0f/s", moves), Ratio: changes / moves, Bound: 0.85, AtLeast: true})
	_, err = s.stop()
	return err
}

func flowURL(s *devServer, i int) string { return fmt.Sprintf("%s/api/v1/flows/load-%d", s.URL, i) }

// makeVersions makes a flow of about size bytes with n versions in a database.
func makeVersions(ctx context.Context, db, id string, size, n int) error {
	st, err := store.Open(ctx, db)
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }()
	nodes := func(n int) []byte {
		data := bytes.Replace(sampleFlow("x", size), []byte("with care"), []byte("with care "+strconv.Itoa(n)), 1)
		return fmt.Appendf(nil, `[{"id":"a","type":"input","data":%s}]`, data)
	}
	if err := st.CreateFlow(ctx, &store.Flow{ID: id, UserID: "somebody", Name: "flow", Nodes: nodes(1)}); err != nil {
		return err
	}
	for v := 2; v <= n; v++ {
		if _, err := st.UpdateFlow(ctx, id, func(f *store.Flow) error { f.Nodes = nodes(v); return nil }); err != nil {
			return err
		}
	}
	return nil
}
