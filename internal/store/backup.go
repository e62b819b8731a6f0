package store

import (
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/flowctl/flowctl/internal/disk"
)

// A backup is a SQLite database, compressed by gzip. The comment in the header of gzip has
// its checksum and size, by which a reader sees that the backup is complete.
const backupComment = "flowctl backup: sha256 %64s, %d bytes, schema %d"

// backupHeader is what a backup says of itself.
type backupHeader struct {
	sum    string // SHA-256 of the database, in hexadecimal
	size   int64  // of the database, in bytes
	schema int64  // the newest migration in it
}

var errNotBackup = errors.New("it is not a backup of flowctl: name a file that 'flowctl server backup' wrote")

// Backup writes a backup of a SQLite database to w, as it is at one moment after the call.
// Others may read and write it meanwhile. The database is first copied to a private file in
// the folder dir. A database that is not there is [fs.ErrNotExist].
func Backup(ctx context.Context, dsn, dir string, w io.Writer) error {
	return wrap("back up database", backup(ctx, dsn, dir, w))
}

func backup(ctx context.Context, dsn, dir string, w io.Writer) (err error) {
	d, err := openSQLite(dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := d.prepare(false); err != nil {
		return err
	}
	schema, err := versionOf(ctx, d)
	if err != nil {
		return err
	}
	if schema == 0 {
		return fs.ErrNotExist
	}
	disk.Sweep(dir)
	f, err := disk.Temp(dir)
	if err != nil {
		return err
	}
	defer func() {
		_ = f.Close() // it was only read
		_ = os.Remove(f.Name())
	}()
	db := d.pool("_busy_timeout=10000", 1)
	defer func() { err = errors.Join(err, db.Close()) }()
	// It compacts what it copies, and fails on what is damaged.
	if _, err := db.ExecContext(ctx, "VACUUM INTO $1", f.Name()); err != nil {
		if err = d.explain(err); errors.Is(err, ErrFull) {
			err = fmt.Errorf("%w in %s for a copy of the database: free some and try again", ErrFull, dir)
		}
		return cmp.Or(ctx.Err(), err)
	}
	_ = os.Remove(f.Name()) // where that is possible; nothing is left then if the process is killed
	return writeBackup(w, disk.Reader(ctx, f), f, schema)
}

// openSQLite is [connect] for what only SQLite files have.
func openSQLite(dsn string) (*sqliteDB, error) {
	db, err := connect(dsn)
	if err != nil {
		return nil, err
	}
	d, ok := db.(*sqliteDB)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%w for backups: Postgres has its own programs, pg_dump and pg_restore", ErrBadKind), db.close())
	}
	return d, nil
}

// writeBackup reads the database in r twice, from where seek puts it: first for its checksum.
func writeBackup(w io.Writer, r io.Reader, seek io.Seeker, schema int64) error {
	sum := sha256.New()
	size, err := io.Copy(sum, r)
	if err != nil {
		return err
	}
	if _, err := seek.Seek(0, io.SeekStart); err != nil {
		return err
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	z.Name, z.ModTime = "flowctl.db", time.Now()
	z.Comment = fmt.Sprintf(backupComment, hex.EncodeToString(sum.Sum(nil)), size, schema)
	if _, err := io.Copy(z, r); err != nil {
		return err
	}
	return z.Close()
}

// IsBackup reports whether r begins like a backup. It may still end too early.
func IsBackup(r io.Reader) bool {
	_, _, err := openBackup(r)
	return err == nil
}

func openBackup(r io.Reader) (z *gzip.Reader, h backupHeader, err error) {
	if z, err = gzip.NewReader(r); err != nil {
		if errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errNotBackup
		}
		return nil, h, err
	}
	if _, err := fmt.Sscanf(z.Comment, backupComment, &h.sum, &h.size, &h.schema); err != nil {
		return nil, h, errNotBackup
	}
	return z, h, nil
}

// unpackBackup writes the database in the backup r to w, and fails if that is not what was
// backed up.
func unpackBackup(r io.Reader, w io.Writer) error {
	z, h, err := openBackup(r)
	if err != nil {
		return err
	}
	if err := tooNew(h.schema); err != nil {
		return err
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(w, sum), io.LimitReader(z, h.size+1))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the backup is cut off: use another one")
	case errors.As(err, new(*os.PathError)), errors.Is(err, context.Canceled):
		return err
	case err != nil:
		return fmt.Errorf("the backup is damaged: use another one (%w)", err)
	case size != h.size || hex.EncodeToString(sum.Sum(nil)) != h.sum:
		return errors.New("the backup is damaged, its checksum is another: use another one")
	}
	return nil
}
