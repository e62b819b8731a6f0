package main

import (
	"os"

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

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
