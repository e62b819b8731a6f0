package serve

import (
	"context"
	"errors"
	"io/fs"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/store"
)

func newServerMigrateCmd(d *database) *cobra.Command {
	return cmdutil.Group(&cobra.Command{
		Use:   "migrate",
		Short: "Change the schema of a database",
		Long: `Every command that opens a
database brings it up to date by itself, so this is only needed to see where it
is, to migrate before a new server starts, and to go back to an older flowctl.`,
	}, newMigrateUpCmd(d), newMigrateDownCmd(d), newMigrateStatusCmd(d))
}

// migrationRow is what `flowctl server migrate … -o json` prints of each migration.
type migrationRow struct {
	Version   int64  `json:"version"`
	Name      string `json:"name"`
	AppliedAt int64  `json:"applied_at"` // epoch seconds; 0 while it is pending
}

func newMigrateUpCmd(d *database) *cobra.Command {
	var out cmdutil.OutputFlags
	cmd := &cobra.Command{
		Use:     "up",
		Short:   "Apply the migrations that are pending, and list them",
		Example: `  flowctl server migrate up --db flows.db`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return d.migrations(cmd.Context(), out, store.MigrateUp, "The database is up to date already.")
		},
	}
	out.Register(cmd)
	return cmd
}

func newMigrateStatusCmd(d *database) *cobra.Command {
	var out cmdutil.OutputFlags
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "List all migrations, and when they were applied",
		Example: `  flowctl server migrate status --db flows.db`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return d.migrations(cmd.Context(), out, store.MigrationStatus, "There are no migrations.")
		},
	}
	out.Register(cmd)
	return cmd
}

func newMigrateDownCmd(d *database) *cobra.Command {
	var out cmdutil.OutputFlags
	var yes bool
	cmd := &cobra.Command{
		Use:     "down",
		Short:   "Undo the newest migration, and drop the data that needs it",
		Example: `  flowctl server migrate down --db flows.db`,
		Long: `An older flowctl can then use the database. Data that only this migration has
room for is lost. Stop the server first: this flowctl migrates up again as soon
as it opens the database. It refuses while anybody has the database open.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := d.app.MustConfirm(cmd.Context(), "Take back the newest migration, and lose its data?", yes); err != nil {
				return err
			}
			return d.migrations(cmd.Context(), out, takeBack, "There is no migration left to undo.")
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	out.Register(cmd)
	return cmd
}

func takeBack(ctx context.Context, dsn string) ([]store.Migration, error) {
	m, err := store.MigrateDown(ctx, dsn)
	if err != nil || m == nil {
		return nil, err
	}
	m.AppliedAt = time.Time{} // it is pending now
	return []store.Migration{*m}, nil
}

// migrations does one of the steps and lists its migrations.
func (d *database) migrations(ctx context.Context, out cmdutil.OutputFlags, step func(context.Context, string) ([]store.Migration, error), none string) error {
	p, err := d.app.Printer(out)
	if err != nil {
		return err
	}
	dsn, err := d.dsn()
	if err != nil {
		return err
	}
	list, err := step(ctx, dsn)
	if errors.Is(err, fs.ErrNotExist) {
		return missing(dsn)
	}
	if err != nil {
		return err
	}
	rows := make([]migrationRow, len(list))
	for i, m := range list {
		rows[i] = migrationRow{Version: m.Version, Name: m.Name}
		if !m.AppliedAt.IsZero() {
			rows[i].AppliedAt = m.AppliedAt.Unix()
		}
	}
	n, err := output.List(p, migrationView(), output.Seq(rows))
	if err == nil && n == 0 {
		d.app.Note("%s", none)
	}
	return err
}

func migrationView() output.View[migrationRow] {
	type column = output.Column[migrationRow]
	return output.View[migrationRow]{
		Columns: []column{
			{Title: "VERSION", Text: func(_ *output.Printer, m migrationRow) string { return strconv.FormatInt(m.Version, 10) }},
			{Title: "NAME", Text: func(_ *output.Printer, m migrationRow) string { return m.Name }},
			{Title: "APPLIED", Text: func(p *output.Printer, m migrationRow) string { return p.Time(m.AppliedAt) }},
		},
		Name: func(m migrationRow) string { return strconv.FormatInt(m.Version, 10) },
	}
}
