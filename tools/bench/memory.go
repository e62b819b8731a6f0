package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

const bigFile = 50 << 20

// memory measures the import of one file of 50 MB into the embedded store.
func (b *bench) memory(ctx context.Context) error {
	dir, err := b.flowFiles("big", 1, bigFile)
	if err != nil {
		return err
	}
	home, err := os.MkdirTemp(b.dir, "home-")
	if err != nil {
		return err
	}
	rss, err := resident(ctx, command{name: b.flowctl, args: []string{"import", dir}}, home)
	if err != nil {
		return err
	}
	b.add(row{
		What: "resident memory of the import of one 50 MB file, times the file", Ours: fmt.Sprintf("%.0f MB", float64(rss)/1e6),
		Other: fmt.Sprintf("the file: %.0f MB", bigFile/1e6), Ratio: float64(rss) / bigFile, Bound: 5,
	})
	return nil
}

// resident runs a command and returns the largest resident size that it had, in bytes.
func resident(ctx context.Context, c command, home string) (int64, error) {
	cmd, stderr, err := c.start(ctx, home)
	if err != nil {
		return 0, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	rss, err := watch(cmd.Process.Pid, done)
	if err != nil {
		return 0, fmt.Errorf("%s %.100q: %w: %s", c.name, c.args, err, stderr.Bytes())
	}
	return rss, nil
}

// watch returns the largest resident size that a process had until it was done.
func watch(pid int, done <-chan error) (int64, error) {
	var rss int64
	for {
		select {
		case err := <-done:
			return rss, err
		case <-time.After(2 * time.Millisecond):
			if now, err := peak(pid); err == nil {
				rss = max(rss, now)
			}
		}
	}
}
