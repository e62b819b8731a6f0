package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/licenses"
	"github.com/flowctl/flowctl/internal/output"
)

// version is the release, set by the linker (-X main.version=v1.2.3).
var version = "" //nolint:gochecknoglobals // the linker can set nothing else

// versionInfo is what `flowctl version -o json` prints.
type versionInfo struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func newVersionCmd(a *app) *cobra.Command {
	var out outputFlags
	var thirdParty bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version of flowctl",
		Example: `  flowctl version
  flowctl version --licenses`,
		Args:              cobra.NoArgs,
		PersistentPreRunE: withoutConfig,
		RunE: func(*cobra.Command, []string) error {
			if thirdParty {
				_, err := io.WriteString(a.out, licenses.ThirdParty)
				return err
			}
			return a.printVersion(out)
		},
	}
	cmd.Flags().BoolVar(&thirdParty, "licenses", false, "print the licences of the code of others that flowctl is made with")
	out.register(cmd)
	return cmd
}

func (a *app) printVersion(out outputFlags) error {
	p, err := a.printer(out)
	if err != nil {
		return err
	}
	info := versionInfo{Version: releaseVersion(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if p.ForPeople() {
		_, err := fmt.Fprintf(a.out, "flowctl %s (%s, %s)\n", info.Version, info.Go, info.Platform)
		return err
	}
	return output.Item(p, output.View[versionInfo]{Name: func(v versionInfo) string { return v.Version }}, info)
}

// releaseVersion is the linked version, else the module's, else the commit's.
func releaseVersion() string {
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
