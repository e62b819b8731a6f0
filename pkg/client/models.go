package client

import "context"

// ModelsService knows the backend's models.
type ModelsService struct{ c *conn }

// Model is an AI model that the backend offers.
type Model struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// List gives the models that the caller may use.
func (s *ModelsService) List(ctx context.Context) ([]Model, error) {
	return nil, errNotBuilt
}
