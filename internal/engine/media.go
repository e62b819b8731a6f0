package engine

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/browser"
)

var errNoFiles = errors.New("the node needs a file of the server, and no server is configured")

// message is what the model is sent. Files go along as images: to a pipeline, in
// the browser, by their paths on the backend, to any other model by content.
func (c *call) message(ctx context.Context, model string, p prompt) (Message, error) {
	m := Message{Role: "user", Text: p.text}
	if len(p.files) == 0 {
		return m, nil
	}
	if !c.rules.Files && browser.IsPipeline(model) {
		m.Images = p.files
		m.Parts = []Part{{Text: p.text}}
		for _, id := range p.files {
			m.Parts = append(m.Parts, Part{Image: "/api/v1/files/" + id + "/content"})
		}
		return m, nil
	}
	var images, videos []Part
	var urls []string
	for _, file := range p.files {
		url, isVideo, err := c.dataURL(ctx, file)
		if err != nil {
			return Message{}, c.rules.errorf("Failed to fetch media: %w", "get a file: %w", err)
		}
		if isVideo {
			videos, urls = append(videos, Part{Image: url}), append(urls, url)
		} else {
			images = append(images, Part{Image: url})
		}
	}
	if len(videos) > 0 && !c.rules.Files {
		p.text = strings.Join(urls, "\n") + "\n\n" + p.text
	}
	m.Parts = append([]Part{{Text: p.text}}, append(images, videos...)...)
	return m, nil
}

// dataURL returns the content of a file in a URL; a file that is a URL stays what
// it is.
func (c *call) dataURL(ctx context.Context, file string) (url string, isVideo bool, err error) {
	if c.rules.Files && strings.Contains(file, ":") {
		return file, strings.HasPrefix(file, "data:video/"), nil
	}
	if c.Services.Files == nil {
		return "", false, errNoFiles
	}
	var contentType string
	data, err := retried(ctx, c, func() (data []byte, err error) {
		contentType, data, err = c.Services.Files.Content(ctx, file)
		return data, err
	})
	var answer *HTTPError
	if errors.As(err, &answer) && !c.rules.Files {
		err = browser.Errorf("Failed to fetch media: %s", answer.Reason)
	}
	if err != nil {
		return "", false, err
	}
	if contentType == "" {
		contentType = "image/png"
	}
	if err := c.take(3 * len(data)); err != nil { // with its base64
		return "", false, err
	}
	url = "data:" + contentType + ";base64," + base64.StdEncoding.EncodeToString(data)
	return url, strings.HasPrefix(contentType, "video/"), nil
}
