package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/creack/pty"
)

// terminalWait is how long a dialogue waits for the program's next words.
const terminalWait = 20 * time.Second

// terminalMain is a program of the scripts, "terminal DIALOGUE PROGRAM ARGS...",
// which runs a program at a terminal of 80 by 24 characters. The lines of the file
// DIALOGUE say what happens there:
//
//	expect TEXT    wait until the program has written TEXT
//	await FILE     wait until there is such a file
//	send TEXT      type TEXT and Enter
//	type TEXT      type TEXT
//	press KEY      press ctrl-c, ctrl-d or tab
//
// What the terminal showed is written to stdout, and the exit code is the
// program's.
func terminalMain() {
	code, err := runAtTerminal(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "terminal:", err)
		code = 99
	}
	os.Exit(code)
}

func runAtTerminal(dialogue string, args []string) (int, error) {
	script, err := os.ReadFile(dialogue)
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "TERM=xterm")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		return 0, err
	}
	s := &screen{}
	shown := make(chan struct{})
	go func() {
		_, _ = io.Copy(s, tty) // ends with an error when the program does
		close(shown)
	}()
	err = s.play(tty, string(script))
	if err != nil {
		_ = cmd.Process.Kill()
	}
	ended := cmd.Wait()
	<-shown
	fmt.Print(strings.ReplaceAll(s.text(), "\r\n", "\n"))
	var exit *exec.ExitError
	if err == nil && ended != nil && !errors.As(ended, &exit) {
		err = ended
	}
	return cmd.ProcessState.ExitCode(), err
}

// screen is what a program has written to its terminal.
type screen struct {
	mu     sync.Mutex
	buf    bytes.Buffer
	played int // what expect has seen
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// play carries out a dialogue.
func (s *screen) play(tty io.Writer, script string) error {
	keys := map[string]string{"ctrl-c": "\x03", "ctrl-d": "\x04", "tab": "\t"}
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		verb, text, _ := strings.Cut(line, " ")
		var err error
		switch {
		case line == "":
		case verb == "expect":
			err = s.expect(text)
		case verb == "await":
			err = waitUntil(text+" is there", func() bool { _, err := os.Stat(text); return err == nil })
		case verb == "send":
			_, err = io.WriteString(tty, text+"\r")
		case verb == "type":
			_, err = io.WriteString(tty, text)
		case verb == "press" && keys[text] != "":
			_, err = io.WriteString(tty, keys[text])
		default:
			err = fmt.Errorf("unknown line %q of the dialogue", line)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *screen) expect(text string) error {
	return waitUntil(text, func() bool {
		i := strings.Index(s.text()[s.played:], text)
		if i >= 0 {
			s.played += i + len(text)
		}
		return i >= 0
	})
}

func waitUntil(what string, done func() bool) error {
	for start := time.Now(); time.Since(start) < terminalWait; time.Sleep(5 * time.Millisecond) {
		if done() {
			return nil
		}
	}
	return fmt.Errorf("waited in vain for %q", what)
}
