package lookup

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/flowctl/flowctl/pkg/flow"
)

// VersionHelp lists what VERSION may be.
const VersionHelp = "a number, -1 for the one before the newest, a label, a commit, or a time such as 2026-11-01 or 2026-11-01T14:30"

// FindVersion is [Finder.Find] of NAME@VERSION, too: it returns the version as
// [ParseVersion] does, "" for the flow as it is. A flow whose whole name is ref counts first.
func (f *Finder) FindVersion(ctx context.Context, ref string) (found []flow.Flow, version string, err error) {
	found, err = f.Find(ctx, ref)
	name, text, ok := CutVersion(ref)
	if err != nil || len(found) > 0 || !ok {
		return found, "", err
	}
	if found, err = f.Find(ctx, name); err != nil || len(found) == 0 {
		return nil, "", err
	}
	version, err = ParseVersion(text)
	return found, version, err
}

// CutVersion cuts NAME@VERSION at the last @; ok is false if there is none, or no name.
func CutVersion(ref string) (name, version string, ok bool) {
	i := strings.LastIndexByte(ref, '@')
	if i <= 0 {
		return ref, "", false
	}
	return ref[:i], ref[i+1:], true
}

// VersionError reports a text that can be no version of a flow.
type VersionError struct{ text, why string }

func (e *VersionError) Error() string {
	return fmt.Sprintf("%q is not a version: %s", e.text, e.why)
}

// ParseVersion checks VERSION and returns it as flowctl's server takes it: a number, "-1",
// a label, a day, or a time as RFC 3339. A time without a zone is in UTC, as lists print
// it. A commit stays as it is. What is none of these is a [*VersionError].
func ParseVersion(text string) (string, error) {
	if number := strings.TrimPrefix(text, "-"); number != "" && strings.Trim(number, "0123456789") == "" {
		n, err := strconv.ParseInt(text, 10, 64)
		switch {
		case err != nil:
			return "", &VersionError{text, "the number is too large"}
		case n == 0:
			return "", &VersionError{text, "the first one is 1, and -1 is the one before the newest"}
		}
		return text, nil
	}
	if _, err := time.Parse(time.DateOnly, text); err == nil || IsLabel(text) || isCommit(text) {
		return text, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02T15:04Z07:00", time.DateTime, "2006-01-02 15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Format(time.RFC3339), nil
		}
	}
	return "", &VersionError{text, "give " + VersionHelp}
}

// EndOf returns the time that a version names, in epoch seconds; a day ends in UTC. ok is
// false if it is not a time.
func EndOf(version string) (at int64, ok bool) {
	if day, err := time.Parse(time.DateOnly, version); err == nil {
		return day.AddDate(0, 0, 1).Unix() - 1, true
	}
	t, err := time.Parse(time.RFC3339, version)
	return t.Unix(), err == nil
}

// IsLabel reports whether flowctl's server takes a label.
func IsLabel(text string) bool {
	return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]{0,63}$`).MatchString(text)
}

// isCommit reports whether a text may be the beginning of a commit's name.
func isCommit(text string) bool {
	return regexp.MustCompile(`^[0-9a-f]{4,64}$`).MatchString(text)
}
