package disk

import "strings"

// IsDeviceName reports whether Windows has a device of that name in every folder,
// whatever its case and extension: it cannot be the name of a file.
func IsDeviceName(name string) bool {
	name, _, _ = strings.Cut(strings.ToLower(name), ".")
	switch name {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(name) == 4 && (strings.HasPrefix(name, "com") || strings.HasPrefix(name, "lpt")) && '0' <= name[3] && name[3] <= '9'
}
