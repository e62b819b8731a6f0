package client

import (
	"context"
	"net/http"
)

// ModelsService knows the backend's models.
type ModelsService struct{ c *conn }

// Model is an AI model that the backend offers.
type Model struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// List returns the models that the caller may use. Our own server offers none:
// [ErrNotFound].
func (s *ModelsService) List(ctx context.Context) ([]Model, error) {
	var list struct {
		Data []Model `json:"data"`
	}
	_, err := s.c.into(ctx, &call{verb: "list models", method: http.MethodGet, path: "/api/models"}, &list, "a list of models")
	return list.Data, s.c.noList(err)
}
