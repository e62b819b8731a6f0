// Package auth has the commands that sign in and out, and that name servers.
package auth
