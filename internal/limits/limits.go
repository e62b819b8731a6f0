// Package limits has what servers do not store: the most that flowctl's server takes of the
// parts of one flow, and what breaks the lists of Open WebUI.
package limits

// The limits of flowctl's server.
const (
	Name        = 1 << 10   // bytes of the name
	Description = 256 << 10 // bytes of the description
	Meta        = 256 << 10 // bytes of meta as compact JSON
	AccessIDs   = 2000      // user and group ids in access_control, all lists together
	Unknown     = 1000      // fields of the flow itself that the API does not know
)

// File is the size of the largest flow file that is read, in bytes.
const File = 64 << 20
