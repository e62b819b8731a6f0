package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// startup measures what every call of flowctl costs before it does anything.
func (b *bench) startup(ctx context.Context) error {
	allocs, err := b.initAllocations(ctx)
	if err != nil {
		return err
	}
	b.add(row{What: "allocations before main (`GODEBUG=inittrace=1 flowctl version`)", Ours: strconv.Itoa(allocs), Ratio: float64(allocs), Bound: 9000})

	src := filepath.Join(b.dir, "hello.go")
	if err := os.WriteFile(src, []byte("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n"), 0o600); err != nil {
		return err
	}
	hello := filepath.Join(b.dir, "hello")
	if err := build(ctx, hello, src); err != nil {
		return err
	}
	t, err := compare(ctx, b.dir, 61, command{name: b.flowctl, args: []string{"version"}}, command{name: hello})
	if err != nil {
		return err
	}
	b.add(row{What: "`flowctl version`", Ours: ms(t[0]), Other: "Go hello world " + ms(t[1]), Ratio: ratio(t[0], t[1]), Bound: 5})
	if err := b.smallRun(ctx); err != nil {
		return err
	}
	return b.lists(ctx)
}

// smallRun measures `flowctl run` of a flow that does nothing.
func (b *bench) smallRun(ctx context.Context) error {
	path := filepath.Join(b.dir, "small.json")
	const text = `{"nodes":[{"id":"in","type":"input","data":{"value":"x"}},{"id":"out","type":"output","data":{}}],"edges":[{"id":"e","source":"in","target":"out"}]}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	t, err := compare(ctx, b.dir, 61, command{name: b.flowctl, args: []string{"run", path}}, command{name: b.flowctl, args: []string{"version"}})
	if err != nil {
		return err
	}
	b.add(row{What: "`flowctl run` of an input → output flow", Ours: ms(t[0]), Other: "`flowctl version` " + ms(t[1]), Ratio: ratio(t[0], t[1]), Bound: 1.5})
	return nil
}

// initAllocations adds up the allocations of all package initialisers.
func (b *bench) initAllocations(ctx context.Context) (int, error) {
	cmd := exec.CommandContext(ctx, b.flowctl, "version")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("flowctl version: %w", err)
	}
	sum := 0
	for _, m := range regexp.MustCompile(`(?m)^init .* (\d+) allocs$`).FindAllSubmatch(out, -1) {
		n, err := strconv.Atoi(string(m[1]))
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// lists measures `flowctl list -o json` of 30 flows, from a server and from the
// embedded store, against curl.
func (b *bench) lists(ctx context.Context) error {
	files, err := b.flowFiles("thirty", 30, 5000)
	if err != nil {
		return err
	}
	s, err := b.startServer(ctx)
	if err != nil {
		return err
	}
	for _, env := range [][]string{s.env(), nil} {
		if _, err := (command{name: b.flowctl, args: []string{"import", files}, env: env}).once(ctx, b.dir); err != nil {
			return err
		}
	}
	list := []string{"list", "-o", "json"}
	t, err := compare(ctx, b.dir, 61,
		command{name: b.flowctl, args: list, env: s.env()},
		command{name: b.flowctl, args: list},
		s.curl(s.URL+"/api/v1/flows/"))
	if err != nil {
		return err
	}
	b.add(row{What: "`flowctl list -o json`, 30 flows, from a server", Ours: ms(t[0]), Other: "curl " + ms(t[2]), Ratio: ratio(t[0], t[2]), Bound: 1})
	b.add(row{What: "the same from the embedded store", Ours: ms(t[1]), Other: "curl " + ms(t[2]), Ratio: ratio(t[1], t[2]), Bound: 1.3})
	_, err = s.stop()
	return err
}
