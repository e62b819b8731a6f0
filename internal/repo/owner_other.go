//go:build !unix

package repo

// isTrusted reports whether the folder above belongs to the user who runs this or to the
// owner of dir, where that is known.
func isTrusted(string, string) bool { return true }
