package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
)

// filesPath is where the backend has files; its pipelines take such paths.
const filesPath = "/api/v1/files/"

// ownImages is a model that is handed the content of images, and never their
// addresses.
type ownImages struct{ engine.ChatModel }

// OwnImages keeps flows from having a model fetch images by their addresses: the
// model's server may reach what the author of the flow cannot. Content and the
// backend's files go through.
func OwnImages(m engine.ChatModel) engine.ChatModel { return ownImages{m} }

// Chat implements [engine.ChatModel].
func (m ownImages) Chat(ctx context.Context, req engine.ChatRequest, delta func(string)) (json.RawMessage, error) {
	for _, message := range req.Messages {
		for _, part := range message.Parts {
			if part.Image != "" && !strings.HasPrefix(part.Image, "data:") && !isFilePath(part.Image) {
				return nil, fmt.Errorf("the image %.80q is an address, which this server hands to no model; use a file, or a data: URL", part.Image)
			}
		}
	}
	return m.ChatModel.Chat(ctx, req, delta)
}

func isFilePath(path string) bool {
	return strings.HasPrefix(path, filesPath) && !strings.Contains(path, "..")
}
