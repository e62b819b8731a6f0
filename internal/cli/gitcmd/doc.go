// Package gitcmd has the commands that git calls.
package gitcmd
