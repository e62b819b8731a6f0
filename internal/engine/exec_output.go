package engine

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// output shows the first input.
func output(ctx context.Context, c *Call) (js.Value, error) {
	var in js.Value = js.Undefined{}
	if len(c.Inputs) > 0 {
		in = c.Inputs[0]
	}
	if c.Node.Option("format") == "file" {
		return c.showFile(ctx, in)
	}
	return c.semantics.Show(c, in)
}

// showFile makes a file of the input: a data: URL is uploaded, anything else is
// the id of a file.
func (c *Call) showFile(ctx context.Context, in js.Value) (js.Value, error) {
	text, ok := js.AsString(in)
	if !ok {
		return nil, fail(NoFile)
	}
	fileType := c.Node.Field("fileType")
	if !js.Truthy(fileType) {
		fileType = js.String("image")
	}
	if c.Services.Files == nil {
		return nil, errNoFiles
	}
	if strings.HasPrefix(text, "data:") {
		id, err := c.upload(ctx, text, js.ToString(fileType))
		if err != nil {
			return nil, &Failure{UploadFile, err}
		}
		return shownFile(id, fileType), nil
	}
	id, contentType, err := c.semantics.FindFile(ctx, c, text)
	if err != nil {
		return nil, err
	}
	for _, known := range []string{"image", "video", "audio"} {
		if strings.HasPrefix(contentType, known+"/") {
			fileType = js.String(known)
		}
	}
	return shownFile(id, fileType), nil
}

func shownFile(id string, fileType js.Value) js.Value {
	return js.Object{{Key: "fileId", Value: js.String(id)}, {Key: "fileType", Value: fileType}}
}

// upload stores the content of a data: URL.
func (c *Call) upload(ctx context.Context, dataURL, fileType string) (id string, err error) {
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
		err = fail(NoFileID)
	}
	return id, err
}

// parseDataURL reads data:[type][;base64],content (RFC 2397).
func parseDataURL(dataURL string) (contentType string, data []byte, err error) {
	head, content, ok := strings.Cut(strings.TrimPrefix(dataURL, "data:"), ",")
	if !ok {
		return "", nil, fail(NotDataURL)
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
		return "", nil, fail(NotDataURL)
	}
	return contentType, data, nil
}
