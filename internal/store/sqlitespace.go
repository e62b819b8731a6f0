package store

import (
	"context"
	"errors"
	"os"
	"time"
)

// reserveSize is how many bytes next to the database are kept for the day on which the
// disk is full: even to delete something takes some room.
const reserveSize = 4 << 20

func (d *sqliteDB) reservePath() string { return d.path + "-reserve" }

// keepReserve makes the reserve if there is room for it.
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

// release frees the reserve, and reports whether there was one.
func (d *sqliteDB) release() bool {
	d.spent.Store(true) // in this process it is not made again
	return os.Remove(d.reservePath()) == nil
}

// writeLess is write for an op that makes the database smaller: on a full disk it uses
// the reserve, and begins the log anew.
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

// checkpoint moves what the log holds into the database and empties it, and reports
// whether it could.
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

// vacuum frees some of the space that deletions left, and reports whether there is
// more. Databases that were made before that was possible keep theirs for what is
// written next.
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
