package server

import (
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Limits of the statistics about times, tokens and nodes, which are over the newest
// executions only.
const (
	statsRows  = 1000
	statsBytes = 16 << 20
	statsNodes = 10_000

	statsMemory = 8 << 20 // about what they take
)

// executionStats answers with the counts that Open WebUI has, and next to them
// percentiles, tokens and what the nodes did, of the newest executions.
func (s *Server) executionStats(c *call) error {
	flowID, userID, err := c.ofFlow()
	if err != nil {
		return err
	}
	stats, err := s.st.ExecutionStats(c.r.Context(), flowID, userID)
	if err != nil {
		return err
	}
	if err := c.reserve(statsMemory); err != nil {
		return err
	}
	d := newDetails()
	if err := s.st.ExecutionMetas(c.r.Context(), flowID, userID, statsRows, statsBytes, d.add); err != nil {
		return err
	}
	d.fill(stats)
	b, err := statsJSON(stats)
	if err != nil {
		return err
	}
	c.json(http.StatusOK, b)
	return nil
}

// statsJSON writes the mean time as Open WebUI does, a float even without a fraction: 12.0.
func statsJSON(stats *flow.ExecutionStats) ([]byte, error) {
	b, err := json.Marshal(stats)
	if err != nil || stats.AverageTime == nil {
		return b, err
	}
	o, err := rawjson.ParseObject(b)
	o.Set("avg_execution_time", pythonFloat(*stats.AverageTime))
	return o.AppendJSON(nil), err
}

// pythonFloat spells a finite number as Python's repr of a float does.
func pythonFloat(x float64) json.RawMessage {
	format := byte('f')
	if size := math.Abs(x); size != 0 && (size < 1e-4 || size >= 1e16) {
		format = 'e'
	}
	text := strconv.FormatFloat(x, format, -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return json.RawMessage(text)
}

// details collects statistics from the meta of executions.
type details struct {
	times     []int64
	tokens    flow.Usage
	hasTokens bool // an execution has tokens
	order     []string
	nodes     map[string]*nodeDetails
}

type nodeDetails struct {
	flow.NodeStats
	times []int64
}

func newDetails() *details { return &details{nodes: map[string]*nodeDetails{}} }

func (d *details) add(e *store.Execution) {
	if e.ExecutionTime != nil {
		d.times = append(d.times, *e.ExecutionTime)
	}
	meta := flow.ParseRunMeta(e.Meta)
	if meta.Tokens != nil {
		d.hasTokens = true
		engine.AddUsage(&d.tokens, *meta.Tokens)
	}
	for _, n := range meta.Nodes {
		d.addNode(n)
	}
}

func (d *details) addNode(ran flow.NodeRun) {
	n := d.nodes[ran.ID]
	if n == nil {
		if len(d.nodes) == statsNodes {
			return
		}
		n = &nodeDetails{NodeStats: flow.NodeStats{ID: ran.ID}}
		d.nodes[ran.ID] = n
		d.order = append(d.order, ran.ID)
	}
	switch ran.Status {
	case flow.NodeSuccess:
		n.Success++
	case flow.NodeError:
		n.Errors++
	case flow.NodeSkipped:
		n.Skipped++
	}
	if ran.Time != nil {
		n.times = append(n.times, *ran.Time)
	}
	if ran.Tokens != nil {
		engine.AddUsage(&n.Tokens, *ran.Tokens)
	}
}

// fill adds the details to stats.
func (d *details) fill(stats *flow.ExecutionStats) {
	stats.P50, stats.P95 = percentile(d.times, 0.5), percentile(d.times, 0.95)
	if d.hasTokens {
		stats.Tokens = &d.tokens
	}
	for _, id := range d.order {
		n := d.nodes[id]
		n.P50, n.P95 = percentile(n.times, 0.5), percentile(n.times, 0.95)
		stats.Nodes = append(stats.Nodes, n.NodeStats)
	}
}

// percentile returns the nearest-rank percentile of sorted times, nil if there are none.
func percentile(times []int64, p float64) *int64 {
	if len(times) == 0 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(times))
	return &sorted[max(int(math.Ceil(p*float64(len(sorted))))-1, 0)]
}
