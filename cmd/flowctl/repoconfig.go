package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/flowctl/flowctl/internal/reconcile"
)

// repoConfigName is the file in a repository that holds the defaults of all who
// work on it.
const repoConfigName = ".flowctl.yaml"

// repoConfig is what stands in it.
type repoConfig struct {
	Validate validateDefaults `yaml:"validate"`
}

// validateDefaults are defaults of validate's flags.
type validateDefaults struct {
	Strict  bool     `yaml:"strict"`
	Info    bool     `yaml:"info"`
	Disable []string `yaml:"disable"`
}

// repoConfigs finds and remembers these files.
type repoConfigs struct {
	mu    sync.Mutex
	found map[string]*repoConfig // by folder
}

// of gives the configuration for the flow file at path: of the file's folder or
// the nearest one above that has one, no further than the root of its repository.
// Standard input is taken for a file in the current folder.
func (r *repoConfigs) of(path string) (*repoConfig, error) {
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", repoConfigName, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.in(dir)
}

func (r *repoConfigs) in(dir string) (*repoConfig, error) {
	if c, ok := r.found[dir]; ok {
		return c, nil
	}
	c, err := readRepoConfig(filepath.Join(dir, repoConfigName))
	if errors.Is(err, fs.ErrNotExist) {
		c, err = &repoConfig{}, nil
		if above, ok := aboveInRepo(dir); ok {
			c, err = r.in(above)
		}
	}
	if err != nil {
		return nil, err
	}
	if r.found == nil {
		r.found = make(map[string]*repoConfig)
	}
	r.found[dir] = c
	return c, nil
}

// aboveInRepo gives the folder above, unless dir is the top of its repository or of
// all.
func aboveInRepo(dir string) (above string, ok bool) {
	above = filepath.Dir(dir)
	return above, above != dir && !exists(filepath.Join(dir, ".git"))
}

// folderOfLock gives the folder whose flowctl.lock is that of the flow files in dir: dir
// or the nearest one above it in its repository, "" if none has a lock.
func folderOfLock(dir string) string {
	dir, err := filepath.Abs(dir)
	for ok := err == nil; ok; dir, ok = aboveInRepo(dir) {
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

func readRepoConfig(path string) (*repoConfig, error) {
	text, err := os.ReadFile(path) //nolint:gosec // its name is fixed
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	c := &repoConfig{}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return nil, usageError{fmt.Errorf("read %s: %w; it may hold validate: with strict, info and disable", path, err)}
	}
	for _, code := range c.Validate.Disable {
		if err := checkCode(code); err != nil {
			return nil, usageError{fmt.Errorf("%s: %w", path, err)}
		}
	}
	return c, nil
}
