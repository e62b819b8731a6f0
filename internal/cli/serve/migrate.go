package serve

import (
	"context"
	"errors"
	"io/fs"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/store"
)

func newServerMigrateCmd(d *database) *cobra.Command {
	up := newMigrateCmd(d, "up", store.MigrateUp, "The database is up to date already.")
	up.Short = "Apply the migrations that are pending, and list them"
	status := newMigrateCmd(d, "status", store.MigrationStatus, "There are no migrations.")
	status.Short = "List all migrations, and when they were applied"
	return cmdutil.Group(&cobra.Command{
		Use:   "migrate",
		Short: "Change the schema of a database",
		Long: `Every command that opens a
database brings it up to date by itself, so this is only needed to see where it
is, to migrate before a new server starts, and to go back to an older flowctl.`,
	}, up, newMigrateDownCmd(d), status)
}

// newMigrateCmd returns a command that does step and lists its migrations, or reports that
// there are none.
func newMigrateCmd(d *database, use string, step func(context.Context, string) ([]store.Migration, error), none string) *cobra.Command {
	var out cmdutil.OutputFlags
	cmd := &cobra.Command{
		Use:     use,
		Example: "  flowctl server migrate " + use + " --db flows.db",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := d.app.Printer(out)
			if err != nil {
				return err
			}
			dsn, err := d.dsn()
			if err != nil {
				return err
			}
			list, err := step(cmd.Context(), dsn)
			if errors.Is(err, fs.ErrNotExist) {
				return missing(dsn)
			}
			if err != nil {
				return err
			}
			n, err := output.List(p, migrationView(), output.Seq(list))
			if err == nil && n == 0 {
				d.app.Note("%s", none)
			}
			return err
		},
	}
	out.Register(cmd)
	return cmd
}

func newMigrateDownCmd(d *database) *cobra.Command {
	var yes bool
	cmd := newMigrateCmd(d, "down", func(ctx context.Context, dsn string) ([]store.Migration, error) {
		if err := d.app.MustConfirm(ctx, "Take back the newest migration, and lose its data?", yes); err != nil {
			return nil, err
		}
		m, err := store.MigrateDown(ctx, dsn)
		if err != nil || m == nil {
			return nil, err
		}
		return []store.Migration{*m}, nil
	}, "There is no migration left to undo.")
	cmd.Short = "Undo the newest migration, and drop the data that needs it"
	cmd.Long = `An older flowctl can then use the database. Data that only this migration has
room for is lost. Stop the server first: this flowctl migrates up again as soon
as it opens the database. It refuses while anybody has the database open.`
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

func migrationView() output.View[store.Migration] {
	type column = output.Column[store.Migration]
	version := func(m store.Migration) string { return strconv.FormatInt(m.Version, 10) }
	return output.View[store.Migration]{
		Columns: []column{
			{Title: "VERSION", Text: func(_ *output.Printer, m store.Migration) string { return version(m) }},
			{Title: "NAME", Text: func(_ *output.Printer, m store.Migration) string { return m.Name }},
			{Title: "APPLIED", Text: func(p *output.Printer, m store.Migration) string { return p.Time(m.AppliedAt) }},
		},
		Name: version,
	}
}
