package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/flowctl/flowctl/internal/cli"
	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

var update = flag.Bool("update", false, "write the generated files anew") //nolint:gochecknoglobals // flags are registered before tests run

// TestGenerated checks that the reference, the man pages, the completion scripts and
// the README's picture are what the commands make today. With -update it writes them.
func TestGenerated(t *testing.T) {
	files, err := generate(cli.NewRootCmd(cmdutil.NewApp(nil, io.Discard, io.Discard)))
	if err != nil {
		t.Fatal(err)
	}
	files["docs/images/conditional-routing.svg"] = drawing(t, "conditional-routing")
	for _, folder := range []string{"docs/cli", "docs/man", "docs/images", "completions"} {
		compareFolder(t, folder, files)
	}
}

// drawing returns what 'flowctl graph -o svg' draws of an example.
func drawing(t *testing.T, example string) []byte {
	t.Helper()
	t.Setenv("FLOWCTL_CONFIG", filepath.Join(t.TempDir(), "config.yaml"))
	var svg bytes.Buffer
	root := cli.NewRootCmd(cmdutil.NewApp(nil, &svg, io.Discard))
	root.SetArgs([]string{"graph", "../../examples/" + example + ".json", "-o", "svg"})
	if err := root.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return svg.Bytes()
}

// compareFolder compares what is in a folder of the repository with the generated
// files of that folder, or replaces it.
func compareFolder(t *testing.T, folder string, files map[string][]byte) {
	t.Helper()
	dir := filepath.Join("..", "..", filepath.FromSlash(folder))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	there, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range there {
		path := filepath.Join(dir, f.Name())
		switch _, wanted := files[folder+"/"+f.Name()]; {
		case wanted:
		case *update:
			if err := os.Remove(path); err != nil {
				t.Error(err)
			}
		default:
			t.Errorf("%s/%s is of no command any more; run 'make generate'", folder, f.Name())
		}
	}
	for name, want := range files {
		if filepath.ToSlash(filepath.Dir(name)) != folder {
			continue
		}
		path := filepath.Join(dir, filepath.Base(name))
		if *update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Error(err)
			}
			continue
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is out of date (%v); run 'make generate'", name, err)
		}
	}
}

// generate returns the generated files by their paths in the repository.
func generate(root *cobra.Command) (map[string][]byte, error) {
	files := map[string][]byte{}
	for shell, name := range map[string]string{"bash": "flowctl.bash", "zsh": "flowctl.zsh", "fish": "flowctl.fish", "powershell": "flowctl.ps1"} {
		var b bytes.Buffer
		if err := cli.WriteCompletion(root, &b, shell); err != nil {
			return nil, err
		}
		files["completions/"+name] = b.Bytes()
	}
	root.InitDefaultHelpCmd()
	err := generateDocs(root, files)
	for _, topic := range cli.NewTopicCmds() {
		files["docs/cli/flowctl.md"] = fmt.Appendf(files["docs/cli/flowctl.md"], "* [%s](%s.md)\t - %s\n", topic.Name(), topic.Name(), topic.Short)
	}
	return files, err
}

// generateDocs adds the pages of cmd and of all commands and topics below it.
func generateDocs(cmd *cobra.Command, files map[string][]byte) error {
	subs := slices.Clone(cmd.Commands()) // cobra/doc gives every group a help command
	if cmd.IsAdditionalHelpTopicCommand() {
		files["docs/cli/"+cmd.Name()+".md"] = fmt.Appendf(nil, "# %s\n\n%s\n\n```text\n%s\n```\n", cmd.Name(), cmd.Short, cmd.Long)
		cmd = withoutFlags(cmd)
	} else if err := generateMarkdown(cmd, files); err != nil {
		return err
	}
	if err := generateMan(cmd, files); err != nil {
		return err
	}
	for _, sub := range subs {
		if err := generateDocs(sub, files); err != nil {
			return err
		}
	}
	return nil
}

// withoutFlags returns a help topic without the flags of commands, which do nothing
// there.
func withoutFlags(topic *cobra.Command) *cobra.Command {
	alone := &cobra.Command{Use: topic.Name(), Short: topic.Short, Long: topic.Long, DisableFlagsInUseLine: true, DisableAutoGenTag: true}
	(&cobra.Command{Use: "flowctl"}).AddCommand(alone)
	return alone
}

func generateMarkdown(cmd *cobra.Command, files map[string][]byte) error {
	defer indentCode(cmd)()
	var page bytes.Buffer
	err := doc.GenMarkdown(cmd, &page)
	files["docs/cli/"+strings.ReplaceAll(cmd.CommandPath(), " ", "_")+".md"] = page.Bytes()
	return err
}

func generateMan(cmd *cobra.Command, files map[string][]byte) error {
	defer indentCode(cmd)()
	cmd.Long = escapeMarkdown(cmd.Long) // indentCode takes this back too
	var page bytes.Buffer
	header := &doc.GenManHeader{Section: "1", Date: &time.Time{}, Source: "flowctl", Manual: "flowctl manual"}
	err := doc.GenMan(cmd, header, &page)
	files["docs/man/"+strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".1"] = bytes.Replace(page.Bytes(), []byte(`"Jan 0001"`), []byte(`""`), 1)
	return err
}

// indentCode makes the indented lines of a help text code in Markdown, until it
// is taken back.
func indentCode(cmd *cobra.Command) (back func()) {
	was := cmd.Long
	cmd.Long = strings.ReplaceAll(was, "\n  ", "\n      ")
	return func() { cmd.Long = was }
}

// escapeMarkdown keeps what is not code in a text that indentCode went over from
// being read as Markdown: a help text is plain.
func escapeMarkdown(text string) string {
	plain := strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`)
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "    ") {
			line = plain.Replace(line)
		}
		b.WriteString(line)
	}
	return b.String()
}

// TestManKeepsText checks that a man page says what the help does.
func TestManKeepsText(t *testing.T) {
	const text = "Give 'flows/*.json', '**/x_y_z', <NAME> or [a](b).\n\n  a*b*c_d_e\n\nThe *end*."
	files := map[string][]byte{}
	if err := generateMan(&cobra.Command{Use: "x", Long: text, DisableAutoGenTag: true}, files); err != nil {
		t.Fatal(err)
	}
	page := strings.NewReplacer(`\`, "", "&", "").Replace(string(files["docs/man/x.1"]))
	for _, want := range []string{"'flows/*.json', '**/x_y_z', <NAME> or [a](b).", "a*b*c_d_e", "The *end*."} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
}
