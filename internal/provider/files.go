package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"

	"github.com/flowctl/flowctl/internal/engine"
)

// Content implements [engine.Files].
func (b *Backend) Content(ctx context.Context, id string) (contentType string, data []byte, err error) {
	resp, err := b.conn.do(ctx, request{method: http.MethodGet, path: filePath(id) + "/content", accept: "*/*"})
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	contentType, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	data, err = b.conn.read(resp.Body)
	return contentType, data, err
}

// ContentType implements [engine.Files].
func (b *Backend) ContentType(ctx context.Context, id string) (string, error) {
	file, err := b.file(ctx, id)
	return file.Meta.ContentType, err
}

// fileInfo is what the server has about a file, as far as it is read.
type fileInfo struct {
	Filename string
	Meta     struct {
		ContentType string `json:"content_type"`
	}
}

func (b *Backend) file(ctx context.Context, id string) (info fileInfo, err error) {
	if id == "" {
		return info, errNoID
	}
	answer, err := b.get(ctx, filePath(id))
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal(answer, &info); err != nil {
		return info, fmt.Errorf("the server's answer about the file is not what it should be: %w", err)
	}
	return info, nil
}

// Open opens a file of any size for reading. The name is the one that it was
// uploaded under.
func (b *Backend) Open(ctx context.Context, id string) (name, contentType string, content io.ReadCloser, err error) {
	info, err := b.file(ctx, id)
	if err != nil {
		var refused *engine.HTTPError
		if errors.As(err, &refused) && refused.StatusCode == http.StatusNotFound {
			err = fmt.Errorf("%w; %s has no such file, or it is not yours (a flowctl server has none: its runs keep theirs at its --backend-url)", err, b.conn.host())
		}
		return "", "", nil, err
	}
	resp, err := b.conn.do(ctx, request{method: http.MethodGet, path: filePath(id) + "/content", accept: "*/*"})
	if err != nil {
		return "", "", nil, err
	}
	return info.Filename, info.Meta.ContentType, resp.Body, nil
}

func filePath(id string) string { return filesPath + url.PathEscape(id) }

// Upload implements [engine.Files].
func (b *Backend) Upload(ctx context.Context, name, contentType, fileType string, data []byte) (string, error) {
	metadata, err := json.Marshal(map[string]string{"source": "flow", "type": fileType})
	if err != nil {
		return "", err
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {mime.FormatMediaType("form-data", map[string]string{"name": "file", "filename": name})},
		"Content-Type":        {contentType},
	})
	if err == nil {
		_, err = part.Write(data)
	}
	if err == nil {
		err = w.WriteField("metadata", string(metadata))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return "", fmt.Errorf("make the form: %w", err)
	}
	answer, err := b.call(ctx, request{
		method: http.MethodPost, path: filesPath, body: form.Bytes(), contentType: w.FormDataContentType(),
	})
	if err != nil {
		return "", err
	}
	var file struct{ ID string }
	if err := json.Unmarshal(answer, &file); err != nil {
		return "", fmt.Errorf("the server's answer to the upload is not what it should be: %w", err)
	}
	return file.ID, nil
}
