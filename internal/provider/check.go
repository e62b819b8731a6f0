package provider

import (
	"context"
	"errors"
	"net/http"

	"github.com/flowctl/flowctl/internal/engine"
)

// Check asks the backend who the key is, and says why it cannot be used: nobody
// answers, a web page does, or the key is refused.
func (b *Backend) Check(ctx context.Context) error {
	_, err := (&Backend{b.conn.forOperator()}).get(ctx, "/api/v1/auths/")
	return unusable(err)
}

// Check asks for the list of models, and says why they cannot be used: nobody
// answers, or the key is refused. Not every such server has the list.
func (m *openAI) Check(ctx context.Context) error {
	resp, err := m.conn.forOperator().do(ctx, request{method: http.MethodGet, path: "/models", accept: "application/json"})
	if err == nil {
		err = resp.Body.Close()
	}
	return unusable(err)
}

// unusable leaves out the answers that say nothing against other calls.
func unusable(err error) error {
	var answer *engine.HTTPError
	if errors.As(err, &answer) && answer.StatusCode != http.StatusUnauthorized && answer.StatusCode != http.StatusForbidden {
		return nil
	}
	return err
}
