package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// command is a process to be timed.
type command struct {
	name string
	args []string
	env  []string // next to PATH and HOME
}

func (c command) start(ctx context.Context, home string) (*exec.Cmd, *bytes.Buffer, error) {
	cmd := exec.CommandContext(ctx, c.name, c.args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "FLOWCTL_NO_KEYRING=1"}, c.env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	return cmd, &stderr, cmd.Start()
}

// once runs the command and returns its wall time.
func (c command) once(ctx context.Context, home string) (time.Duration, error) {
	start := time.Now()
	cmd, stderr, err := c.start(ctx, home)
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		return 0, fmt.Errorf("%s %.100q: %w: %s", c.name, c.args, err, stderr.Bytes())
	}
	return time.Since(start), nil
}

// peak is the largest resident size of a running process so far, in bytes. The
// kernel's figure for a process that ended would count ours in, which was there
// before the exec.
func peak(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0, fmt.Errorf("process %d has no memory any more", pid)
	}
	kb, err := strconv.ParseInt(string(m[1]), 10, 64)
	return kb * 1024, err
}

// compare times the commands in turns, n times each, and returns their medians.
func compare(ctx context.Context, home string, n int, cmds ...command) ([]time.Duration, error) {
	times := make([][]time.Duration, len(cmds))
	for range n {
		for i, c := range cmds {
			took, err := c.once(ctx, home)
			if err != nil {
				return nil, err
			}
			times[i] = append(times[i], took)
		}
	}
	medians := make([]time.Duration, len(cmds))
	for i := range times {
		medians[i] = median(times[i])
	}
	return medians, nil
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func ms(d time.Duration) string { return fmt.Sprintf("%.3g ms", float64(d)/1e6) }

// devServer is a running `flowctl server --dev`.
type devServer struct {
	URL, Key string

	cmd *exec.Cmd
}

// startServer starts a server with an empty database of its own.
func (b *bench) startServer(ctx context.Context, args ...string) (*devServer, error) {
	cmd := exec.CommandContext(ctx, b.flowctl, append([]string{"server", "--dev", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), "HOME="+b.dir)
	cmd.Stderr = io.Discard
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &devServer{cmd: cmd}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, s)
	}
	if err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	return s, nil
}

// stop ends the server and returns the largest resident size that it had.
func (s *devServer) stop() (int64, error) {
	rss, err := peak(s.cmd.Process.Pid)
	if err != nil {
		return 0, err
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	if err := s.cmd.Wait(); err != nil {
		return 0, fmt.Errorf("stop the server: %w", err)
	}
	return rss, nil
}

func (s *devServer) env() []string {
	return []string{"FLOWCTL_SERVER=" + s.URL, "FLOWCTL_TOKEN=" + s.Key}
}

func (s *devServer) curl(args ...string) command {
	return command{name: "curl", args: append([]string{"-sS", "--fail", "-o", os.DevNull, "-H", "Authorization: Bearer " + s.Key}, args...)}
}

// flowFiles writes n version 1.0 files of about size bytes into a new folder.
func (b *bench) flowFiles(name string, n, size int) (string, error) {
	dir := filepath.Join(b.dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // scratch
		return "", err
	}
	for i := range n {
		doc := fmt.Appendf(nil, `{"version":"1.0","flow":%s,"exportedAt":1700000000}`, sampleFlow(fmt.Sprintf("flow %04d", i), size))
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("flow-%04d.json", i)), doc, 0o644); err != nil { //nolint:gosec // scratch
			return "", err
		}
	}
	return dir, nil
}

// sampleFlow is a flow of about size bytes: a chain of models with prompts.
func sampleFlow(name string, size int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"name":%q,"description":"a flow to measure with","nodes":[{"id":"input_1","type":"input","position":{"x":0,"y":0},"data":{"label":"Input","value":"hello"}}`, name)
	edges := bytes.NewBufferString(`"edges":[`)
	last := "input_1"
	for i := 1; b.Len()+edges.Len() < size-300; i++ {
		id := fmt.Sprintf("model_%d", i)
		fmt.Fprintf(&b, `,{"id":%q,"type":"model","position":{"x":%d,"y":0},"data":{"label":"Step %d","modelId":"llama3","prompt":"Read what follows with care, then say in two sentences what step %d should make of it, and why that matters to a reader in a hurry.\n\n{{input}}"}}`, id, 300*i, i, i)
		if i > 1 {
			edges.WriteByte(',')
		}
		fmt.Fprintf(edges, `{"id":"e%d","source":%q,"target":%q}`, i, last, id)
		last = id
	}
	fmt.Fprintf(&b, `],%s],"meta":{}}`, edges)
	return b.Bytes()
}
