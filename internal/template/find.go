package template

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/examples"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/limits"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/spell"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// BuiltIn is the source of the templates that flowctl itself has.
const BuiltIn = "built in"

// EmptyName is the name of the template that a flow is made from if none is chosen.
const EmptyName = "empty"

//go:embed empty.json
var empty []byte

// Empty returns the template of an input, a model and an output.
func Empty() Template { return parse(empty, EmptyName, BuiltIn) }

// List returns the templates for a folder, by name: those that flowctl itself has, and those
// of the repository's .flowctl.yaml, which win over others of the same name. The error is a
// [repo.ConfigError], or of the folder of templates.
func List(dir string) ([]Template, error) {
	byName := map[string]Template{EmptyName: Empty()}
	files := examples.Files()
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		text, err := files.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(e.Name(), ".json")
		byName[name] = parse(text, name, BuiltIn)
	}
	own, err := inRepository(dir)
	if err != nil {
		return nil, err
	}
	for _, t := range own {
		byName[t.Name] = t
	}
	var all []Template
	for _, t := range byName {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b Template) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// inRepository reads the folder that .flowctl.yaml names. Whoever runs flowctl may have cloned
// it: only regular files in the repository are read.
func inRepository(dir string) ([]Template, error) {
	config, err := (&repo.Configs{}).In(dir)
	if err != nil {
		return nil, err
	}
	folder, err := config.TemplatesDir()
	if folder == "" || err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("read the templates that %s names: %w", config.Path(), err)
	}
	var found []Template
	for _, e := range entries {
		name, isJSON := strings.CutSuffix(e.Name(), ".json")
		if !isJSON || name == "" || strings.HasPrefix(name, ".") || !e.Type().IsRegular() {
			continue
		}
		path := fromHere(dir, filepath.Join(folder, e.Name()))
		text, err := disk.ReadRegular(path, limits.File)
		if err != nil {
			found = append(found, broken(name, path, disk.WithoutPath(err)))
			continue
		}
		found = append(found, parse(text, name, path))
	}
	return found, nil
}

// fromHere returns a path as seen from dir, where that is possible.
func fromHere(dir, path string) string {
	if at, err := filepath.Abs(dir); err == nil {
		if short, err := filepath.Rel(at, path); err == nil {
			return filepath.Join(dir, short)
		}
	}
	return path
}

// parse reads the template in a text.
func parse(text []byte, name, source string) Template {
	files, err := flowfile.Read(bytes.NewReader(text), source)
	switch {
	case err != nil:
		return broken(name, source, err)
	case len(files) != 1:
		return broken(name, source, fmt.Errorf("it holds %d flows; a template is one", len(files)))
	}
	return Of(&files[0], name, source)
}

func broken(name, source string, err error) Template {
	return Template{Name: name, Source: source, Parameters: []Parameter{}, Problems: []Problem{{Message: err.Error()}}}
}

// UnknownError reports that there is no template of a name.
type UnknownError struct{ msg string }

func (e *UnknownError) Error() string { return e.msg }

// Find returns the template of a name. The error is an *[UnknownError] that lists them.
func Find(all []Template, name string) (Template, error) {
	var names []string
	for _, t := range all {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return Template{}, &UnknownError{fmt.Sprintf("no template %.80q%s\nThe templates are: %s, any flow file, and a version of a flow on the server, such as NAME@1", name, spell.DidYouMean(name, names), strings.Join(names, ", "))}
}

// ReadFile reads the template, or flow, in a file that the user named.
func ReadFile(ctx context.Context, path string) (Template, error) {
	if err := repo.CheckNamed(path); err != nil {
		return Template{}, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	files, err := flowfile.ReadFile(ctx, path)
	if err != nil {
		return Template{}, err
	}
	if len(files) != 1 {
		return Template{}, &InvalidError{fmt.Sprintf("%s holds %d flows; a template is one", path, len(files))}
	}
	return Of(&files[0], path, path), nil
}
