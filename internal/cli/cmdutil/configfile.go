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

// ConfigFile is the configuration as a text that can be edited: comments, the
// order of the settings, and those that this program does not know stay.
type ConfigFile struct {
	doc  yaml.Node
	root *yaml.Node // the mapping of the settings
}

// EditConfig changes the configuration file: as a whole or not at all, one
// process at a time.
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

// lockFile keeps other processes from changing the file at path, by a lock on an
// empty file next to it: the file itself is replaced by every change.
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

// comments returns the lines of comments in a text without settings: yaml drops
// them with the empty document.
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

// Use makes a profile the one in use.
func (c *ConfigFile) Use(name string) { set(c.root, "profile", name) }

// Used returns the profile in use, "" for none.
func (c *ConfigFile) Used() string { return textOf(valueOf(c.root, "profile")) }

// SetProfile adds a profile, or changes the one of that name: its server and, if p has
// them, certificates and headers.
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

// RemoveProfile takes a profile out.
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

// profiles returns the list of profiles, which is made if need be.
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

// valueOf returns the value of a key, nil if there is none. Like viper it does not
// tell upper from lower case.
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
