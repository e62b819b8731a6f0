package store

import (
	"context"
	"fmt"
	"strings"
)

// trigrams is what to ask flow_search for to find the names that have all sequences of
// three characters of a text, wherever they stand; "" for a shorter text.
func trigrams(text string) string {
	const most = 32 // more would narrow nothing any more
	runes := []rune(fold(text))
	var match []string
	for i := 0; i+3 <= len(runes) && i < most; i++ {
		match = append(match, `"`+strings.ReplaceAll(string(runes[i:i+3]), `"`, `""`)+`"`)
	}
	return strings.Join(match, " AND ")
}

// MakeSearchIndex is what to tell Postgres where migrations could not make the index of
// searches; see [Store.HasSearchIndex].
const MakeSearchIndex = "CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX IF NOT EXISTS flow_search_idx ON flow USING gin (lower(name) gin_trgm_ops);"

// HasSearchIndex reports whether searches have an index. In a Postgres in which the
// migration may not make the extension pg_trgm they have none, and read all names.
func (s *Store) HasSearchIndex(ctx context.Context) (bool, error) {
	if s.db.dialect().nameIndex {
		return true, nil
	}
	n, err := one(ctx, s.db, value[int64], "SELECT count(to_regclass('flow_search_idx'))")
	if err != nil {
		return false, fmt.Errorf("look for the index of searches: %w", err)
	}
	return *n == 1, nil
}

// isRare reports whether flow_search is the faster way to what q searches for: going
// to a flow that it found takes about as long as reading the names of some flows, one
// after the other.
func (s *Store) isRare(ctx context.Context, q ListQuery) (bool, error) {
	const some = 8
	match := trigrams(q.Search)
	if !s.db.dialect().nameIndex || match == "" {
		return false, nil
	}
	q.Search = ""
	flows, err := s.countFlows(ctx, q)
	if err != nil {
		return false, err
	}
	limit := flows / some
	found, err := one(ctx, s.db, value[int64], "SELECT count(*) FROM (SELECT 1 FROM flow_search WHERE flow_search MATCH $1 LIMIT $2)", match, limit+1)
	if err != nil {
		return false, err
	}
	return *found <= limit, nil
}
