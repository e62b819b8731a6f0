// Package cli is the command line: the root of the commands, help topics and
// completion scripts. The commands are in the packages below it, a package for each
// group; what they share is in cmdutil.
package cli
