// Package run has the commands that run flows and show what runs came to.
package run
