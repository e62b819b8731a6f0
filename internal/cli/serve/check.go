package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/store"
)

func newCheckCmd(d *database) *cobra.Command {
	var out cmdutil.OutputFlags
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Verify a database",
		Long: `Reads the whole database, also while a server uses it, and lists what is wrong:
damage in the file of SQLite, rows without what they refer to, versions that
cannot be read, and flows and versions that do not have their digests. It
changes nothing, and exits with 3 if there is anything.`,
		Example: `  flowctl server check --db /var/lib/flowctl/flowctl.db`,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return d.check(cmd.Context(), out) },
	}
	out.Register(cmd)
	return cmd
}

func (d *database) check(ctx context.Context, out cmdutil.OutputFlags) error {
	p, st, err := d.begin(ctx, out)
	if errors.Is(err, store.ErrDamaged) {
		return cmdutil.Negative(err.Error())
	}
	if err != nil {
		return err
	}
	faults := []store.Fault{}
	done, err := st.Check(ctx, func(f store.Fault) { faults = append(faults, f) })
	if err != nil {
		return err
	}
	if _, err := output.List(p, faultView(), output.Seq(faults)); err != nil {
		return err
	}
	seen := fmt.Sprintf("%s and %s", output.Plural(int(done.Flows), "flow"), output.Plural(int(done.Versions), "version"))
	if n := len(faults); n > 0 {
		return cmdutil.Negative(fmt.Sprintf("%s in the database, which has %s; write the flows that are named again, "+
			"or restore an earlier backup: 'flowctl server restore FILE --force'", output.Plural(n, "fault"), seen))
	}
	d.app.Note("Checked %s: nothing is wrong.", seen)
	return nil
}

func faultView() output.View[store.Fault] {
	type column = output.Column[store.Fault]
	return output.View[store.Fault]{
		Columns: []column{
			{Title: "KIND", Text: func(_ *output.Printer, f store.Fault) string { return f.Kind }},
			{Title: "FLOW", Text: func(_ *output.Printer, f store.Fault) string { return cmp.Or(f.ID, "-") }},
			{Title: "PROBLEM", Text: func(_ *output.Printer, f store.Fault) string { return f.Problem }},
		},
		Name: func(f store.Fault) string { return f.ID },
	}
}
