// Package repo reads what a repository of flow files says about itself. Whoever runs
// flowctl may have cloned it from somebody else: its files are not trusted. They never
// name a server, a program, a variable of the environment or a file outside of the
// repository, and reading them is bounded in size and never waits.
package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/spell"
)

// ConfigName is the file in a repository that holds the defaults of all who work on it.
const ConfigName = ".flowctl.yaml"

// maxConfig is the size of the largest such file, in bytes.
const maxConfig = 64 << 10

// Config is its content.
type Config struct {
	Validate Validate           `yaml:"validate"`
	Exclude  []string           `yaml:"exclude"`  // see [Config.Excludes]
	Profiles map[string]Profile `yaml:"profiles"` // by the name of a profile

	Templates string `yaml:"templates"` // see [Config.TemplatesDir]

	dir string // the folder that it is in, absolute; "" for none
}

// Validate holds the defaults of the flags of 'flowctl validate'.
type Validate struct {
	Strict  bool     `yaml:"strict"`
	Info    bool     `yaml:"info"`
	Disable []string `yaml:"disable"` // codes of rules
}

// Profile is what a repository says of a profile that its users may have. It cannot say
// where the profile's server is.
type Profile struct {
	Env string `yaml:"env"` // path of its environment, below the folder of the configuration
}

// ConfigError is what is wrong with a configuration.
type ConfigError struct {
	Path string
	Err  error
}

func (e *ConfigError) Error() string { return fmt.Sprintf("read %s: %v", e.Path, e.Err) }

func (e *ConfigError) Unwrap() error { return e.Err }

// Path returns where the configuration is, "" if there is none.
func (c *Config) Path() string {
	if c.dir == "" {
		return ""
	}
	return filepath.Join(c.dir, ConfigName)
}

// Env returns the path of a profile's environment, "" if it has none. The error is a
// *[ConfigError] for one that is not below the folder of the configuration.
func (c *Config) Env(profile string) (string, error) {
	env := filepath.FromSlash(c.Profiles[profile].Env)
	if env == "" {
		return "", nil
	}
	return c.below(env, fmt.Sprintf("the env %q of the profile %q", env, profile))
}

// TemplatesDir returns the path of the folder of templates, "" if there is none. The error
// is a *[ConfigError] for one that is not below the folder of the configuration.
func (c *Config) TemplatesDir() (string, error) {
	dir := filepath.FromSlash(c.Templates)
	if dir == "" {
		return "", nil
	}
	return c.below(dir, fmt.Sprintf("templates: %q", dir))
}

// below returns the path of a file or folder that the configuration names as what.
func (c *Config) below(name, what string) (string, error) {
	path := filepath.Join(c.dir, name)
	err := error(nil)
	if !filepath.IsLocal(name) {
		err = errors.New("give a path below the folder of this file")
	} else {
		err = disk.CheckInside(c.dir, path)
	}
	if err != nil {
		return "", &ConfigError{c.Path(), fmt.Errorf("%s: %w", what, err)}
	}
	return path, nil
}

// Excludes reports whether a file or folder is left out where a folder is gone through:
// whether it, or a folder that it is in, matches one of the patterns of Exclude. They
// are relative to the folder of the configuration, with slashes, and ** stands for any
// number of folders.
func (c *Config) Excludes(path string) bool {
	if len(c.Exclude) == 0 {
		return false
	}
	at, err := filepath.Abs(path)
	if err == nil {
		at, err = filepath.Rel(c.dir, at)
	}
	if err != nil || !filepath.IsLocal(at) {
		return false
	}
	for ; at != "."; at = filepath.Dir(at) {
		for _, pattern := range c.Exclude {
			if ok, _ := doublestar.Match(pattern, filepath.ToSlash(at)); ok { // a pattern that is read is a good one
				return true
			}
		}
	}
	return false
}

// Configs finds and remembers configurations. It is safe for concurrent use.
type Configs struct {
	mu    sync.Mutex
	found map[string]*Config // by folder
}

// Of returns the configuration for the file at path: that of its folder or of the
// nearest one above that has one, as far as [Above] goes. It is an empty one if there is
// none. The error is a *[ConfigError].
func (r *Configs) Of(path string) (*Config, error) { return r.In(filepath.Dir(path)) }

// In is [Configs.Of] for the files of a folder.
func (r *Configs) In(dir string) (*Config, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, &ConfigError{ConfigName, err}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.in(dir)
}

func (r *Configs) in(dir string) (*Config, error) {
	if c, ok := r.found[dir]; ok {
		return c, nil
	}
	c, err := readConfig(dir)
	if errors.Is(err, fs.ErrNotExist) {
		c, err = &Config{}, nil
		if above, ok := Above(dir); ok {
			c, err = r.in(above)
		}
	}
	if err != nil {
		return nil, err
	}
	if r.found == nil {
		r.found = make(map[string]*Config)
	}
	r.found[dir] = c
	return c, nil
}

// Above returns the folder above dir if what is in it counts for the files in dir, too:
// up to the top of their repository, or as far as git looks for one: not into the home
// directory, nor into another file system, nor into a folder of somebody who owns
// neither this process nor dir. Whoever may write into a folder above, such as /tmp, has
// no say.
func Above(dir string) (above string, ok bool) {
	if isTop(dir) {
		return "", false
	}
	above = filepath.Dir(dir)
	if above == dir || !isTrusted(above, dir) {
		return "", false
	}
	home, err := os.UserHomeDir()
	return above, err != nil || above != filepath.Clean(home) || isTop(above)
}

// isTop reports whether dir is the top of a repository.
func isTop(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}

func readConfig(dir string) (*Config, error) {
	c := &Config{dir: dir}
	text, err := readInside(dir, c.Path(), maxConfig)
	if err != nil {
		return nil, &ConfigError{c.Path(), err}
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return nil, &ConfigError{c.Path(), unknownSetting(err)}
	}
	for _, pattern := range c.Exclude {
		if !doublestar.ValidatePattern(pattern) {
			return nil, &ConfigError{c.Path(), fmt.Errorf("exclude: %q is not a pattern", pattern)}
		}
	}
	return c, nil
}

// unknownSetting words what the YAML library says of a setting that is not known.
func unknownSetting(err error) error {
	known := []string{"validate", "exclude", "profiles", "templates", "strict", "info", "disable", "env"}
	at := regexp.MustCompile(`line (\d+): field (\S+) not found in type`).FindStringSubmatch(err.Error())
	if at == nil {
		return err
	}
	hint := spell.DidYouMean(at[2], known)
	if hint == "" {
		hint = "; the settings are validate (strict, info, disable), exclude, profiles (env) and templates"
	}
	return fmt.Errorf("line %s: unknown setting %.80q%s", at[1], at[2], hint)
}

// readInside reads a file of the repository of the folder dir.
func readInside(dir, path string, limit int64) ([]byte, error) {
	if err := disk.CheckInside(dir, path); err != nil {
		return nil, err
	}
	text, err := disk.ReadRegular(path, limit)
	if of := (*fs.PathError)(nil); errors.As(err, &of) {
		err = of.Err // the path stands before it
	}
	return text, err
}
