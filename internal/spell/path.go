package spell

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// NoSuchFile returns the error of a path that does not exist, with the file or folder
// that it is closest to. The path itself is not in its text.
func NoSuchFile(path string) error {
	text := "no such file or folder"
	if meant := Path(path); meant != "" {
		text += didYouMean(meant)
	}
	return errors.New(text)
}

// Path returns the existing path that a wrong one is closest to, in the same folder, "" if
// none is close.
func Path(wrong string) string {
	dir, name := filepath.Split(filepath.Clean(wrong))
	entries, _ := os.ReadDir(cmp.Or(dir, ".")) // none is close in a folder that cannot be read
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	if name = Nearest(name, names, max(1, len(stem)/3)); name == "" {
		return ""
	}
	return filepath.Join(dir, name)
}
