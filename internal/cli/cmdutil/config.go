package cmdutil

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

// Config is the configuration: the file, overridden by FLOWCTL_… variables.
// Flags override both, see [App.Target].
type Config struct {
	Profile  string        `mapstructure:"profile"` // the profile in use, "" for none
	Output   string        `mapstructure:"output"`  // default of --output
	Timeout  time.Duration `mapstructure:"timeout"` // how long a server may be silent; 0 for ever
	Profiles []Profile     `mapstructure:"profiles"`
}

// Profile is a server under a name. A list, not a map: viper would write the
// names of a map in lower case.
type Profile struct {
	Name   string `mapstructure:"name"`
	Server string `mapstructure:"server"` // its URL

	Headers []string `mapstructure:"headers"` // sent with every request: "Name: value"
	CACert  string   `mapstructure:"ca_cert"` // a file of certificates that are trusted besides the system's
}

// DefaultTimeout is the idle timeout of requests unless --timeout sets another.
const DefaultTimeout = time.Minute

// LoadConfig reads the configuration, which flags override. A missing file counts as an empty
// one.
func (a *App) LoadConfig(flags *pflag.FlagSet) error {
	path, err := configPath()
	if err != nil {
		path = os.DevNull // without a home folder there is none
	}
	v := viper.New()
	v.SetConfigFile(path)
	v.SetConfigType("yaml")
	v.SetEnvPrefix("flowctl")
	if err := v.BindPFlag("timeout", flags.Lookup("timeout")); err != nil {
		return fmt.Errorf("bind --timeout: %w", err)
	}
	// Unmarshal sees a variable only if its key is bound.
	for _, key := range []string{"profile", "output", "timeout"} {
		if err := v.BindEnv(key); err != nil {
			return fmt.Errorf("bind %s: %w", key, err)
		}
	}
	if _, err := os.Stat(path); err == nil { // else there is none, as with HOME=/dev/null
		if err := v.ReadInConfig(); err != nil {
			return fmt.Errorf("read the configuration %s: %w; fix the file or move it away", path, err)
		}
	}
	if v.InConfig("token") {
		return fmt.Errorf("%s holds a token; take it out and sign in with 'flowctl login', or set FLOWCTL_TOKEN", path)
	}
	var decoded mapstructure.Metadata
	err = v.Unmarshal(&a.Config, func(c *mapstructure.DecoderConfig) { c.Metadata, c.DecodeHook = &decoded, decodeTimeout })
	if usage := (exitError{}); errors.As(err, &usage) {
		return usage
	}
	if err != nil {
		return fmt.Errorf("read the configuration %s and FLOWCTL_… variables: %w; fix what is wrong", path, err)
	}
	// No error: the file may be shared with a newer flowctl, which knows more.
	if len(decoded.Unused) > 0 {
		slices.Sort(decoded.Unused)
		a.Warn("%s: unknown setting ignored: %s", path, strings.Join(decoded.Unused, ", "))
	}
	return nil
}

// decodeTimeout decodes a duration with a unit; without it viper would read nanoseconds.
func decodeTimeout(_, to reflect.Type, value any) (any, error) {
	if to != reflect.TypeFor[time.Duration]() {
		return value, nil
	}
	t, err := time.ParseDuration(fmt.Sprint(value))
	if err != nil || t < 0 {
		return nil, Usage(fmt.Errorf("a timeout of %q cannot be; give it with its unit, such as 30s, or 0 for none", fmt.Sprint(value)))
	}
	return t, nil
}

// configPath returns the path of the configuration file: FLOWCTL_CONFIG, else config.yaml in
// the XDG folder.
func configPath() (string, error) {
	if path := os.Getenv("FLOWCTL_CONFIG"); path != "" {
		return path, nil
	}
	dir, err := xdgDir("XDG_CONFIG_HOME", ".config")
	return filepath.Join(dir, "config.yaml"), err
}

// dataDir returns the folder of the local store: FLOWCTL_DATA, else the XDG folder.
func dataDir() (string, error) {
	if dir := os.Getenv("FLOWCTL_DATA"); dir != "" {
		return dir, nil
	}
	return xdgDir("XDG_DATA_HOME", ".local", "share")
}

// xdgDir returns flowctl's folder below the folder in the variable, else below the home
// folder. Relative values are ignored, as the XDG specification requires.
func xdgDir(variable string, fallback ...string) (string, error) {
	if dir := os.Getenv(variable); filepath.IsAbs(dir) {
		return filepath.Join(dir, "flowctl"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the home folder: %w; set HOME or %s", err, variable)
	}
	return filepath.Join(append(append([]string{home}, fallback...), "flowctl")...), nil
}
