// Package limits has the most that flowctl's server stores of the parts of one flow.
package limits

// The limits. Other servers have limits of their own, or none.
const (
	Name        = 1 << 10   // bytes of the name
	Description = 256 << 10 // bytes of the description
	Meta        = 256 << 10 // bytes of meta as compact JSON
	AccessIDs   = 2000      // user and group ids in access_control, all lists together
	Unknown     = 1000      // fields of the flow itself that the API does not know
)
