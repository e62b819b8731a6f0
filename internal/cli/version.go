package cli

import (
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/licenses"
	"github.com/flowctl/flowctl/internal/output"
)

// versionInfo is what `flowctl version -o json` prints.
type versionInfo struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func newVersionCmd(a *cmdutil.App) *cobra.Command {
	var out cmdutil.OutputFlags
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
				_, err := io.WriteString(a.Out, licenses.ThirdParty)
				return err
			}
			return printVersion(a, out)
		},
	}
	cmd.Flags().BoolVar(&thirdParty, "licenses", false, "print the licences of the code of others that flowctl is made with")
	out.Register(cmd)
	return cmd
}

func printVersion(a *cmdutil.App, out cmdutil.OutputFlags) error {
	p, err := a.Printer(out)
	if err != nil {
		return err
	}
	info := versionInfo{Version: cmdutil.ReleaseVersion(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if p.ForPeople() {
		_, err := fmt.Fprintf(a.Out, "flowctl %s (%s, %s)\n", info.Version, info.Go, info.Platform)
		return err
	}
	return output.Item(p, output.View[versionInfo]{Name: func(v versionInfo) string { return v.Version }}, info)
}
