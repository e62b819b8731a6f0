// Package files has the commands on flow files.
package files
