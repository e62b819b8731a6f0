package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const manyFlows = 1000

// files measures the import and export of a folder.
func (b *bench) files(ctx context.Context) error {
	dir, err := b.flowFiles("many", manyFlows, 5000)
	if err != nil {
		return err
	}
	var ours, batch, loop, export, exportLoop []time.Duration
	for range 3 {
		took, err := b.onNewServer(ctx, func(s *devServer) command {
			return command{name: b.flowctl, args: []string{"import", "-q", dir}, env: s.env()}
		}, &export, &exportLoop)
		if err != nil {
			return err
		}
		ours = append(ours, took)
		if took, err = b.onNewServer(ctx, func(s *devServer) command { return b.curlBatch(s, dir) }, nil, nil); err != nil {
			return err
		}
		batch = append(batch, took)
		if took, err = b.onNewServer(ctx, func(s *devServer) command { return curlLoop(s, dir) }, nil, nil); err != nil {
			return err
		}
		loop = append(loop, took)
	}
	mine := median(ours)
	b.add(row{What: "import of 1,000 flows into a server: times faster", Ours: ms(mine), Other: "curl loop " + ms(median(loop)), Ratio: ratio(median(loop), mine), Bound: 25, AtLeast: true})
	b.add(row{What: "the same", Ours: ms(mine), Other: "one `curl -K` " + ms(median(batch)), Ratio: ratio(median(batch), mine), Bound: 1.5, AtLeast: true})
	b.add(row{What: "export of 1,000 flows into a new folder: times faster", Ours: ms(median(export)), Other: "curl loop " + ms(median(exportLoop)), Ratio: ratio(median(exportLoop), median(export)), Bound: 20, AtLeast: true})
	return nil
}

// onNewServer times one import into a new server, and, when asked to, exports of
// what is there then.
func (b *bench) onNewServer(ctx context.Context, imp func(*devServer) command, export, exportLoop *[]time.Duration) (time.Duration, error) {
	s, err := b.startServer(ctx)
	if err != nil {
		return 0, err
	}
	took, err := imp(s).once(ctx, b.dir)
	if err != nil {
		return 0, err
	}
	if export != nil {
		if err := b.exports(ctx, s, export, exportLoop); err != nil {
			return 0, err
		}
	}
	_, err = s.stop()
	return took, err
}

func (b *bench) exports(ctx context.Context, s *devServer, ours, loop *[]time.Duration) error {
	dir := filepath.Join(b.dir, fmt.Sprintf("export-%d", len(*ours)))
	took, err := (command{name: b.flowctl, args: []string{"export", "-q", "--all", "-d", dir}, env: s.env()}).once(ctx, b.dir)
	if err != nil {
		return err
	}
	*ours = append(*ours, took)
	written, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(written) != manyFlows {
		return fmt.Errorf("export wrote %d files, want %d (%w)", len(written), manyFlows, err)
	}
	loopDir := dir + "-loop"
	if err := os.Mkdir(loopDir, 0o755); err != nil { //nolint:gosec // scratch
		return err
	}
	script := fmt.Sprintf(`set -e; curl -sS --fail -H "Authorization: Bearer $FLOWCTL_TOKEN" "$FLOWCTL_SERVER/api/v1/flows/" |
		grep -o '"id":"[0-9a-f-]\{36\}"' | cut -d'"' -f4 | while read -r id; do
		curl -sS --fail -o %s/$id.json -H "Authorization: Bearer $FLOWCTL_TOKEN" "$FLOWCTL_SERVER/api/v1/flows/$id/export"; done`, loopDir)
	took, err = (command{name: "bash", args: []string{"-c", script}, env: s.env()}).once(ctx, b.dir)
	*loop = append(*loop, took)
	return err
}

func curlLoop(s *devServer, dir string) command {
	script := fmt.Sprintf(`set -e; for f in %s/*.json; do curl -sS --fail -o /dev/null -H "Authorization: Bearer $FLOWCTL_TOKEN" \
		-H 'Content-Type: application/json' --data-binary @"$f" "$FLOWCTL_SERVER/api/v1/flows/import"; done`, dir)
	return command{name: "bash", args: []string{"-c", script}, env: s.env()}
}

// curlBatch is one curl process that sends all files over one connection.
func (b *bench) curlBatch(s *devServer, dir string) command {
	var conf strings.Builder
	for i := range manyFlows {
		if i > 0 {
			conf.WriteString("next\n")
		}
		fmt.Fprintf(&conf, "url = \"%s/api/v1/flows/import\"\nheader = \"Authorization: Bearer %s\"\nheader = \"Content-Type: application/json\"\ndata-binary = \"@%s/flow-%04d.json\"\noutput = \"/dev/null\"\nfail\nsilent\n",
			s.URL, s.Key, dir, i)
	}
	path := filepath.Join(b.dir, "curl.conf")
	_ = os.WriteFile(path, []byte(conf.String()), 0o600) // curl says so if it is not there
	return command{name: "curl", args: []string{"-K", path}}
}
