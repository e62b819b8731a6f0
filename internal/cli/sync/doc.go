// Package sync has the commands that compare a folder of flow files with a server.
package sync
