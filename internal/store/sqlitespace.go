package store

import (
	"context"
	"errors"
	"os"
	"time"
)

// reserveSize is the size in bytes of a file next to the database that is deleted when the
// disk is full, since even deleting rows needs some room.
const reserveSize = 4 << 20

func (d *sqliteDB) reservePath() string { return d.path + "-reserve" }

// keepReserve writes the reserve file if there is room for it.
func (d *sqliteDB) keepReserve() {
	if d.spent.Load() {
		return
	}
	f, err := newFile(d.reservePath())
	if err != nil {
		return // it is there already, as nearly always
	}
	_, err = f.Write(make([]byte, reserveSize))
	if errors.Join(err, f.Close()) != nil {
		_ = os.Remove(f.Name())
	}
}

// release deletes the reserve file, and reports whether there was one.
func (d *sqliteDB) release() bool {
	d.spent.Store(true) // in this process it is not made again
	return os.Remove(d.reservePath()) == nil
}

// writeLess is write for an op that makes the database smaller: on a full disk it releases the
// reserve and empties the log.
func (d *sqliteDB) writeLess(ctx context.Context, o op) error {
	err := d.write(ctx, o)
	if !errors.Is(err, ErrFull) {
		return err
	}
	released := d.release()
	if emptied := d.checkpoint(); !released && !emptied {
		return err
	}
	return d.write(ctx, o)
}

// checkpoint moves the log's content into the database and empties it, and reports whether
// that succeeded.
func (d *sqliteDB) checkpoint() bool {
	db := d.writePool("")
	defer func() { _ = db.Close() }()
	var busy, pages, moved int
	err := db.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
	return err == nil && busy == 0
}

const (
	// vacuumAfter is how long nothing is written before space that deletions left is
	// given back, and vacuumPause is between the steps of that.
	vacuumAfter = time.Second
	vacuumPause = 20 * time.Millisecond
	// vacuumStep frees a few megabytes.
	vacuumStep = "PRAGMA incremental_vacuum(1000)"
)

// vacuum returns some of the space of deleted rows to the file system, and reports whether
// there is more. Databases without auto_vacuum keep the space for later writes.
func (w *writer) vacuum() (more bool) {
	free := func() int64 {
		n, err := one(context.Background(), w, value[int64], "PRAGMA freelist_count")
		if err != nil {
			return 0
		}
		return *n
	}
	before := free()
	if before == 0 || w.raw(vacuumStep) != nil {
		return false
	}
	left := free()
	return left > 0 && left < before
}
