package engine

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
)

var errNoFiles = errors.New("the node needs a file of the server, and no server is configured")

// Media returns files as parts of a message, images apart from videos.
func (c *Call) Media(ctx context.Context, files []string) (images, videos []Part, err error) {
	for _, file := range files {
		url, isVideo, err := c.dataURL(ctx, file)
		switch {
		case err != nil:
			return nil, nil, err
		case isVideo:
			videos = append(videos, Part{Image: url})
		default:
			images = append(images, Part{Image: url})
		}
	}
	return images, videos, nil
}

// dataURL returns the content of a file in a URL; a file that is a URL stays what
// it is.
func (c *Call) dataURL(ctx context.Context, file string) (url string, isVideo bool, err error) {
	if strings.Contains(file, ":") {
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
	if err != nil {
		return "", false, err
	}
	if contentType == "" {
		contentType = "image/png"
	}
	if err := c.Take(3 * len(data)); err != nil { // with its base64
		return "", false, err
	}
	url = "data:" + contentType + ";base64," + base64.StdEncoding.EncodeToString(data)
	return url, strings.HasPrefix(contentType, "video/"), nil
}
