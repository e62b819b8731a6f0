package cmdutil

import "runtime/debug"

// version is the release, set by the linker (-X github.com/flowctl/flowctl/internal/cli/cmdutil.version=v1.2.3).
var version = "" //nolint:gochecknoglobals // the linker can set nothing else

// ReleaseVersion returns the linked version, else the module's, else the commit.
func ReleaseVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "dev"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "dev-" + s.Value[:12]
		}
	}
	return "dev"
}
