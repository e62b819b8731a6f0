package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Access is the decoded access_control of a flow, as Open WebUI defines it.
type Access struct {
	Public bool // access_control is null: everybody may read
	Read   Grant
	Write  Grant
}

// Grant names who has a right.
type Grant struct {
	GroupIDs []string `json:"group_ids"`
	UserIDs  []string `json:"user_ids"`
}

// Has tells whether the user is named.
func (g Grant) Has(userID string) bool { return slices.Contains(g.UserIDs, userID) }

// Private is the access_control that lets nobody in but the owner.
var Private = json.RawMessage(`{}`) //nolint:gochecknoglobals // Go has no constant slices

// Public is the access_control that lets everybody read.
var Public = json.RawMessage(`null`) //nolint:gochecknoglobals // the same

// ParseAccess reads an access_control value: null or nothing is public, {} is
// private, {"read":{"user_ids":[…],"group_ids":[…]},"write":{…}} names people.
// Other members mean nothing, keys in another case among them: backends do not
// look at them. The error says which part has the wrong type.
func ParseAccess(raw json.RawMessage) (Access, error) {
	if raw = bytes.TrimSpace(raw); isAbsent(raw) {
		return Access{Public: true}, nil
	}
	doc, err := accessObject(raw, "access_control")
	if err != nil {
		return Access{}, err
	}
	var a Access
	if a.Read, err = parseGrant(doc, "read"); err != nil {
		return Access{}, err
	}
	a.Write, err = parseGrant(doc, "write")
	return a, err
}

func parseGrant(access Object, key string) (Grant, error) {
	raw, _ := access.Get(key)
	if isAbsent(raw) {
		return Grant{}, nil
	}
	path := "access_control." + key
	doc, err := accessObject(raw, path)
	if err != nil {
		return Grant{}, err
	}
	var g Grant
	if g.GroupIDs, err = parseIDs(doc, path, "group_ids"); err != nil {
		return Grant{}, err
	}
	g.UserIDs, err = parseIDs(doc, path, "user_ids")
	return g, err
}

func accessObject(raw json.RawMessage, path string) (Object, error) {
	if raw[0] != '{' {
		return nil, fmt.Errorf("%s must be an object, found %s", path, kindOf(raw))
	}
	doc, err := ParseObject(raw)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return doc, nil
}

func parseIDs(grant Object, path, key string) ([]string, error) {
	raw, _ := grant.Get(key)
	if isAbsent(raw) {
		return nil, nil
	}
	path += "." + key
	if raw[0] != '[' {
		return nil, fmt.Errorf("%s must be an array of strings, found %s", path, kindOf(raw))
	}
	var ids []string
	s := scanner{data: raw}
	err := s.array(func() error {
		start := s.pos
		err := s.value()
		if raw[start] != '"' {
			return fmt.Errorf("%s must hold strings, found %s", path, kindOf(s.from(start)))
		}
		ids = append(ids, decodeString(s.from(start)))
		return err
	})
	return ids, err
}
