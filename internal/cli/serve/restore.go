package serve

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/store"
)

func newRestoreCmd(d *database) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup into the place of a database",
		Long: `Reads what 'flowctl server backup' wrote, from standard input with FILE -, and
verifies it before it changes anything. Stop the server first: a database that
anybody has open is refused, and so is one with flows or users, unless --force
is given: they are lost then. If anything fails, the database stays as it was.

Users, passwords and keys become those of the backup. The backup of an older
flowctl is brought up to date.`,
		Example: `  flowctl server restore flows.backup --db /var/lib/flowctl/flowctl.db
  flowctl server restore flows.backup --force`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return d.restore(cmd, args[0], force) },
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace a database that has flows or users")
	return cmd
}

func (d *database) restore(cmd *cobra.Command, file string, force bool) error {
	dsn, err := d.dsn()
	if err != nil {
		return err
	}
	if line, ok := pgRestore(dsn, file); ok {
		return cmdutil.Usage(fmt.Errorf("the database is one of Postgres, which restores its backups itself; type:\n%s", line))
	}
	from := d.app.In
	if file != "-" {
		f, err := disk.OpenRegular(file)
		if err != nil {
			return fmt.Errorf("open backup: %w", err)
		}
		defer func() { _ = f.Close() }() // it was only read
		from = f
	}
	has, err := store.Restore(cmd.Context(), dsn, from, force)
	if errors.Is(err, store.ErrExists) {
		return cmdutil.Conflict(fmt.Errorf("%w; --force replaces it", err))
	}
	if err == nil {
		d.app.Note("Restored %s and %s to %s.", output.Plural(int(has.Flows), "flow"), output.Plural(int(has.Users), "user"), dsn)
	}
	return err
}
