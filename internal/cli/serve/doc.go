// Package serve has the command server and those below it.
package serve
