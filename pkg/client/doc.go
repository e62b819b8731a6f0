// Package client talks to a flows backend: flowctl's own server, or the fork of
// Open WebUI that the flows API comes from.
package client
