package client

import (
	"errors"
	"io"
	"iter"

	"github.com/go-json-experiment/json/jsontext"
)

// notList is the beginning of an answer that is not a JSON array.
type notList struct{ begin []byte }

func (*notList) Error() string { return "no JSON array" }

// elements goes through the elements of a JSON array while it comes in, holding
// one of them at a time; it is valid until the next one. It closes body.
func elements(body io.ReadCloser) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		defer func() { _ = body.Close() }()
		// What a flow may hold is for pkg/flow to say.
		d := jsontext.NewDecoder(body, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		if d.PeekKind() != '[' {
			begin, err := begins(d, body)
			if err == nil {
				err = &notList{begin}
			}
			yield(nil, err)
			return
		}
		_, err := d.ReadToken()
		for err == nil && d.PeekKind() != ']' {
			var raw jsontext.Value
			if raw, err = d.ReadValue(); err == nil && !yield(raw, nil) {
				return
			}
		}
		if err == nil {
			_, err = d.ReadToken() // the closing bracket
		}
		if err == nil {
			// Read to the end, for the connection to be used again.
			if _, err = d.ReadToken(); errors.Is(err, io.EOF) {
				return
			}
		}
		if err == nil {
			err = errors.New("something follows the list")
		}
		yield(nil, err)
	}
}

// begins returns the beginning of what a decoder has not taken for JSON.
func begins(d *jsontext.Decoder, body io.Reader) ([]byte, error) {
	begin := append([]byte(nil), d.UnreadBuffer()...)
	rest, err := io.ReadAll(io.LimitReader(body, 4<<10))
	return append(begin, rest...), err
}
