package js

import "errors"

// ErrTooLong is what a replacement that makes too long a text ends with.
var ErrTooLong = errors.New("the replaced text is too long")

// Regexp is a regular expression of ECMAScript without flags, in the lenient grammar
// of its Annex B, with the modifiers and double names of groups of ES2025. It
// matches as V8 does, on UTF-16 code units.
type Regexp struct {
	program *program
	names   map[string][]int // numbers of the named groups
}

// Compile reads a pattern; flags are for the error only, a *[SyntaxError].
func Compile(pattern, flags string) (*Regexp, error) {
	if len(pattern) > maxPattern {
		return nil, &SyntaxError{Substring(pattern, 100) + "…", flags, errTooLarge.Error()}
	}
	p := parser{src: toUnits(pattern)}
	n, err := p.pattern()
	if err != nil {
		return nil, &SyntaxError{pattern, flags, err.Error()}
	}
	return &Regexp{program: assemble(n, p.groups), names: p.names}, nil
}

// Test reports whether the expression matches somewhere in s.
func (r *Regexp) Test(s string, steps *Steps) (bool, error) {
	found, err := newMachine(r.program, steps, toUnits(s)).match(0)
	return found != nil, err
}

// ReplaceAll is s.replace(/…/g, replacement), see [Expand], if that has not
// more than limit UTF-16 code units; a negative limit is none.
func (r *Regexp) ReplaceAll(s, replacement string, limit int, steps *Steps) (string, error) {
	units := toUnits(s)
	m := newMachine(r.program, steps, units)
	var out []byte
	done := 0
	for next := 0; next <= len(units); {
		found, err := m.match(next)
		if err != nil {
			return "", err
		}
		if found == nil {
			break
		}
		out = appendUnits(out, units[done:found[0]])
		for part := range Expand(replacement, Match{Groups: found, Length: len(units), Names: r.names}) {
			if limit >= 0 && len(out)+len(part.Literal)+part.To-part.From > limit {
				return "", ErrTooLong
			}
			out = appendUnits(appendText(out, part.Literal), units[part.From:part.To])
		}
		if done, next = found[1], found[1]; found[0] == found[1] {
			next++
		}
	}
	return string(appendUnits(out, units[done:])), nil
}
