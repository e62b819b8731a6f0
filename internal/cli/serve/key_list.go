package serve

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/store"
)

// keyRow is what `flowctl server key list -o json` prints of each key. Times are
// epoch seconds, 0 for never.
type keyRow struct {
	ID         string        `json:"id"`
	Hint       string        `json:"hint"` // the end of the key
	Name       string        `json:"name"`
	Email      string        `json:"email"` // the user's
	Kind       store.KeyKind `json:"kind"`
	CreatedAt  int64         `json:"created_at"`
	LastUsedAt int64         `json:"last_used_at"`
	ExpiresAt  int64         `json:"expires_at"`
}

func newKeyListCmd(d *database) *cobra.Command {
	var out cmdutil.OutputFlags
	cmd := &cobra.Command{
		Use:     "list [EMAIL]",
		Aliases: []string{"ls"},
		Short:   "List the keys of a user, or of all",
		Example: `  flowctl server key list ann@example.com`,
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return d.listKeys(cmd.Context(), out, args) },
	}
	out.Register(cmd)
	return cmd
}

func (d *database) listKeys(ctx context.Context, out cmdutil.OutputFlags, of []string) error {
	p, err := d.app.Printer(out)
	if err != nil {
		return err
	}
	st, err := d.existing(ctx)
	if err != nil {
		return err
	}
	userID := ""
	if len(of) > 0 {
		u, err := d.user(ctx, st, of[0])
		if err != nil {
			return err
		}
		userID = u.ID
	}
	keys, err := st.Keys(ctx, userID)
	if err != nil {
		return err
	}
	users, err := st.Users(ctx)
	if err != nil {
		return err
	}
	emails := make(map[string]string, len(users))
	for _, u := range users {
		emails[u.ID] = u.Email
	}
	rows := make([]keyRow, len(keys))
	for i, k := range keys {
		rows[i] = keyRow{k.ID, k.Hint, k.Name, emails[k.UserID], k.Kind, k.CreatedAt, k.LastUsedAt, k.ExpiresAt}
	}
	_, err = output.List(p, keyView(), output.Seq(rows))
	return err
}

func keyView() output.View[keyRow] {
	type column = output.Column[keyRow]
	return output.View[keyRow]{
		Columns: []column{
			{Title: "ID", Text: func(_ *output.Printer, k keyRow) string { return k.ID }},
			{Title: "KEY", Text: func(_ *output.Printer, k keyRow) string { return k.Hint }},
			{Title: "NAME", Text: func(_ *output.Printer, k keyRow) string { return k.Name }},
			{Title: "USER", Text: func(_ *output.Printer, k keyRow) string { return k.Email }},
			{Title: "LAST USED", Text: func(p *output.Printer, k keyRow) string { return p.Time(k.LastUsedAt) }},
			{Title: "EXPIRES", Text: func(p *output.Printer, k keyRow) string { return p.Time(k.ExpiresAt) }},
			{Title: "KIND", Wide: true, Text: func(_ *output.Printer, k keyRow) string { return string(k.Kind) }},
			{Title: "CREATED", Wide: true, Text: func(p *output.Printer, k keyRow) string { return p.Time(k.CreatedAt) }},
		},
		Name: func(k keyRow) string { return k.ID },
	}
}

func newKeyRevokeCmd(d *database) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke ID...",
		Short: "Revoke keys",
		Long: `Keys are named by their ids. A running server accepts them for one more second
at most.`,
		Example: `  flowctl server key revoke 3f0c7e5a-1d5e-4c7e-9a53-1f2f1f0a9a10`,
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return d.revokeKeys(cmd.Context(), args) },
	}
}

func (d *database) revokeKeys(ctx context.Context, ids []string) error {
	st, err := d.existing(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, id := range ids {
		switch err := st.RevokeKey(ctx, id); {
		case errors.Is(err, store.ErrNotFound):
			failed = append(failed, fmt.Errorf("no key %q; see 'flowctl server key list'", id))
		case err != nil:
			failed = append(failed, err)
		default:
			d.app.Note("Revoked the key %s.", id)
		}
	}
	return errors.Join(failed...)
}
