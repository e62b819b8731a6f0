package repo

import (
	"errors"
	"fmt"
	"strings"
)

// maxEnv is the size of the largest environment, in bytes.
const maxEnv = 1 << 20

// ReadEnv reads the text of the environment at path, which [Config.Env] returned.
func (c *Config) ReadEnv(path string) ([]byte, error) {
	text, err := readInside(c.dir, path, maxEnv)
	if err != nil {
		return nil, &ConfigError{path, err}
	}
	return text, nil
}

// varPrefix begins the names of the variables that environments may read unasked.
const varPrefix = "FLOWCTL_VAR_"

// Variables are the variables that an environment may read: what it says goes to a
// server and into flows that others read, so that everybody who can change its file could
// publish all others.
type Variables struct {
	lookup  func(string) (string, bool)
	allowed map[string]bool
}

// NewVariables returns the variables whose names begin with FLOWCTL_VAR_ and those that
// are allowed; lookup is [os.LookupEnv]. flowctl's own variables, which hold tokens,
// cannot be allowed.
func NewVariables(allowed []string, lookup func(string) (string, bool)) (Variables, error) {
	v := Variables{lookup, map[string]bool{}}
	for _, name := range allowed {
		if strings.HasPrefix(strings.ToUpper(name), "FLOWCTL_") && !strings.HasPrefix(name, varPrefix) {
			return v, fmt.Errorf("%s is a variable of flowctl itself, which no environment may read; name another one, or call it %s…", name, varPrefix)
		}
		v.allowed[name] = true
	}
	return v, nil
}

// Get returns the value of a variable. The error is what to do about one that is not set
// or may not be read.
func (v Variables) Get(name string) (string, error) {
	if !strings.HasPrefix(name, varPrefix) && !v.allowed[name] {
		if strings.HasPrefix(strings.ToUpper(name), "FLOWCTL_") {
			return "", errors.New("is a variable of flowctl itself, which no environment may read")
		}
		return "", fmt.Errorf("may not be read: call it %s%s, or allow it with --var %s", varPrefix, name, name)
	}
	value, _ := v.lookup(name)
	if value == "" {
		return "", errors.New("is not set")
	}
	return value, nil
}
