package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// writeFile writes a file that the user alone can read, as a whole or not at all:
// to a temporary file beside it, which then takes its place. Missing folders are
// made, for the user alone too. A symbolic link stays one: it is the file behind it
// that is written.
func writeFile(path string, data []byte) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	file := path
	if behind, err := filepath.EvalSymlinks(path); err == nil {
		file = behind
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	if err := fill(tmp, data); err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	if err := os.Rename(tmp.Name(), file); err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

// fill writes data to a new temporary file, onto the disk, and closes it.
func fill(f *os.File, data []byte) (err error) {
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}
