package client

import (
	"context"

	"github.com/flowctl/flowctl/internal/limits"
)

// guard refuses a call whose body would break every list of Open WebUI, or lose a number.
func (s *FlowsService) guard(ctx context.Context, k *call) error {
	why := limits.OpenWebUI(k.body)
	if why == "" || s.c.isOurs(ctx) {
		return nil
	}
	return s.c.refuse(k, ErrInvalid, why, "change that first")
}
