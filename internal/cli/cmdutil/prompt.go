package cmdutil

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/spell"
)

// maxAnswer is the longest text that is read of an answer or a secret, in bytes.
const maxAnswer = 64 << 10

// Ask asks the user at the terminal for a line. The caller checks [App.Interactive] first.
func (a *App) Ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(a.Err, output.Text(question)+" ")
	return parallel.Wait(ctx, func() (string, error) { return readLine(a.In) })
}

// AskSecret is [App.Ask] without echo, which is turned off before the question is shown, so
// that early keys are not shown either.
func (a *App) AskSecret(ctx context.Context, question string) (secret string, err error) {
	fd := int(a.In.(*os.File).Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return "", fmt.Errorf("prepare the terminal: %w", err)
	}
	defer func() { err = errors.Join(err, term.Restore(fd, before)) }()
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{keys{a.In}, a.Err}, "")
	secret, err = parallel.Wait(ctx, func() (string, error) { return t.ReadPassword(output.Text(question) + " ") })
	if err != nil {
		fmt.Fprint(a.Err, "\r\n") // the line of the question is left open
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("nothing was entered")
	}
	return secret, err
}

// keys reads a terminal in raw mode key by key, so that what follows the answer is left for
// the next question. In raw mode Ctrl-C is a key.
type keys struct{ terminal io.Reader }

func (k keys) Read(p []byte) (int, error) {
	const ctrlC = 3
	n, err := k.terminal.Read(p[:1])
	if n == 1 && p[0] == ctrlC {
		return 0, errInterrupted
	}
	return n, err
}

// Confirm asks a yes-or-no question and reports whether the answer is yes.
func (a *App) Confirm(ctx context.Context, question string) (bool, error) {
	answer, err := a.Ask(ctx, question+" [y/N]")
	if errors.Is(err, io.EOF) { // ^D is a no
		fmt.Fprintln(a.Err)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", nil
}

// SecretFromStdin reads a secret from stdin, one line. If stdin is a terminal, it asks
// question.
func (a *App) SecretFromStdin(ctx context.Context, question string) (string, error) {
	if a.Interactive() {
		return a.AskSecret(ctx, question)
	}
	what := strings.ToLower(strings.TrimSuffix(question, ":"))
	raw, err := parallel.Wait(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(a.In, maxAnswer+1)) })
	if err != nil {
		return "", fmt.Errorf("read the %s from stdin: %w", what, err)
	}
	secret := strings.TrimRight(string(disk.TrimBOM(raw)), "\r\n")
	switch {
	case secret == "":
		return "", Usage(fmt.Errorf("stdin is empty; the %s is read from there", what))
	case len(raw) > maxAnswer, strings.ContainsAny(secret, "\r\n"):
		return "", Usage(fmt.Errorf("stdin holds more than one line; the %s is a single one", what))
	}
	return secret, nil
}

// readLine reads up to the end of the line and not a byte further: what follows is for the
// next question.
func readLine(r io.Reader) (string, error) {
	var line []byte
	for b := make([]byte, 1); len(line) < maxAnswer; {
		n, err := r.Read(b)
		switch {
		case n == 1 && b[0] == '\n', errors.Is(err, io.EOF) && len(line) > 0:
			return strings.TrimSpace(string(line)), nil
		case err != nil:
			return "", fmt.Errorf("read the answer: %w", err)
		}
		line = append(line, b[:n]...)
	}
	return "", fmt.Errorf("read the answer: it is longer than %d bytes", maxAnswer)
}

// MustConfirm asks before something is destroyed. It returns nil after a yes or if yes, the
// value of --yes, is set. Without a terminal and --yes it is an error.
func (a *App) MustConfirm(ctx context.Context, question string, yes bool) error {
	switch {
	case yes:
		return nil
	case !a.Interactive():
		return Usage(errors.New("nobody can be asked here whether to go on; give --yes"))
	}
	ok, err := a.Confirm(ctx, question)
	if err == nil && !ok {
		err = errors.New("nothing was changed")
	}
	return err
}

// AskFor asks the user at the terminal for a value until check accepts one. Enter alone is
// the value def, if that is not "".
func (a *App) AskFor(ctx context.Context, question, def string, check func(string) error) (string, error) {
	if def != "" {
		question += " [" + def + "]"
	}
	for {
		answer, err := a.Ask(ctx, question+":")
		if err != nil {
			return "", err
		}
		answer = cmp.Or(answer, def)
		if err = check(answer); err == nil {
			return answer, nil
		}
		a.Warn("%v", err)
	}
}

// Choice is one of the answers to [App.Choose].
type Choice struct{ Name, Note string }

// Choose asks the user at the terminal for one of several names, or its number.
func (a *App) Choose(ctx context.Context, question, def string, choices []Choice) (string, error) {
	var names []string
	width := 0
	for _, c := range choices {
		names = append(names, c.Name)
		width = max(width, len(c.Name))
	}
	for i, c := range choices {
		fmt.Fprintf(a.Err, "%3d  %s\n", i+1, strings.TrimRight(fmt.Sprintf("%-*s  %s", width, output.Text(c.Name), output.Text(c.Note)), " "))
	}
	chosen := ""
	_, err := a.AskFor(ctx, question, def, func(answer string) error {
		if n, err := strconv.Atoi(answer); err == nil && 1 <= n && n <= len(names) {
			answer = names[n-1]
		}
		if chosen = answer; !slices.Contains(names, answer) && answer != def {
			return fmt.Errorf("%.80q is not one of these%s", answer, spell.DidYouMean(answer, names))
		}
		return nil
	})
	return chosen, err
}
