package serve

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/store"
)

func newBackupCmd(d *database) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Back up a database, also while a server uses it",
		Long: `Writes all flows, versions, runs, users and keys of a SQLite database to one
compressed file with a checksum: for 'flowctl server restore'. It has all that
was written before the command began. FILE is written whole or not at all, and
only you can read it. An earlier backup is replaced, no other file is.

FILE - is standard output. The database is first copied, uncompressed, to the
folder of FILE; for standard output to TMPDIR.`,
		Example: `  flowctl server backup flows.backup
  flowctl server backup - | ssh vault.example.org 'cat >flows.backup'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return d.backup(cmd, args[0]) },
	}
}

func (d *database) backup(cmd *cobra.Command, file string) error {
	dsn, err := d.existingDSN()
	if err != nil {
		return err
	}
	if line, ok := pgDump(dsn, file); ok {
		return cmdutil.Usage(fmt.Errorf("the database is one of Postgres, which makes its backups itself; type:\n%s", line))
	}
	write := func(dir string) func(io.Writer) error {
		return func(w io.Writer) error { return store.Backup(cmd.Context(), dsn, dir, w) }
	}
	if file == "-" {
		if cmdutil.IsTerminal(d.app.Out) {
			return cmdutil.Usage(errors.New("a backup is not a text for a terminal; name a file, or send standard output to one"))
		}
		err = write(os.TempDir())(d.app.Out)
	} else if err = mayReplace(file); err == nil {
		err = disk.ReplacePrivate(file, write(filepath.Dir(file)))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return missing(dsn)
	}
	if err == nil && file != "-" {
		d.app.Note("Backed up %s to %s.", dsn, file)
	}
	return err
}

// mayReplace refuses to write over a file that is not a backup. What is not a file, such
// as a pipe, is only written to.
func mayReplace(file string) error {
	f, err := disk.OpenRegular(file)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, disk.ErrNotRegular) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err == nil && info.Size() > 0 && !store.IsBackup(f) {
		err = cmdutil.Conflict(fmt.Errorf("%s is a file that is not a backup: name another one", file))
	}
	return err
}
