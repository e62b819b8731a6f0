package sync

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Digests returns the digest of a file's flow for a profile when the file was last applied,
// pulled or exported: none if it was not recorded, several if the two sides of a merge
// recorded different ones.
func (l *Lock) Digests(file, profile string) []digest.Digest {
	var digests []digest.Digest
	for _, text := range digestsOf(l.lines[file])[profile] {
		if d, ok := digest.Parse(text); ok {
			digests = append(digests, d)
		}
	}
	return digests
}

// Bases returns a function that returns the recorded digests of the flow with an id: those
// for the profile or, without any, those for other profiles, which may be other names of the
// server; nil if there are none.
func (l *Lock) Bases(profile string) func(id string) []digest.Digest {
	here := map[string][]digest.Digest{}
	for file := range l.lines {
		if d := l.Digests(file, profile); d != nil {
			here[l.ID(file, profile)] = d
		}
	}
	anywhere := sync.OnceValue(l.digestsByID)
	return func(id string) []digest.Digest {
		if d := here[id]; d != nil {
			return d
		}
		return anywhere()[id]
	}
}

// digestsByID returns the recorded digests by the id of the flow, of all profiles.
func (l *Lock) digestsByID() map[string][]digest.Digest {
	digests := map[string][]digest.Digest{}
	for file, line := range l.lines {
		for _, m := range idsOf(line) {
			if d := l.Digests(file, m.Key); d != nil {
				id := rawjson.Text(m.Value)
				digests[id] = append(digests[id], d...)
			}
		}
	}
	return digests
}

// digestsOf returns the digests in a line, by profile.
func digestsOf(line flow.Object) map[string][]string {
	raw, _ := line.Get("digests")
	o, err := rawjson.ParseObject(raw)
	if err != nil {
		return nil
	}
	digests := make(map[string][]string, len(o))
	for _, m := range o {
		var list []string
		if json.Unmarshal(m.Value, &list) != nil {
			list = []string{rawjson.Text(m.Value)}
		}
		digests[m.Key] = list
	}
	return digests
}

// setDigests sets the digests in a line for a profile.
func setDigests(line *flow.Object, profile string, texts []string) {
	raw, _ := line.Get("digests")
	o, _ := rawjson.ParseObject(raw) // anything else is replaced
	slices.Sort(texts)
	texts = slices.Compact(texts)
	switch len(texts) {
	case 0:
		o = slices.DeleteFunc(o, func(m rawjson.Member) bool { return m.Key == profile })
	case 1:
		o.Set(profile, rawjson.AppendString(nil, texts[0]))
	default:
		list, _ := json.Marshal(texts) // strings can always be written
		o.Set(profile, list)
	}
	slices.SortFunc(o, func(a, b rawjson.Member) int { return strings.Compare(a.Key, b.Key) })
	if len(o) == 0 {
		*line = slices.DeleteFunc(slices.Clone(*line), func(m rawjson.Member) bool { return m.Key == "digests" })
		return
	}
	line.Set("digests", o.AppendJSON(nil))
}

// setDigest sets the digest of a file for a profile.
func (l *Lock) setDigest(file, profile string, d digest.Digest) {
	if line, ok := l.lines[file]; ok {
		setDigests(&line, profile, []string{d.String()})
		l.lines[file] = line
	}
}
