package server

import (
	"compress/gzip"
	_ "embed"
	"io/fs"
	"net/http"
	"strings"

	"github.com/swaggest/swgui/v5/static"
)

// The contract. openapi.json is made of openapi.yaml, which is the one to edit; a
// test makes it anew with -update, and fails when it is out of date.
var (
	//go:embed openapi.json
	openAPIJSON []byte
	//go:embed docs.html
	docsHTML []byte
	//go:embed docs.js
	docsJS []byte
)

// docsPolicy lets the documentation load what comes with it, and call this server:
// nothing from elsewhere. Swagger UI sets styles in its elements and has pictures
// in its stylesheet.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (s *Server) openAPI(c *call) error {
	c.json(http.StatusOK, openAPIJSON)
	return nil
}

func (s *Server) docs(c *call) error {
	h := c.Header()
	h.Set("Content-Security-Policy", docsPolicy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = c.Write(docsHTML)
	return nil
}

// docsElsewhere sends to /docs, where the page finds its files. The address is
// relative, so that it holds with a proxy that puts the server below a path.
func (s *Server) docsElsewhere(c *call) error {
	c.Header().Set("Location", "../docs")
	c.WriteHeader(http.StatusMovedPermanently)
	return nil
}

// docsAssetType returns the media type of a file under /docs/, "" if there is no
// such file.
func docsAssetType(name string) string {
	switch name {
	case "docs.js", "swagger-ui-bundle.js":
		return "text/javascript; charset=utf-8"
	case "swagger-ui.css":
		return "text/css; charset=utf-8"
	case "favicon-32x32.png":
		return "image/png"
	}
	return ""
}

// docsAsset serves a file of the documentation. Swagger UI's own are embedded
// compressed and go out so, as every browser likes it.
func (s *Server) docsAsset(c *call) error {
	name := c.r.PathValue("asset")
	kind := docsAssetType(name)
	if kind == "" {
		return errNotFound
	}
	h := c.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=3600")
	if name == "docs.js" {
		_, _ = c.Write(docsJS)
		return nil
	}
	if f, err := fs.ReadFile(static.FS, name); err == nil {
		_, _ = c.Write(f)
		return nil
	}
	h.Set("Vary", "Accept-Encoding")
	f, err := static.FS.Open(name + ".gz")
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return c.sendGzip(f)
}

// sendGzip answers with a compressed file.
func (c *call) sendGzip(f fs.File) error {
	if strings.Contains(c.r.Header.Get("Accept-Encoding"), "gzip") {
		c.Header().Set("Content-Encoding", "gzip")
		return c.copy(f)
	}
	plain, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	return c.copy(plain)
}
