// Package httpx is what the house's two HTTP clients have in common: pkg/client for
// flows, internal/provider for what runs of flows call. It is a leaf: standard
// library only.
package httpx
