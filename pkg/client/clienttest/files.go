package clienttest

import (
	"encoding/json"
	"io"
	"net/http"
	"path"
	"slices"

	"github.com/google/uuid"
)

// File is an uploaded file.
type File struct {
	ID, Owner         string
	Name, ContentType string
	Data              []byte
}

// Picture is the only file of a [Backend] whose options name none, Ann's.
func Picture() File {
	return File{ID: "image-1", Owner: "ann-id", Name: "picture.png", ContentType: "image/png", Data: []byte("PIXELS")}
}

func fileJSON(f *File) map[string]any {
	return map[string]any{
		"id": f.ID, "user_id": f.Owner, "filename": f.Name, "data": map[string]string{},
		"meta": map[string]any{"name": f.Name, "content_type": f.ContentType, "size": len(f.Data)},
	}
}

// listFiles has the caller's own files, an administrator's all (routers/files.py,
// list_files).
func (b *Backend) listFiles(w http.ResponseWriter, _ *http.Request, u *User) {
	rows := []map[string]any{}
	for _, f := range b.files {
		if u.Role == "admin" || f.Owner == u.ID {
			rows = append(rows, fileJSON(f))
		}
	}
	reply(w, rows)
}

// upload keeps a file of a form (upload_file).
func (b *Backend) upload(w http.ResponseWriter, r *http.Request, u *User) {
	part, head, err := r.FormFile("file")
	if err != nil {
		invalid(w, []problem{{Type: "missing", Loc: []any{"body", "file"}, Msg: "Field required", Input: json.RawMessage("null")}})
		return
	}
	data, err := io.ReadAll(part)
	if err != nil {
		fail(w, http.StatusBadRequest, "[ERROR: Error uploading file]")
		return
	}
	f := &File{ID: uuid.NewString(), Owner: u.ID, Name: path.Base(head.Filename), ContentType: head.Header.Get("Content-Type"), Data: data}
	b.files = append(b.files, f)
	row := fileJSON(f)
	row["status"] = true
	reply(w, row)
}

// file returns the file that a request names; nil if that was answered. Those of
// others are not there, but for administrators (get_file_by_id).
func (b *Backend) file(w http.ResponseWriter, r *http.Request, u *User) *File {
	i := slices.IndexFunc(b.files, func(f *File) bool { return f.ID == r.PathValue("id") && (u.Role == "admin" || f.Owner == u.ID) })
	if i < 0 {
		fail(w, http.StatusNotFound, notFound)
		return nil
	}
	return b.files[i]
}

func (b *Backend) getFile(w http.ResponseWriter, r *http.Request, u *User) {
	if f := b.file(w, r, u); f != nil {
		reply(w, fileJSON(f))
	}
}

func (b *Backend) fileContent(w http.ResponseWriter, r *http.Request, u *User) {
	if f := b.file(w, r, u); f != nil {
		w.Header().Set("Content-Type", f.ContentType)
		_, _ = w.Write(f.Data)
	}
}
