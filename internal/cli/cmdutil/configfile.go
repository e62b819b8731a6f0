package cmdutil

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/lockedfile"
	"go.yaml.in/yaml/v3"

	"github.com/flowctl/flowctl/internal/disk"
)

// ConfigFile is the text of the configuration, for editing: comments, the order of the
// settings and unknown settings stay.
type ConfigFile struct {
	doc  yaml.Node
	root *yaml.Node // the mapping of the settings
}

// EditConfig lets change edit the configuration file, one process at a time. The file is
// replaced as a whole or not at all.
func EditConfig(change func(*ConfigFile) error) error {
	path, err := configPath()
	if err != nil {
		return err
	}
	unlock, err := lockFile(path)
	if err != nil {
		return fmt.Errorf("write the configuration %s: %w", path, err)
	}
	defer unlock()
	before, err := os.ReadFile(path) //nolint:gosec // the user names their configuration
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the configuration: %w", err)
	}
	c, err := parseConfigFile(before)
	if err != nil {
		return fmt.Errorf("read the configuration %s: %w; fix the file or move it away", path, err)
	}
	if err := change(c); err != nil {
		return err
	}
	after, err := c.encode()
	if err != nil {
		return fmt.Errorf("write the configuration %s: %w", path, err)
	}
	return replacePrivate(path, after)
}

func replacePrivate(path string, text []byte) error {
	return disk.ReplacePrivate(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// lockFile makes other processes that change the file at path wait. It locks an empty file
// next to it, since every change replaces the file itself.
func lockFile(path string) (unlock func(), err error) {
	dir, name := filepath.Split(path)
	if err := os.MkdirAll(filepath.Clean(dir), 0o700); err != nil {
		return nil, err
	}
	return lockedfile.MutexAt(filepath.Join(dir, "."+name+".lock")).Lock()
}

func parseConfigFile(text []byte) (*ConfigFile, error) {
	c := &ConfigFile{}
	d := yaml.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&c.doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := d.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("it has more than one YAML document")
	}
	switch {
	case c.doc.Kind == 0 || isNull(c.doc.Content[0]): // nothing, or nothing but comments
		c.root = &yaml.Node{Kind: yaml.MappingNode}
		c.doc = yaml.Node{Kind: yaml.DocumentNode, HeadComment: comments(text), Content: []*yaml.Node{c.root}}
	case c.doc.Content[0].Kind == yaml.MappingNode:
		c.root = c.doc.Content[0]
	default:
		return nil, errors.New("it is not a mapping of settings")
	}
	return c, nil
}

// comments returns the comments in a text without settings, which the yaml package drops.
func comments(text []byte) string {
	var kept []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			kept = append(kept, line)
		}
	}
	return strings.Trim(strings.Join(kept, "\n"), "\n")
}

func (c *ConfigFile) encode() ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(&c.doc); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}

// Use sets the profile in use.
func (c *ConfigFile) Use(name string) { set(c.root, "profile", name) }

// Used returns the profile in use, "" for none.
func (c *ConfigFile) Used() string { return textOf(valueOf(c.root, "profile")) }

// SetProfile adds p, or changes the profile of that name: its server and, if p has them, its
// certificates and headers.
func (c *ConfigFile) SetProfile(p Profile) error {
	list, err := c.profiles()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list.Content, isNamed(p.Name))
	if i < 0 {
		i = len(list.Content)
		list.Content = append(list.Content, &yaml.Node{Kind: yaml.MappingNode})
		list.Style = 0 // an empty list may have been written as []
	}
	item := list.Content[i]
	set(item, "name", p.Name)
	set(item, "server", p.Server)
	if p.CACert != "" {
		set(item, "ca_cert", p.CACert)
	}
	if len(p.Headers) > 0 {
		set(item, "headers", p.Headers)
	}
	return nil
}

// RemoveProfile removes a profile.
func (c *ConfigFile) RemoveProfile(name string) error {
	list, err := c.profiles()
	if err == nil {
		list.Content = slices.DeleteFunc(list.Content, isNamed(name))
	}
	return err
}

func isNamed(name string) func(*yaml.Node) bool {
	return func(item *yaml.Node) bool { return textOf(valueOf(item, "name")) == name }
}

// profiles returns the list of profiles and adds it if it is missing.
func (c *ConfigFile) profiles() (*yaml.Node, error) {
	list := valueOf(c.root, "profiles")
	if list == nil || isNull(list) {
		set(c.root, "profiles", []string{})
		list = valueOf(c.root, "profiles")
	}
	if list.Kind != yaml.SequenceNode {
		return nil, errors.New("the profiles in the configuration are not a list; fix the file or move it away")
	}
	return list, nil
}

// valueOf returns the value of a key, nil if there is none. Like viper it ignores the case of
// keys.
func valueOf(mapping *yaml.Node, key string) *yaml.Node {
	if mapping.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if strings.EqualFold(mapping.Content[i].Value, key) {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// set sets the value of a key, a text or a list of texts. Comments next to it stay.
func set(mapping *yaml.Node, key string, value any) {
	var fresh yaml.Node
	_ = fresh.Encode(value) // fails for no text
	node := valueOf(mapping, key)
	if node == nil {
		mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, &fresh)
		return
	}
	fresh.HeadComment, fresh.LineComment, fresh.FootComment = node.HeadComment, node.LineComment, node.FootComment
	*node = fresh
}

// textOf returns the text of a scalar, "" for anything else.
func textOf(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode || isNull(n) {
		return ""
	}
	return n.Value
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }
