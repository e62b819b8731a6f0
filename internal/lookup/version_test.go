package lookup_test

import (
	"errors"
	"testing"

	"github.com/flowctl/flowctl/internal/lookup"
)

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]string{
		"7": "7", "-1": "-1", "9223372036854775807": "9223372036854775807", "published": "published", "v1.2_x-3": "v1.2_x-3",
		"3f2a91c": "3f2a91c", "2026-11-01": "2026-11-01", "2026-11-01T14:30": "2026-11-01T14:30:00Z",
		"2026-11-01 14:30:05": "2026-11-01T14:30:05Z", "2026-11-01T14:30+02:00": "2026-11-01T12:30:00Z",
		"2026-11-01T14:30:00.5Z": "2026-11-01T14:30:00Z",
		"":                       "", "0": "", "-0": "", "+1": "", "1.5": "", "9223372036854775808": "", "99999999999999999999": "", "-99999999999999999999": "",
		"2026-13-01": "", "2026-11-31": "", "--help": "", "ä": "", "a b": "", "_x": "", "3x": "", "a/b": "", "HEAD~1": "",
	} {
		got, err := lookup.ParseVersion(text)
		if got != want || (err == nil) != (want != "") || err != nil && !errors.As(err, new(*lookup.VersionError)) {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
}

func FuzzCutVersion(f *testing.F) {
	for _, ref := range []string{"a@1", "a@b@c", "@", "a@", "@1", "a"} {
		f.Add(ref)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		name, version, ok := lookup.CutVersion(ref)
		if ok && (name == "" || name+"@"+version != ref) || !ok && name != ref {
			t.Errorf("%q is %q and %q, %v", ref, name, version, ok)
		}
	})
}
