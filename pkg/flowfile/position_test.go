package flowfile

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/pkg/flow"
)

func itoa(i int) string { return strconv.Itoa(i) }

func TestPosition(t *testing.T) {
	const text = `[{"name":"é", "nodes":[]},
{
  "version": "1.0",
  "flow": {
    "name": "名前", "a/b~c": {"": 1},
    "nodes": [
      {"id": "x"}, {
        "id": 5,
        "da\u0074a": {"fileIds": ["a", 7]}
      }
    ]
  }
}]`
	files, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		file    int
		pointer string
		want    string
	}{
		{1, "", "4:11"},
		{1, "/name", "5:13"},
		{1, "/a~1b~0c", "5:28"},
		{1, "/a~1b~0c/", "5:33"},
		{1, "/nodes", "6:14"},
		{1, "/nodes/0", "7:7"},
		{1, "/nodes/1", "7:20"},
		{1, "/nodes/1/id", "8:15"},
		{1, "/nodes/1/data/fileIds/1", "9:40"},
		{1, "/nodes/0/id", "7:14"}, // back again
		{0, "/name", "1:10"},
		{0, "/nodes", "1:23"},
		// What is not there is where it would be.
		{1, "/edges/3/source", "4:11"},
		{1, "/nodes/7/id", "6:14"},
		{1, "/nodes/x", "6:14"},
		{1, "/nodes/-1", "6:14"},
		{1, "/nodes/0/position/x", "7:7"},
		{1, "/name/x", "5:13"},
	}
	for _, tt := range tests {
		line, col := files[tt.file].Position(tt.pointer)
		if got := fmt.Sprintf("%d:%d", line, col); got != tt.want {
			t.Errorf("file %d, %s: %s, want %s", tt.file, tt.pointer, got, tt.want)
		}
	}
	if line, col := (&File{}).Position("/name"); line != 0 || col != 0 {
		t.Errorf("not read: %d:%d", line, col)
	}
}

// Asking for the places of very many problems of one long line must not start at
// the beginning each time.
func TestPositionManyProblems(t *testing.T) {
	const n = 50_000
	files, err := read(`{"name":"n","nodes":[` + strings.Repeat(`{"id":"","type":"input"},`, n) + `{}]}`)
	if err != nil {
		t.Fatal(err)
	}
	problems := flow.Validate(files[0].Spec)
	for i, p := range problems[:n] {
		if _, col := files[0].Position(p.Pointer); col != 22+25*i {
			t.Fatalf("problem %d is at column %d", i, col)
		}
	}
}

func TestIDPosition(t *testing.T) {
	tests := []struct {
		text      string
		line, col int
	}{
		{`{"id":"x","flow":{"nodes":[],"id":"y"}}`, 1, 7},
		{"{\"flow\":{\"nodes\":[],\n\"id\":\"y\"}}", 2, 6},
		{"{\"id\":\"\",\"flow\":{\"nodes\":[],\n\"id\":\"y\"}}", 2, 6},
		{"{\"nodes\":[],\"é\":1,\n \"id\":\"y\"}", 2, 7},
	}
	for _, tt := range tests {
		f := parse(t, tt.text)
		if line, col := f.MemberPosition("id"); line != tt.line || col != tt.col || f.ID == "" {
			t.Errorf("%s: id %q at %d:%d, want %d:%d", tt.text, f.ID, line, col, tt.line, tt.col)
		}
	}
	if line, col := (&File{ID: "x"}).MemberPosition("id"); line != 0 || col != 0 {
		t.Errorf("a flow that was not read: %d:%d", line, col)
	}
}
