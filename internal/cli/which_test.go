package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
	"github.com/flowctl/flowctl/pkg/client/servertest"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// TestWhichFlow runs testdata/which.txt, the table of what import and export take for the
// same flow, on both kinds of server. Each case of the file has a title, how things
// stand, and commands with what they do. Flows are written as "ID NAME DESCRIPTION"; an
// id is a letter or a digit that stands for one, "-" for none.
//
//	== TITLE
//	there ID NAME DESCRIPTION             the server has this flow
//	file PATH ID NAME DESCRIPTION...      a file of one flow or several
//	lock PATH ID NAME DESCRIPTION         flowctl.lock noted this of the file's flow
//	exclude PATTERN                       of .flowctl.yaml
//	twins ID ID                           which of these it is does not matter
//	change ID NAME DESCRIPTION            somebody changes the flow
//	remove PATH                           and a file or flowctl.lock
//	$ COMMAND                             runs flowctl; "<PATH" is its standard input
//	CODE                                  its exit code, and, a line for each:
//	  row FILE ACTION ID                  what it printed
//	  there|file|lock ...                 what is new or different
//	  gone there|file|lock ...            what is gone
//
// What one kind of server alone does begins with "ours:" or "webui:". UPDATE_CASES=1
// writes what the commands do into the file.
func TestWhichFlow(t *testing.T) {
	const path = "testdata/which.txt"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var updated strings.Builder
	for i, block := range strings.Split(string(text), "\n\n== ") {
		if i == 0 {
			updated.WriteString(block)
			continue
		}
		title, body, _ := strings.Cut(block, "\n")
		script := given(body)
		got := map[string][]string{}
		for _, kind := range []string{"ours", "webui"} {
			t.Run(kind+"/"+title, func(t *testing.T) { got[kind] = newCase(t, kind).run(script) })
		}
		now := merged(script, got["ours"], got["webui"])
		updated.WriteString("\n\n== " + title + "\n" + strings.TrimSpace(now))
		if now, was := strings.TrimSpace(now), strings.TrimSpace(body); now != was && os.Getenv("UPDATE_CASES") == "" {
			t.Errorf("%s:\n%s\nwant:\n%s", title, now, was)
		}
	}
	if os.Getenv("UPDATE_CASES") != "" {
		if err := os.WriteFile(path, []byte(strings.TrimRight(updated.String(), "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// given returns the lines of a case that are not what its commands do.
func given(body string) []string {
	var lines []string
	for line := range strings.Lines(body) {
		line = strings.TrimRight(line, "\n")
		if regexp.MustCompile(`^([a-z#]|\$ )`).MatchString(line) && !regexp.MustCompile(`^(ours|webui):`).MatchString(line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// merged is the text of a case with what its commands did on both servers.
func merged(script, ours, webui []string) string {
	var b strings.Builder
	for _, line := range script {
		b.WriteString(line + "\n")
		if !strings.HasPrefix(line, "$ ") {
			continue
		}
		if len(ours) == 0 || len(webui) == 0 {
			continue // the run failed
		}
		if ours[0] == webui[0] {
			b.WriteString(ours[0])
		} else {
			b.WriteString("ours: " + ours[0] + "webui: " + webui[0])
		}
		ours, webui = ours[1:], webui[1:]
	}
	return b.String()
}

type whichCase struct {
	t     *testing.T
	c     *client.Client
	place string
	ids   map[string]string // by symbol
	twins []string          // symbols
}

func newCase(t *testing.T, kind string) *whichCase {
	t.Helper()
	w := &whichCase{t: t, ids: map[string]string{}}
	token := "ann-token"
	if kind == "ours" {
		s, err := servertest.New(servertest.Options{NoRuns: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		w.place, token = s.URL, s.Token
	} else {
		s := httptest.NewServer(clienttest.New(clienttest.Options{}))
		t.Cleanup(s.Close)
		w.place = s.URL
	}
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "FLOWCTL_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("FLOWCTL_NO_KEYRING", "1")
	t.Setenv("FLOWCTL_SERVER", w.place)
	t.Setenv("FLOWCTL_TOKEN", token)
	t.Chdir(t.TempDir())
	var err error
	if w.c, err = client.New(w.place, client.WithToken(token)); err != nil {
		t.Fatal(err)
	}
	return w
}

// run returns what each of the commands did.
func (w *whichCase) run(script []string) (did []string) {
	for _, line := range script {
		words := strings.Fields(line)
		switch words[0] {
		case "#":
		case "there":
			f, err := w.c.Flows.Create(w.t.Context(), w.spec(words[1:]))
			w.check(err)
			w.ids[words[1]] = f.ID
		case "twins":
			w.twins = words[1:]
		case "change":
			_, err := w.c.Flows.Update(w.t.Context(), w.id(words[1]), client.Replace(w.spec(words[1:])))
			w.check(err)
		case "file":
			w.write(words[1], words[2:])
		case "remove":
			w.check(os.RemoveAll(words[1]))
		case "exclude":
			w.check(os.WriteFile(".flowctl.yaml", []byte("exclude: ["+words[1]+"]\n"), 0o600))
		case "lock":
			l, err := sync.ReadLock(".")
			w.check(err)
			l.Record(w.place, []sync.LockEntry{{File: words[1], ID: w.id(words[2]), Digest: digest.Of(w.spec(words[2:]))}})
			w.check(l.Write(w.t.Context()))
		case "$":
			before := w.state()
			did = append(did, w.command(words[1:])+changes(before, w.state()))
		default:
			w.t.Fatalf("unknown line %q", line)
		}
	}
	return did
}

func (w *whichCase) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// id returns the id that a symbol stands for; one that the server does not have is made
// up.
func (w *whichCase) id(symbol string) string {
	if symbol != "-" && w.ids[symbol] == "" {
		w.ids[symbol] = fmt.Sprintf("%[1]s%[1]s-%[2]s-4%[3]s-8%[3]s-%[2]s%[2]s%[2]s",
			strings.Repeat(symbol, 4), strings.Repeat(symbol, 4), strings.Repeat(symbol, 3))
	}
	return w.ids[symbol]
}

func (w *whichCase) symbol(id string) string {
	for symbol, is := range w.ids {
		if is == id && slices.Contains(w.twins, symbol) {
			return strings.Join(w.twins, "|")
		}
		if is == id {
			return symbol
		}
	}
	if id == "" {
		return "-"
	}
	return "new"
}

func (w *whichCase) spec(words []string) flow.Spec {
	s, err := flow.ParseSpec(fmt.Appendf(nil, `{"name":%q,"description":%q,"nodes":[{"id":"in","type":"input","data":{}}],"edges":[]}`, words[1], words[2]))
	w.check(err)
	return s
}

func (w *whichCase) write(path string, words []string) {
	var files []flowfile.File
	for ; len(words) > 0; words = words[3:] {
		files = append(files, flowfile.File{ID: w.id(words[0]), Spec: w.spec(words)})
	}
	if name, symbol, ok := strings.Cut(path, "-"); ok { // the name that export uses
		path = name + "-" + w.id(strings.TrimSuffix(symbol, ".json"))[:8] + ".json"
	}
	w.check(os.MkdirAll(filepath.Dir(path), 0o700))
	_, err := flowfile.WriteFile(path, files...)
	w.check(err)
}

func (w *whichCase) command(args []string) string {
	var out, said bytes.Buffer
	in := &bytes.Buffer{}
	if last := args[len(args)-1]; strings.HasPrefix(last, "<") {
		text, err := os.ReadFile(last[1:])
		w.check(err)
		in.Write(text)
		args = args[:len(args)-1]
	}
	for i, arg := range args {
		if w.ids[arg] != "" {
			args[i] = w.ids[arg]
		}
	}
	a := cmdutil.NewApp(in, &out, &said)
	code := execute(w.t.Context(), a, append(args, "-o", "json"))
	w.t.Logf("flowctl %v: %d\n%s%s", args, code, &out, &said)
	rows := []struct{ ID, File, Action string }{}
	if err := json.Unmarshal(out.Bytes(), &rows); err != nil && out.Len() > 0 {
		w.t.Fatal(err)
	}
	var lines []string
	for _, r := range rows {
		lines = append(lines, "  row "+w.named(r.File)+" "+r.Action+" "+w.symbol(r.ID)+"\n")
	}
	slices.Sort(lines) // lists have the newest flow first, and these are of one second
	return fmt.Sprintln(code) + strings.Join(lines, "")
}

// named puts symbols in the place of ids in file names.
func (w *whichCase) named(path string) string {
	for _, id := range w.ids {
		path = strings.ReplaceAll(path, id, w.symbol(id)+"-whole")
		path = strings.ReplaceAll(path, id[:8], w.symbol(id))
	}
	return regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f-]+)?`).ReplaceAllString(path, "new")
}

// state is what server, files and lock have.
func (w *whichCase) state() []string {
	var state []string
	for f, err := range w.c.Flows.All(w.t.Context(), client.ListOptions{}) {
		w.check(err)
		state = append(state, fmt.Sprintf("there %s %s %s", w.symbol(f.ID), f.Name, f.Description))
	}
	w.check(filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		files, err := flowfile.ReadFile(w.t.Context(), path)
		text := "file " + w.named(filepath.ToSlash(path))
		for _, f := range files {
			text += fmt.Sprintf(" %s %s %s", w.symbol(f.ID), f.Spec.Name, f.Spec.Description)
		}
		state = append(state, text)
		return err
	}))
	l, err := sync.ReadLock(".")
	w.check(err)
	for _, file := range l.Files(w.place) {
		state = append(state, "lock "+w.named(file)+" "+w.symbol(l.ID(file, w.place)))
	}
	slices.Sort(state)
	return state
}

// changes lists what is different between two states.
func changes(before, after []string) string {
	text := ""
	for _, line := range minus(before, after) {
		text += "  gone " + line + "\n"
	}
	for _, line := range minus(after, before) {
		text += "  " + line + "\n"
	}
	return text
}

// minus returns the lines that list has and other has not, each as often as it has more.
func minus(list, other []string) (out []string) {
	left := slices.Clone(other)
	for _, line := range list {
		if i := slices.Index(left, line); i >= 0 {
			left = slices.Delete(left, i, i+1)
			continue
		}
		out = append(out, line)
	}
	return out
}
