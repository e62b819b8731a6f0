package main

import (
	"os"
	"path/filepath"

	"github.com/flowctl/flowctl/internal/reconcile"
	"github.com/flowctl/flowctl/internal/repo"
)

// checkDisabled refuses codes of rules that do not exist.
func checkDisabled(c *repo.Config) error {
	for _, code := range c.Validate.Disable {
		if err := checkCode(code); err != nil {
			return &repo.ConfigError{Path: c.Path(), Err: err}
		}
	}
	return nil
}

// folderOfLock returns the folder whose flowctl.lock is that of the flow files in dir: dir
// or the nearest one above it in its repository, "" if none has a lock.
func folderOfLock(dir string) string {
	dir, err := filepath.Abs(dir)
	for ok := err == nil; ok; dir, ok = repo.Above(dir) {
		if exists(filepath.Join(dir, reconcile.LockName)) {
			return dir
		}
	}
	return ""
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
