// Package runner runs a flow, here or on a server, and makes the changes that are for one
// run: the values of input nodes, fields of nodes, models.
package runner
