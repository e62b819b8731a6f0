package server

import (
	"fmt"
	"testing"

	"github.com/flowctl/flowctl/pkg/flow"
)

// TestExecutionStatsJSON: the mean is spelt as Python's json spells floats.
func TestExecutionStatsJSON(t *testing.T) {
	for mean, want := range map[float64]string{
		0: "0.0", 12: "12.0", 12.5: "12.5", 1.0 / 3: "0.3333333333333333", 1e15: "1000000000000000.0", 1e16: "1e+16", 0.0001: "0.0001", 0.00001: "1e-05",
	} {
		got, err := statsJSON(&flow.ExecutionStats{AverageTime: &mean})
		whole := fmt.Sprintf(`{"total_executions":0,"success_count":0,"error_count":0,"aborted_count":0,"avg_execution_time":%s,"last_execution_at":null}`, want)
		if err != nil || string(got) != whole {
			t.Errorf("%v is written as %s, %v; want %s", mean, got, err, whole)
		}
	}
	if got, err := statsJSON(&flow.ExecutionStats{}); err != nil || string(got) !=
		`{"total_executions":0,"success_count":0,"error_count":0,"aborted_count":0,"avg_execution_time":null,"last_execution_at":null}` {
		t.Errorf("without a mean got %s, %v", got, err)
	}
}
