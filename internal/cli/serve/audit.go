package serve

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/store"
)

func newAuditCmd(d *database) *cobra.Command {
	var out cmdutil.OutputFlags
	var since string
	var q store.AuditQuery
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "List who did what with flows",
		Long: `Lists who created, changed, shared, labelled, deleted, restored or ran which
flow, newest first, with the name of the API key and the address. What is in the
flows is not logged. 'flowctl server --keep-audit' limits how many entries are
kept.`,
		Example: `  flowctl server audit --since 7d
  flowctl server audit --flow "Content review" --user ann@example.com -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("since") {
				at, err := parseSince(since, time.Now())
				if err != nil {
					return cmdutil.Usage(err)
				}
				q.Since = at.Unix()
			}
			return d.audit(cmd.Context(), out, q)
		},
	}
	cmd.Flags().StringVar(&since, "since", "", "only what was done since a `time`, such as 7d, 12h, 2030-12-31 or 2030-12-31T08:00:00Z")
	cmd.Flags().StringVar(&q.User, "user", "", "only what this user did: an e-mail or id")
	cmd.Flags().StringVar(&q.Flow, "flow", "", "only what was done with this flow: a name or id")
	out.Register(cmd)
	return cmd
}

// parseSince reads --since.
func parseSince(s string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	if d, err := parseDays(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	return now, fmt.Errorf("--since %q is not a time; give one such as 7d, 12h, 2030-12-31 or 2030-12-31T08:00:00Z", s)
}

func (d *database) audit(ctx context.Context, out cmdutil.OutputFlags, q store.AuditQuery) error {
	p, st, err := d.begin(ctx, out)
	if err != nil {
		return err
	}
	_, err = output.List(p, auditView(), st.Audit(ctx, q))
	return err
}

func auditView() output.View[store.AuditEntry] {
	type column = output.Column[store.AuditEntry]
	return output.View[store.AuditEntry]{
		Columns: []column{
			{Title: "TIME", Text: func(p *output.Printer, e store.AuditEntry) string { return p.Time(e.At) }},
			{Title: "USER", Text: func(_ *output.Printer, e store.AuditEntry) string { return cmp.Or(e.Email, e.UserID) }},
			{Title: "KEY", Text: func(_ *output.Printer, e store.AuditEntry) string { return cmp.Or(e.KeyName, "-") }},
			{Title: "ADDRESS", Text: func(_ *output.Printer, e store.AuditEntry) string { return e.Address }},
			{Title: "ACTION", Text: func(_ *output.Printer, e store.AuditEntry) string {
				return strings.TrimSpace(e.Action + " " + e.Detail)
			}},
			{Title: "FLOW", Text: func(_ *output.Printer, e store.AuditEntry) string { return e.FlowName }},
			{Title: "FLOW ID", Wide: true, Whole: true, Text: func(_ *output.Printer, e store.AuditEntry) string { return e.FlowID }},
		},
		Name: func(e store.AuditEntry) string { return e.FlowID },
	}
}
