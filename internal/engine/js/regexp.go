package js

import (
	"errors"
	"time"

	"github.com/dlclark/regexp2"
)

// MatchTimeout is how long one operation with a regular expression may take. A
// browser has no such limit and hangs.
const MatchTimeout = time.Second

// ErrTimeout is what a regular expression that takes too long ends with.
var ErrTimeout = errors.New("the regular expression takes too long on this text; make it simpler, for example by removing nested repetitions")

// ErrTooLong is what a replacement that makes too long a text ends with.
var ErrTooLong = errors.New("the replaced text is too long")

// Regexp is a regular expression of ECMAScript without flags. Where a group is
// repeated, what it holds afterwards may differ from JavaScript, which empties it
// before every repetition.
type Regexp struct {
	re    *regexp2.Regexp
	names map[string][]int // numbers of the named groups
}

// Compile reads a pattern; flags are for the error only, a *[SyntaxError].
func Compile(pattern, flags string) (*Regexp, error) {
	t := translator{src: toUnits(pattern)}
	translated, err := t.pattern()
	if err != nil {
		return nil, &SyntaxError{pattern, flags, err.Error()}
	}
	re, err := regexp2.Compile(translated, regexp2.ECMAScript)
	if err != nil {
		return nil, &SyntaxError{pattern, flags, err.Error()}
	}
	re.MatchTimeout = MatchTimeout
	var names map[string][]int
	if t.names != nil {
		names = make(map[string][]int)
	}
	for name, i := range t.names {
		names[name] = []int{i}
	}
	return &Regexp{re: re, names: names}, nil
}

// Test tells whether the expression matches somewhere in s.
func (r *Regexp) Test(s string) (bool, error) {
	m, err := r.re.FindRunesMatch(toUnits(s))
	if err != nil {
		return false, ErrTimeout
	}
	return m != nil, nil
}

// ReplaceAll is s.replace(/…/g, replacement), see [Expand], if that has not
// more than limit UTF-16 code units; a negative limit is none.
func (r *Regexp) ReplaceAll(s, replacement string, limit int) (string, error) {
	units := toUnits(s)
	var out []byte
	done := 0
	m, err := r.re.FindRunesMatch(units)
	for ; err == nil && m != nil; m, err = r.re.FindNextMatch(m) {
		out = appendUnits(out, units[done:m.Index])
		for part := range Expand(replacement, r.match(m, len(units))) {
			if limit >= 0 && len(out)+len(part.Literal)+part.To-part.From > limit {
				return "", ErrTooLong
			}
			out = appendUnits(appendText(out, part.Literal), units[part.From:part.To])
		}
		done = m.Index + m.Length
	}
	if err != nil {
		return "", ErrTimeout
	}
	return string(appendUnits(out, units[done:])), nil
}

// match is what the patterns of a replacement may ask for.
func (r *Regexp) match(m *regexp2.Match, length int) Match {
	match := Match{Length: length, Names: r.names}
	for _, g := range m.Groups() {
		if len(g.Captures) > 0 {
			match.Groups = append(match.Groups, g.Index, g.Index+g.Length)
		} else {
			match.Groups = append(match.Groups, -1, -1)
		}
	}
	return match
}
