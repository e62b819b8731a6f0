package store

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// listSQL writes the statements of a list. A scope is a union of parts that do not
// overlap. Those that can be long have an index in the order of the list, so that
// a page is made of their first rows.
type listSQL struct {
	ListQuery
	dialect *dialect
	after   *cursor
	args    []any
}

func (q *listSQL) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// parts returns the text after FROM for each part of the scope.
func (q *listSQL) parts() []string {
	from, filters := q.source(), q.filters()
	switch q.Scope {
	case All:
		return []string{from + where(filters)}
	case Public:
		return []string{from + where(append(filters, "access_control IS NULL"))}
	}
	user := q.arg(q.UserID)
	part := func(conds ...string) string { return from + where(append(filters, conds...)) }
	own := part("user_id = " + user)
	shared := func(right string) string {
		return part("access_control IS NOT NULL", "user_id <> "+user,
			"id IN (SELECT flow_id FROM flow_right WHERE user_id = "+user+right+")")
	}
	switch q.Scope {
	case Own:
		return []string{own}
	case Writable:
		return []string{own, shared(" AND can_write")}
	case Shared:
		return []string{shared(" AND can_read")}
	}
	right := " AND can_read"
	if q.Scope == Reachable {
		right = ""
	}
	return []string{part("user_id = "+user, "access_control IS NOT NULL"), part("access_control IS NULL"), shared(right)}
}

// source returns the table, or a cross join of the search and the table if the search finds
// few rows: SQLite would otherwise read all rows in the order of the list; of a cross join it
// begins with the first table.
func (q *listSQL) source() string {
	found := ""
	switch {
	case !q.dialect.nameIndex:
	case q.Name != "":
		found = "SELECT id AS found_id FROM flow WHERE name = " + q.arg(q.Name)
	case q.Prefix != "":
		found = "SELECT id AS found_id FROM flow WHERE " + q.idHas()
	case q.rare:
		found = "SELECT id AS found_id FROM flow WHERE seq IN (SELECT rowid FROM flow_search WHERE flow_search MATCH " + q.arg(trigrams(q.Search)) +
			" UNION SELECT seq FROM flow WHERE seq > (SELECT max(seq) / 64 * 64 FROM flow))" // the newest are not in flow_search
	}
	if found == "" {
		return "flow"
	}
	return "(" + found + ") AS found CROSS JOIN flow ON id = found_id"
}

func (q *listSQL) idHas() string {
	return fmt.Sprintf(q.dialect.idFrom, q.arg(q.Prefix), q.arg(q.Prefix+string(utf8.MaxRune)))
}

// where returns the condition for flows in the bin, or not in it.
func (q *ListQuery) where() string {
	if q.Deleted {
		return inBin
	}
	return inUse
}

// filters returns the conditions that hold in every part.
func (q *listSQL) filters() []string {
	conds := []string{q.where()}
	if q.after != nil {
		conds = append(conds, "(updated_at, flow.seq) < ("+q.arg(q.after.updatedAt)+", "+q.arg(q.after.seq)+")")
	}
	if q.Name != "" {
		conds = append(conds, "name = "+q.arg(q.Name))
	}
	if q.Prefix != "" {
		conds = append(conds, q.idHas())
	}
	if q.Search != "" {
		conds = append(conds, q.dialect.has("name", q.Search, q.arg))
	}
	return conds[:len(conds):len(conds)]
}

func where(conds []string) string {
	if len(conds) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(conds, " AND ")
}

// rows returns the query for the columns, among them seq, of the rows of the page and of one
// more, which shows whether there is another page.
func (q *listSQL) rows(columns string) string {
	order := " ORDER BY updated_at DESC, seq DESC"
	parts := q.parts()
	if q.Limit > 0 {
		order += " LIMIT " + q.arg(q.Limit+1)
	}
	for i, part := range parts {
		parts[i] = "SELECT " + columns + " FROM " + part
		if len(parts) > 1 {
			parts[i] = "SELECT * FROM (" + parts[i] + order + ") AS part"
		}
	}
	return strings.Join(parts, " UNION ALL ") + order
}

// count returns the query for the number of flows in all pages.
func (q *listSQL) count() string {
	parts := q.parts()
	for i, part := range parts {
		parts[i] = "(SELECT count(*) FROM " + part + ")"
	}
	return "SELECT " + strings.Join(parts, " + ")
}
