package js

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// SyntaxError is a pattern that JavaScript does not take, in V8's words.
type SyntaxError struct{ Pattern, Flags, Reason string }

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("Invalid regular expression: /%s/%s: %s", e.Pattern, e.Flags, e.Reason)
}

// reason is what is wrong with a pattern.
type reason string

func (r reason) Error() string { return string(r) }

const (
	errUnterminatedGroup reason = "Unterminated group"
	errUnmatchedParen    reason = "Unmatched ')'"
	errInvalidGroup      reason = "Invalid group"
	errInvalidName       reason = "Invalid capture group name"
	errDoubleName        reason = "Duplicate capture group name"
	errInvalidReference  reason = "Invalid named reference"
	errUnknownReference  reason = "Invalid named capture referenced"
	errNothingToRepeat   reason = "Nothing to repeat"
	errQuantifierOrder   reason = "numbers out of order in {} quantifier"
	errTrailingBackslash reason = `\ at end of pattern`
	errUnterminatedClass reason = "Unterminated character class"
	errClassOrder        reason = "Range out of order in character class"
)

// translator writes a pattern of ECMAScript (without flags, so in its lenient
// Annex B grammar) in the words of regexp2, whose own reading of it follows .NET
// in places: inline options, \A, \p{…}, $ before a last line end, class
// subtraction, the numbers of named groups, what a word is at \b. Characters are UTF-16 code units in
// both.
type translator struct {
	src    []rune
	pos    int
	out    strings.Builder
	groups int            // how many groups capture
	names  map[string]int // their numbers; nil without named ones
}

// group is an open parenthesis.
type group struct{ repeatable bool }

func (t *translator) pattern() (string, error) {
	if err := t.count(); err != nil {
		return "", err
	}
	var open []group
	repeatable := false // whether a quantifier may stand here
	for t.pos < len(t.src) {
		var err error
		switch c := t.next(); c {
		case '(':
			var g group
			if g, err = t.open(); err == nil {
				open = append(open, g)
			}
			repeatable = false
		case ')':
			if len(open) == 0 {
				return "", errUnmatchedParen
			}
			t.out.WriteByte(')')
			repeatable = open[len(open)-1].repeatable
			open = open[:len(open)-1]
		case '|':
			t.out.WriteByte('|')
			repeatable = false
		case '^':
			t.out.WriteByte('^')
			repeatable = false
		case '$':
			t.out.WriteString(`\z`)
			repeatable = false
		case '.':
			t.out.WriteString(`[^\n\r\u2028\u2029]`)
			repeatable = true
		case '[':
			err = t.class()
			repeatable = true
		case '\\':
			repeatable, err = t.escape()
		case '*', '+', '?', '{':
			repeatable, err = t.quantifier(c, repeatable)
		default:
			t.literal(c)
			repeatable = true
		}
		if err != nil {
			return "", err
		}
	}
	if len(open) > 0 {
		return "", errUnterminatedGroup
	}
	return t.out.String(), nil
}

func (t *translator) next() rune {
	t.pos++
	return t.src[t.pos-1]
}

// skip moves over the text if it stands here.
func (t *translator) skip(text string) bool {
	end := t.pos + len(text)
	if end > len(t.src) || string(t.src[t.pos:end]) != text {
		return false
	}
	t.pos = end
	return true
}

func (t *translator) literal(c rune) {
	if c == ' ' || isWord(c) {
		t.out.WriteRune(c)
		return
	}
	fmt.Fprintf(&t.out, `\u%04x`, c)
}

// isWord tells the characters of \w.
func isWord(c rune) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// count finds the groups that capture: references may point forward.
func (t *translator) count() error {
	defer func() { t.pos = 0 }()
	inClass := false
	for t.pos < len(t.src) {
		switch c := t.next(); {
		case c == '\\':
			t.pos++
		case inClass:
			inClass = c != ']'
		case c == '[':
			inClass = true
		case c != '(':
		case !t.skip("?"):
			t.groups++
		case t.skip("<=") || t.skip("<!"):
		case t.skip("<"):
			t.groups++
			name, ok := t.name()
			if !ok {
				return errInvalidName
			}
			if _, double := t.names[name]; double {
				return errDoubleName
			}
			if t.names == nil {
				t.names = make(map[string]int)
			}
			t.names[name] = t.groups
		}
	}
	return nil
}

// name reads a group's name up to its '>'.
func (t *translator) name() (string, bool) {
	n := slices.Index(t.src[t.pos:], '>')
	if n <= 0 || '0' <= t.src[t.pos] && t.src[t.pos] <= '9' {
		return "", false
	}
	name := t.src[t.pos : t.pos+n]
	if slices.ContainsFunc(name, func(c rune) bool { return c < 0x80 && c != '$' && !isWord(c) }) {
		return "", false
	}
	t.pos += n + 1
	return fromUnits(name), true
}

// open writes what stands for a parenthesis and the kind of its group.
func (t *translator) open() (group, error) {
	if !t.skip("?") {
		t.out.WriteByte('(')
		return group{repeatable: true}, nil
	}
	for _, kind := range []string{":", "=", "!", "<=", "<!"} {
		if t.skip(kind) {
			t.out.WriteString("(?" + kind)
			return group{repeatable: kind[0] != '<'}, nil
		}
	}
	if !t.skip("<") {
		return group{}, errInvalidGroup
	}
	t.name()
	t.out.WriteByte('(')
	return group{repeatable: true}, nil
}

// quantifier writes *, +, ? or {…}; a brace that starts none is a literal.
func (t *translator) quantifier(c rune, repeatable bool) (bool, error) {
	quantifier := string(c)
	if c == '{' {
		var ok bool
		var err error
		if quantifier, ok, err = t.counts(); err != nil {
			return false, err
		}
		if !ok {
			t.literal('{')
			return true, nil
		}
	}
	if !repeatable {
		return false, errNothingToRepeat
	}
	t.out.WriteString(quantifier)
	if t.skip("?") {
		t.out.WriteByte('?')
	}
	return false, nil
}

// counts reads what follows the brace of a quantifier, if it is one.
func (t *translator) counts() (quantifier string, ok bool, err error) {
	end := slices.Index(t.src[t.pos:], '}')
	if end < 0 {
		return "", false, nil
	}
	low, high, comma := strings.Cut(string(t.src[t.pos:t.pos+end]), ",")
	if low == "" || digits(low) < len(low) || digits(high) < len(high) {
		return "", false, nil
	}
	t.pos += end + 1
	if !comma {
		return fmt.Sprintf("{%d}", repeats(low)), true, nil
	}
	if high == "" {
		return fmt.Sprintf("{%d,}", repeats(low)), true, nil
	}
	if repeats(low) > repeats(high) {
		return "", false, errQuantifierOrder
	}
	return fmt.Sprintf("{%d,%d}", repeats(low), repeats(high)), true, nil
}

// repeats reads a number of repetitions; regexp2 knows no larger one.
func repeats(digits string) int {
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return 1<<31 - 1
	}
	return int(n)
}

// escape writes what stands for a backslash outside a class.
func (t *translator) escape() (repeatable bool, err error) {
	if t.pos == len(t.src) {
		return false, errTrailingBackslash
	}
	switch c := t.src[t.pos]; {
	case c == 'b':
		t.pos++
		t.out.WriteString(`(?:(?<=\w)(?!\w)|(?<!\w)(?=\w))`)
		return false, nil
	case c == 'B':
		t.pos++
		t.out.WriteString(`(?:(?<=\w)(?=\w)|(?<!\w)(?!\w))`)
		return false, nil
	case strings.ContainsRune("dDwWsS", c):
		t.pos++
		t.out.WriteString(`\` + string(c))
	case c == 'k' && t.names != nil:
		t.pos++
		return true, t.namedReference()
	case '1' <= c && c <= '9' && t.reference():
	default:
		t.literal(t.character())
	}
	return true, nil
}

func (t *translator) namedReference() error {
	if !t.skip("<") {
		return errInvalidReference
	}
	name, ok := t.name()
	if !ok {
		return errInvalidReference
	}
	n, ok := t.names[name]
	if !ok {
		return errUnknownReference
	}
	fmt.Fprintf(&t.out, `(?:\%d)`, n)
	return nil
}

// reference writes a back reference if there is a group of that number.
func (t *translator) reference() bool {
	end := t.pos
	for end < len(t.src) && '0' <= t.src[end] && t.src[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(string(t.src[t.pos:end]))
	if err != nil || n > t.groups {
		return false
	}
	t.pos = end
	fmt.Fprintf(&t.out, `(?:\%d)`, n)
	return true
}

// character reads an escape that stands for one code unit, behind its backslash.
func (t *translator) character() rune {
	c := t.next()
	switch c {
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'v':
		return '\v'
	case 'x':
		return t.hex(2, c)
	case 'u':
		return t.hex(4, c)
	case 'c':
		if t.pos < len(t.src) && 'a' <= t.src[t.pos]|0x20 && t.src[t.pos]|0x20 <= 'z' {
			return t.next() & 31
		}
		t.pos--
		return '\\'
	case '0', '1', '2', '3', '4', '5', '6', '7':
		t.pos--
		return t.octal()
	}
	return c
}

// hex reads n digits; without them the escape stands for its letter.
func (t *translator) hex(n int, letter rune) rune {
	r, ok := hex(string(t.src[t.pos:min(t.pos+n, len(t.src))]), n)
	if !ok {
		return letter
	}
	t.pos += n
	return r
}

// octal reads up to three digits that make at most 0377.
func (t *translator) octal() rune {
	var r rune
	for n := 0; n < 3 && t.pos < len(t.src) && '0' <= t.src[t.pos] && t.src[t.pos] <= '7' && r*8 <= 0o377; n++ {
		r = r*8 + t.next() - '0'
	}
	return r
}
