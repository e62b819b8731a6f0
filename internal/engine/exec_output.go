package engine

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
)

// output shows the first input.
func output(ctx context.Context, c *call) (js.Value, error) {
	var in js.Value = js.Undefined{}
	if len(c.inputs) > 0 {
		in = c.inputs[0]
	}
	switch c.node.option("format") {
	case "file":
		return c.showFile(ctx, in)
	case "json":
		var err error
		if in, err = c.semantics.readJSON(c, in); err != nil {
			return nil, err
		}
	}
	shown := js.Object{{Key: "value", Value: in}}
	if !c.scope.accumulating {
		return shown, nil
	}
	before, _ := js.Get(c.scope.of(c.node).value, "iterationResults").(js.Array)
	return append(shown, js.Member{Key: "iterationResults", Value: append(slices.Clone(before), in)}), nil
}

// showFile makes a file of the input: a data: URL is uploaded, anything else is
// the id of a file.
func (c *call) showFile(ctx context.Context, in js.Value) (js.Value, error) {
	text, ok := js.AsString(in)
	if !ok {
		return nil, c.rules.errorf("Invalid file input - expected base64 data or file ID", "the node shows a file, and has none for its input")
	}
	fileType := c.node.field("fileType")
	if !js.Truthy(fileType) {
		fileType = js.String("image")
	}
	if c.Services.Files == nil {
		return nil, errNoFiles
	}
	if strings.HasPrefix(text, "data:") {
		id, err := c.upload(ctx, text, js.ToString(fileType))
		if err != nil {
			return nil, c.rules.errorf("Failed to upload file: %w", "upload the file: %w", err)
		}
		return shownFile(id, fileType), nil
	}
	id := text
	if trimmed := js.Trim(text); c.rules.Files || browser.IsFileID(trimmed) {
		id = trimmed
	}
	contentType, err := retried(ctx, c, func() (string, error) { return c.Services.Files.ContentType(ctx, id) })
	if err != nil && c.rules.Files {
		return nil, fmt.Errorf("look for the file %.80q: %w", id, err)
	}
	for _, known := range []string{"image", "video", "audio"} {
		if err == nil && strings.HasPrefix(contentType, known+"/") {
			fileType = js.String(known)
		}
	}
	return shownFile(id, fileType), nil
}

func shownFile(id string, fileType js.Value) js.Value {
	return js.Object{{Key: "fileId", Value: js.String(id)}, {Key: "fileType", Value: fileType}}
}

// upload stores the content of a data: URL.
func (c *call) upload(ctx context.Context, dataURL, fileType string) (id string, err error) {
	contentType, data, err := parseDataURL(dataURL)
	if err != nil {
		return "", err
	}
	ext := "bin"
	if kind, sub, _ := strings.Cut(contentType, "/"); kind == "image" || kind == "video" || kind == "audio" {
		ext = sub
	}
	id, err = c.Services.Files.Upload(ctx, "flow-output."+ext, contentType, fileType, data)
	if err == nil && id == "" {
		err = c.rules.errorf("File upload failed", "the server gave no id")
	}
	return id, err
}

// parseDataURL reads data:[type][;base64],content (RFC 2397).
func parseDataURL(dataURL string) (contentType string, data []byte, err error) {
	head, content, ok := strings.Cut(strings.TrimPrefix(dataURL, "data:"), ",")
	if !ok {
		return "", nil, browser.Errorf("Failed to fetch")
	}
	text, err := url.PathUnescape(content)
	if err != nil {
		return "", nil, fmt.Errorf("read a data: URL: %w", err)
	}
	contentType, isBase64 := strings.CutSuffix(head, ";base64")
	if contentType == "" {
		contentType = "text/plain;charset=US-ASCII"
	}
	if !isBase64 {
		return contentType, []byte(text), nil
	}
	text = strings.TrimRight(strings.Join(strings.Fields(text), ""), "=")
	if data, err = base64.RawStdEncoding.DecodeString(text); err != nil {
		return "", nil, browser.Errorf("Failed to fetch") // as Chrome does
	}
	return contentType, data, nil
}
