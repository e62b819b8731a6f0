package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// folder measures the commands on a folder of flow files: validate and fmt against
// one jq over the same files, plan against fetching and validating, apply against
// import.
func (b *bench) folder(ctx context.Context) error {
	dir, err := b.flowFiles("folder", manyFlows, 5000)
	if err != nil {
		return err
	}
	ours := func(args ...string) command { return command{name: b.flowctl, args: args} }
	if _, err := ours("fmt", dir).once(ctx, b.dir); err != nil {
		return err
	}
	jq := command{name: "bash", args: []string{"-c", "jq . " + dir + "/*.json > /dev/null"}}
	t, err := compare(ctx, b.dir, 9, ours("validate", dir), ours("fmt", "--check", dir), jq)
	if err != nil {
		return err
	}
	b.add(row{What: "`flowctl validate` of 1,000 files", Ours: ms(t[0]), Other: "one `jq .` " + ms(t[2]), Ratio: ratio(t[0], t[2]), Bound: 0.5})
	b.add(row{What: "`flowctl fmt --check` of them", Ours: ms(t[1]), Other: "one `jq .` " + ms(t[2]), Ratio: ratio(t[1], t[2]), Bound: 0.5})
	if err := b.applies(ctx, dir); err != nil {
		return err
	}
	return b.plans(ctx, dir)
}

// applies compares applying a folder of new flows with importing it, each on new
// servers.
func (b *bench) applies(ctx context.Context, dir string) error {
	var imports, applies []time.Duration
	for range 5 {
		took, err := b.onNewServer(ctx, func(s *devServer) command {
			return command{name: b.flowctl, args: []string{"import", "-q", dir}, env: s.env()}
		}, nil, nil)
		if err != nil {
			return err
		}
		imports = append(imports, took)
		took, err = b.onNewServer(ctx, func(s *devServer) command {
			return command{name: b.flowctl, args: []string{"apply", "-q", "--yes", dir}, env: s.env()}
		}, nil, nil)
		if err != nil {
			return err
		}
		applies = append(applies, took)
		if err := os.Remove(filepath.Join(dir, "flowctl.lock")); err != nil {
			return err
		}
	}
	b.add(row{What: "`flowctl apply` of 1,000 new flows, 16 at a time", Ours: ms(median(applies)), Other: "import, 8 at a time, " + ms(median(imports)), Ratio: ratio(median(applies), median(imports)), Bound: 1.3})
	return nil
}

// plans measures a plan that finds nothing to do.
func (b *bench) plans(ctx context.Context, dir string) error {
	s, err := b.startServer(ctx)
	if err != nil {
		return err
	}
	run := func(args ...string) command { return command{name: b.flowctl, args: args, env: s.env()} }
	if _, err := run("apply", "-q", "--yes", dir).once(ctx, b.dir); err != nil {
		return err
	}
	t, err := compare(ctx, b.dir, 9, run("plan", dir), s.curl(s.URL+"/api/v1/flows/?include=graph&limit=1000"), run("validate", dir))
	if err != nil {
		return err
	}
	b.add(row{
		What: "`flowctl plan` of 1,000 files with nothing changed", Ours: ms(t[0]),
		Other: fmt.Sprintf("curl of the list and `validate` %s", ms(t[1]+t[2])), Ratio: ratio(t[0], t[1]+t[2]), Bound: 2,
	})
	plan, err := resident(ctx, run("plan", dir), b.dir)
	if err != nil {
		return err
	}
	version, err := resident(ctx, run("version"), b.dir)
	if err != nil {
		return err
	}
	size, err := sizeOf(dir)
	if err != nil {
		return err
	}
	b.add(row{
		What: "resident memory of that plan beyond `flowctl version`'s, times the files", Ours: fmt.Sprintf("%.0f - %.0f MB", float64(plan)/1e6, float64(version)/1e6),
		Other: fmt.Sprintf("the files: %.1f MB", float64(size)/1e6), Ratio: float64(plan-version) / float64(size), Bound: 3,
	})
	_, err = s.stop()
	return err
}

// sizeOf adds up the sizes of the flow files in a folder.
func sizeOf(dir string) (size int64, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, err
}
