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
	var st *store.Store
	u := &store.User{} // everybody
	if len(of) > 0 {
		st, u, err = d.account(ctx, of[0])
	} else {
		st, err = d.existing(ctx)
	}
	if err != nil {
		return err
	}
	keys, err := st.Keys(ctx, u.ID)
	if err != nil {
		return err
	}
	_, err = output.List(p, keyView(), output.Seq(keys))
	return err
}

func keyView() output.View[store.Key] {
	type column = output.Column[store.Key]
	return output.View[store.Key]{
		Columns: []column{
			{Title: "NAME", Whole: true, Text: func(_ *output.Printer, k store.Key) string { return k.Name }},
			{Title: "ID", ID: true, Text: func(_ *output.Printer, k store.Key) string { return k.ID }},
			{Title: "KEY", Text: func(_ *output.Printer, k store.Key) string { return k.Hint }},
			{Title: "USER", Text: func(_ *output.Printer, k store.Key) string { return k.Email }},
			{Title: "LAST USED", Text: func(p *output.Printer, k store.Key) string { return p.Time(k.LastUsedAt) }},
			{Title: "EXPIRES", Text: func(p *output.Printer, k store.Key) string { return p.Time(k.ExpiresAt) }},
			{Title: "KIND", Wide: true, Text: func(_ *output.Printer, k store.Key) string { return string(k.Kind) }},
			{Title: "CREATED", Wide: true, Text: func(p *output.Printer, k store.Key) string { return p.Time(k.CreatedAt) }},
		},
		Name: func(k store.Key) string { return k.ID },
	}
}

func newKeyRevokeCmd(d *database) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke ID...",
		Short: "Revoke keys",
		Long: `Keys are named by their ids, or the first characters of those (4 or more). A
running server accepts them for one more second at most.`,
		Example: `  flowctl server key revoke 3f0c7e5a`,
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return d.revokeKeys(cmd.Context(), args) },
	}
}

func (d *database) revokeKeys(ctx context.Context, ids []string) error {
	st, err := d.existing(ctx)
	if err != nil {
		return err
	}
	keys, err := st.Keys(ctx, "")
	if err != nil {
		return err
	}
	known := make([]string, len(keys))
	for i, k := range keys {
		known[i] = k.ID
	}
	var failed []error
	for _, ref := range ids {
		id, err := cmdutil.WholeID(ref, known)
		if err != nil {
			failed = append(failed, err)
			continue
		}
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
