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
	names map[string]int // numbers of the named groups
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
	return &Regexp{re: re, names: t.names}, nil
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
	deadline := time.Now().Add(MatchTimeout)
	units := toUnits(s)
	var out []rune
	done := 0
	m, err := r.re.FindRunesMatch(units)
	for ; err == nil && m != nil; m, err = r.re.FindNextMatch(m) {
		out = append(out, units[done:m.Index]...)
		out = append(out, toUnits(Expand(replacement, r.match(units, m, replacement)))...)
		done = m.Index + m.Length
		if limit >= 0 && len(out) > limit {
			return "", ErrTooLong
		}
		if time.Now().After(deadline) {
			return "", ErrTimeout
		}
	}
	if err != nil {
		return "", ErrTimeout
	}
	return fromUnits(append(out, units[done:]...)), nil
}

// match gives what the patterns of the replacement may ask for.
func (r *Regexp) match(units []rune, m *regexp2.Match, replacement string) Match {
	if !hasPattern(replacement) {
		return Match{}
	}
	end := m.Index + m.Length
	match := Match{
		Before: fromUnits(units[:m.Index]),
		Text:   fromUnits(units[m.Index:end]),
		After:  fromUnits(units[end:]),
		Names:  r.names,
	}
	for _, g := range m.Groups()[1:] {
		var text *string
		if len(g.Captures) > 0 {
			s := fromUnits(units[g.Index : g.Index+g.Length])
			text = &s
		}
		match.Groups = append(match.Groups, text)
	}
	return match
}

func hasPattern(replacement string) bool {
	for i := range len(replacement) {
		if replacement[i] == '$' {
			return true
		}
	}
	return false
}
