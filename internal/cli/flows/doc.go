// Package flows has the commands on flows that a server keeps, one at a time.
package flows
