package store

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
)

// benchFlow is a flow of about 5 KB.
func benchFlow(userID, name string) *Flow {
	node := `{"id":"node-%d","type":"model","position":{"x":100.5,"y":200.25},"data":{"label":"Model","modelId":"llama3:8b","prompt":"Answer the question: {{input}}. Use the knowledge, say so if it does not suffice, and keep to the point.","useAdvancedSettings":true,"temperature":0.7,"max_tokens":2048}}`
	var nodes []byte
	for i := range 16 {
		nodes = append(nodes, ',')
		nodes = fmt.Appendf(nodes, node, i)
	}
	nodes[0] = '['
	return &Flow{
		UserID:        userID,
		Name:          name,
		Nodes:         append(nodes, ']'),
		Edges:         []byte(`[{"id":"e1","source":"node-0","target":"node-1"}]`),
		AccessControl: []byte("{}"),
	}
}

func benchStore(b *testing.B) *Store {
	b.Helper()
	s, err := Open(b.Context(), filepath.Join(b.TempDir(), "flow.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// fillFlows adds n flows for each user.
func fillFlows(tb testing.TB, s *Store, n int, users ...string) (ids []string) {
	tb.Helper()
	err := s.db.write(tb.Context(), func(ctx context.Context, tx queryer) error {
		for i := range n {
			for _, user := range users {
				f := benchFlow(user, "flow "+strconv.Itoa(i))
				f.Fill()
				_, err := tx.exec(ctx, insertFlow, f.values()...)
				if err != nil {
					return err
				}
				ids = append(ids, f.ID)
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return ids
}

func BenchmarkGet(b *testing.B) {
	s := benchStore(b)
	ids := fillFlows(b, s, 1000, "ann")
	for _, procs := range []int{1, 8} {
		b.Run("goroutines="+strconv.Itoa(2*procs), func(b *testing.B) {
			b.SetParallelism(procs)
			var next atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := s.Flow(b.Context(), ids[int(next.Add(1))%len(ids)]); err != nil {
						b.Error(err)
					}
				}
			})
			perSecond(b)
		})
	}
}

func perSecond(b *testing.B) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
}

func BenchmarkList30Of1000(b *testing.B) {
	s := benchStore(b)
	fillFlows(b, s, 1000, "ann")
	for _, scope := range []Scope{Own, Accessible, All} {
		b.Run(fmt.Sprintf("scope=%d", scope), func(b *testing.B) {
			for b.Loop() {
				page, err := s.ListFlows(b.Context(), ListQuery{UserID: "ann", Scope: scope, Limit: 30})
				if err != nil || len(page.Flows) != 30 || page.Total != 1000 {
					b.Fatal(page, err)
				}
			}
			perSecond(b)
		})
	}
}

func BenchmarkCreate(b *testing.B) {
	for _, goroutines := range []int{1, 16, 64} {
		b.Run("goroutines="+strconv.Itoa(goroutines), func(b *testing.B) {
			s := benchStore(b)
			b.SetParallelism((goroutines + 1) / 2)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := s.CreateFlow(b.Context(), benchFlow("ann", "new")); err != nil {
						b.Error(err)
					}
				}
			})
			perSecond(b)
			b.ReportMetric(float64(b.N)/float64(s.db.(*sqliteDB).writer.commits.Load()), "ops/commit")
		})
	}
}

// BenchmarkOwnList lists a user's 10 flows alone in the table and among 100,000
// of others: the times are to be about the same.
func BenchmarkOwnList(b *testing.B) {
	for _, others := range []int{0, 100_000} {
		b.Run("others="+strconv.Itoa(others), func(b *testing.B) {
			s := benchStore(b)
			fillFlows(b, s, others/100, users(100)...)
			fillFlows(b, s, 10, "ann")
			for b.Loop() {
				page, err := s.ListFlows(b.Context(), ListQuery{UserID: "ann"})
				if err != nil || len(page.Flows) != 10 {
					b.Fatal(page, err)
				}
			}
		})
	}
}

func users(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = "user" + strconv.Itoa(i)
	}
	return list
}

// BenchmarkOpen is what a command pays for the store: open, list, close.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "flow.db")
	s, err := Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	fillFlows(b, s, 30, "ann")
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.ListFlows(b.Context(), ListQuery{UserID: "ann", Limit: 30}); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func TestBenchFlow(t *testing.T) {
	if n := len(benchFlow("ann", "x").Nodes); n < 4500 || n > 5500 || bytes.Contains(benchFlow("a", "b").Nodes, []byte("%!")) {
		t.Errorf("nodes have %d bytes", n)
	}
}

// BenchmarkUpdate writes a flow with a small change, as a new version or as a new layout.
func BenchmarkUpdate(b *testing.B) {
	for _, what := range []string{"version", "layout"} {
		b.Run(what, func(b *testing.B) {
			s := benchStore(b)
			s.KeepVersions = 200
			f := benchFlow("ann", "x")
			if err := s.CreateFlow(b.Context(), f); err != nil {
				b.Fatal(err)
			}
			n := 0
			for b.Loop() {
				n++
				if _, err := s.UpdateFlow(b.Context(), f.ID, func(f *Flow) error {
					if what == "layout" {
						f.Nodes = bytes.Replace(benchFlow("", "").Nodes, []byte("100.5"), []byte(strconv.Itoa(n)), 1)
					} else {
						f.Nodes = bytes.Replace(benchFlow("", "").Nodes, []byte("Answer"), []byte(strconv.Itoa(n)), 1)
					}
					return nil
				}); err != nil {
					b.Fatal(err)
				}
			}
			perSecond(b)
		})
	}
}

// BenchmarkHistory lists the first page of the versions of a flow that has 10 or 10,000 of
// them: the times are to be about the same.
func BenchmarkHistory(b *testing.B) {
	for _, versions := range []int{10, 10_000} {
		b.Run("versions="+strconv.Itoa(versions), func(b *testing.B) {
			s := benchStore(b)
			f := &Flow{UserID: "ann"}
			if err := s.CreateFlow(b.Context(), f); err != nil {
				b.Fatal(err)
			}
			err := s.db.write(b.Context(), func(ctx context.Context, tx queryer) error {
				for n := 1; n < versions; n++ {
					if _, err := tx.exec(ctx, "INSERT INTO flow_version (flow_id, "+versionColumns+", bytes, text) VALUES ($1, $2, 'ann', 1, '', '', 1, 0, '')", f.ID, n); err != nil {
						return err
					}
				}
				_, err := tx.exec(ctx, "UPDATE flow SET version = $1", versions)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			if f, err = s.Flow(b.Context(), f.ID); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if list, _, err := s.Versions(b.Context(), f, 0, 10); err != nil || len(list) != 10 {
					b.Fatal(len(list), err)
				}
			}
		})
	}
}
