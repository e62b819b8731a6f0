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
	until   *cursor // the last flow of the page, nil for the list's end
	args    []any
}

func (q *listSQL) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// parts returns what follows FROM for each part of the scope.
func (q *listSQL) parts() []string {
	from, filters := q.source(), q.filters()
	if q.Scope == All {
		return []string{from + where(filters)}
	}
	user := q.arg(q.UserID)
	part := func(conds ...string) string { return from + where(append(filters, conds...)) }
	private := part("user_id = "+user, "access_control IS NOT NULL") // own ones
	public := part("access_control IS NULL")
	shared := func(right string) string {
		return part("access_control IS NOT NULL", "user_id <> "+user,
			"id IN (SELECT flow_id FROM flow_grant WHERE user_id = "+user+right+")")
	}
	switch q.Scope {
	case Own:
		return []string{private, part("user_id = "+user, "access_control IS NULL")}
	case Writable:
		return []string{private, part("user_id = "+user, "access_control IS NULL"), shared(" AND can_write")}
	case Reachable:
		return []string{private, public, shared("")}
	default:
		return []string{private, public, shared(" AND can_read")}
	}
}

// source returns the table, after what finds its rows if that is few of them: SQLite
// would rather go through all in the order of the list, and begins with the first of
// two that are cross-joined.
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

// filters returns the conditions that hold in every part.
func (q *listSQL) filters() []string {
	var conds []string
	const place = "(updated_at, flow.seq)"
	if q.after != nil {
		conds = append(conds, place+" < ("+q.arg(q.after.updatedAt)+", "+q.arg(q.after.seq)+")")
	}
	if q.until != nil {
		conds = append(conds, place+" >= ("+q.arg(q.until.updatedAt)+", "+q.arg(q.until.seq)+")")
	}
	if q.Name != "" {
		conds = append(conds, "name = "+q.arg(q.Name))
	}
	if q.Prefix != "" {
		conds = append(conds, q.idHas())
	}
	if q.Search != "" {
		conds = append(conds, q.dialect.nameHas(q.Search, q.arg))
	}
	return conds[:len(conds):len(conds)]
}

func where(conds []string) string {
	if len(conds) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(conds, " AND ")
}

// page asks for the rows of the page, without graphs, and one more, by which one sees
// whether there is another page.
func (q *listSQL) page() string {
	columns := "id, name, description, created_at, updated_at, meta" // every column costs
	if q.Owner {
		columns += ", user_id, " + q.owner()
	}
	if q.Digest {
		columns += ", digest"
	}
	return q.rows(columns, q.Limit+1, 0)
}

// end asks where the page ends: for its last flow, and the one after that.
func (q *listSQL) end() string {
	return q.rows("updated_at", q.Limit+1, q.Limit-1)
}

// rows asks for the columns, and seq, of the first limit flows, but for those before offset; of
// all if the query has no limit.
func (q *listSQL) rows(columns string, limit, offset int) string {
	const order = " ORDER BY updated_at DESC, seq DESC"
	parts := q.parts()
	alone := len(parts) > 1 && q.Limit > 0 && !q.dialect.merges
	for i, part := range parts {
		parts[i] = "SELECT " + columns + ", flow.seq FROM " + part
		if alone {
			parts[i] = "SELECT * FROM (" + parts[i] + order + " LIMIT " + q.arg(limit) + ") AS part"
		}
	}
	list := strings.Join(parts, " UNION ALL ") + order
	if q.Limit > 0 {
		list += " LIMIT " + q.arg(limit-offset)
	}
	if offset > 0 {
		list += " OFFSET " + q.arg(offset)
	}
	return list
}

// owner is the column of the owner's name.
func (q *listSQL) owner() string {
	if !q.Owner {
		return "''"
	}
	return "coalesce((SELECT coalesce(nullif(users.name, ''), users.email) FROM users WHERE users.id = flow.user_id), '')"
}

// count asks for the number of flows in all pages.
func (q *listSQL) count() string {
	if q.dialect.counts && q.Search+q.Name+q.Prefix == "" && (q.Scope == Own || q.Scope == Accessible || q.Scope == All) {
		return q.counted()
	}
	return sum(q.parts())
}

func sum(parts []string) string {
	for i, part := range parts {
		parts[i] = "(SELECT count(*) FROM " + part + ")"
	}
	return "SELECT " + strings.Join(parts, " + ")
}

// counted is count by way of the table flow_count: the rows of all and of the user.
func (q *listSQL) counted() string {
	const counts = "(SELECT coalesce(sum(%s), 0) FROM flow_count WHERE user_id IN (%s))"
	switch q.Scope {
	case All:
		return "SELECT " + fmt.Sprintf(counts, "flows", "''")
	case Own:
		return "SELECT " + fmt.Sprintf(counts, "flows", q.arg(q.UserID))
	default:
		shared := q.parts()[2:]
		return sum(shared) + " + " + fmt.Sprintf(counts, "CASE user_id WHEN '' THEN public ELSE flows - public END", "'', $1")
	}
}
