package flowfile

import (
	"fmt"
	"strconv"
	"strings"
)

// The version that is written, and the newest that is known.
const (
	major   = 1
	minor   = 0
	current = "1.0"
)

// checkVersion returns the version as "major.minor". warning says that it is newer
// than this package but to be read all the same.
func checkVersion(v string) (version, warning string, err error) {
	majText, minText, dotted := strings.Cut(v, ".")
	if !dotted {
		minText = "0" // "1" is "1.0"
	}
	maj, err1 := strconv.ParseUint(majText, 10, 31)
	mnr, err2 := strconv.ParseUint(minText, 10, 31)
	if err1 != nil || err2 != nil {
		return "", "", fmt.Errorf("version %.40q is not a version, want one such as %q", v, current)
	}
	version = fmt.Sprintf("%d.%d", maj, mnr)
	switch {
	case maj > major:
		return "", "", fmt.Errorf("version %q is newer than this flowctl reads (%d.x); upgrade flowctl", version, major)
	case maj < major:
		return "", "", fmt.Errorf("version %q is not known, want %q", version, current)
	case mnr > minor:
		warning = fmt.Sprintf("version %q is newer than this flowctl knows (%s); what is new in it is kept but not understood", version, current)
	}
	return version, warning, nil
}
