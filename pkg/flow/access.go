package flow

import (
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
var Private = json.RawMessage(`{}`)

// Public is the access_control that lets everybody read.
var Public = json.RawMessage(`null`)

// ParseAccess reads an access_control value: null or nothing is public, {} is
// private, {"read":{"user_ids":[…],"group_ids":[…]},"write":{…}} names people.
// The error says which part has the wrong type.
func ParseAccess(raw json.RawMessage) (Access, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return Access{Public: true}, nil
	}
	var a struct{ Read, Write Grant }
	if err := json.Unmarshal(raw, &a); err != nil {
		return Access{}, fmt.Errorf("read access_control: %w", err)
	}
	return Access{Read: a.Read, Write: a.Write}, nil
}
