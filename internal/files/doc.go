// Package files finds, reads and checks flow files, and words what is wrong with
// them.
package files
