package cmdutil

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// GraceToFinish is how long writes under way may take after Ctrl-C.
const GraceToFinish = 10 * time.Second

// Interrupts ends a context on Ctrl-C, SIGTERM and SIGHUP.
type Interrupts struct{ ignored atomic.Int32 }

// Watch returns a context that the first signal ends. A second one ends the process
// at once.
func (i *Interrupts) Watch(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup has it ignored
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		for s := range signals {
			if s != os.Interrupt || i.ignored.Load() == 0 {
				break
			}
		}
		signal.Stop(signals)
		cancel()
	}()
	return ctx
}

// Ignore makes Ctrl-C do nothing until stop is called: while an editor or a pager has the
// terminal, it is meant for that program.
func (i *Interrupts) Ignore() (stop func()) {
	deaf := make(chan os.Signal, 1)
	signal.Notify(deaf, os.Interrupt) // keeps the process alive when watch has stopped listening
	i.ignored.Add(1)
	return func() {
		i.ignored.Add(-1)
		signal.Stop(deaf)
	}
}
