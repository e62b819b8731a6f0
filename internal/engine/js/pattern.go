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
	errTooLarge          reason = "Regular expression too large" // V8's word for a stack that overflows, too
)

// maxPattern is how many bytes a pattern may have: compiled it takes up to some two
// hundred times as many.
const maxPattern = 128 << 10

// maxPatternDepth is how deeply groups may be nested.
const maxPatternDepth = 1000

// nodeKind is a kind of [patternNode].
type nodeKind int

const (
	nodeUnit nodeKind = iota // one code unit of a set
	nodeSequence
	nodeAlternatives
	nodeCapture
	nodeReference
	nodeLineStart
	nodeLineEnd
	nodeWordEdge
	nodeLook
	nodeRepeat
)

// patternNode is a part of a pattern.
type patternNode struct {
	kind       nodeKind
	nodes      []*patternNode // what it is made of
	set        *set           // of a unit
	groups     []int          // of a capture its number, of a reference those that it may mean
	negated    bool           // of a word edge or a look
	lookbehind bool           // of a look: at what stands before
	lines      bool           // of a line start or end: at every line (modifier m)
	fold       bool           // of a reference: case does not count (modifier i)
	min, max   int            // of a repeat; max is -1 for no bound
	lazy       bool           // of a repeat
	first      int            // of a repeat: the first group in it,
	last       int            // and the one after its last
}

// modifiers are those that (?ims-ims:…) changes.
type modifiers struct{ fold, lines, dotAll bool }

// parser reads a pattern of ECMAScript without flags, so in its lenient grammar
// (Annex B), on UTF-16 code units.
type parser struct {
	src     []rune
	pos     int
	group   int              // the last one that was opened
	groups  int              // how many groups capture
	names   map[string][]int // their numbers; nil without named ones
	mods    modifiers
	depth   int
	folding folding // nil until it is needed
}

// pattern reads all of it.
func (p *parser) pattern() (*patternNode, error) {
	if err := p.count(); err != nil {
		return nil, err
	}
	n, err := p.disjunction()
	if err == nil && p.pos < len(p.src) {
		err = errUnmatchedParen
	}
	return n, err
}

// disjunction reads alternatives up to the end or to a parenthesis that closes.
func (p *parser) disjunction() (*patternNode, error) {
	if p.depth++; p.depth > maxPatternDepth {
		return nil, errTooLarge
	}
	defer func() { p.depth-- }()
	var all []*patternNode
	for {
		n, err := p.alternative()
		if err != nil {
			return nil, err
		}
		if all = append(all, n); !p.skip("|") {
			break
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return &patternNode{kind: nodeAlternatives, nodes: all}, nil
}

func (p *parser) alternative() (*patternNode, error) {
	seq := &patternNode{kind: nodeSequence}
	for p.pos < len(p.src) && p.src[p.pos] != '|' && p.src[p.pos] != ')' {
		before := p.group
		n, repeatable, err := p.term()
		if err != nil {
			return nil, err
		}
		if n, err = p.quantified(n, repeatable, before); err != nil {
			return nil, err
		}
		seq.nodes = append(seq.nodes, n)
	}
	return seq, nil
}

// term reads what a quantifier may follow, and what may stand alone.
func (p *parser) term() (n *patternNode, repeatable bool, err error) {
	switch c := p.next(); c {
	case '(':
		return p.parenthesis()
	case '^':
		return &patternNode{kind: nodeLineStart, lines: p.mods.lines}, false, nil
	case '$':
		return &patternNode{kind: nodeLineEnd, lines: p.mods.lines}, false, nil
	case '.':
		if p.mods.dotAll {
			return p.unit(newSet(span{0, lastUnit})), true, nil
		}
		return p.unit(newSet(lineSpans()...).others()), true, nil
	case '[':
		n, err := p.class()
		return n, true, err
	case '\\':
		return p.escape()
	case '*', '+', '?':
		return nil, false, errNothingToRepeat
	case '{':
		if _, _, ok, err := p.counts(); err != nil {
			return nil, false, err
		} else if ok {
			return nil, false, errNothingToRepeat
		}
		return p.literal(c), true, nil
	default:
		return p.literal(c), true, nil
	}
}

func (p *parser) next() rune {
	p.pos++
	return p.src[p.pos-1]
}

// skip moves over the text if it comes next.
func (p *parser) skip(text string) bool {
	end := p.pos + len(text)
	if end > len(p.src) || string(p.src[p.pos:end]) != text {
		return false
	}
	p.pos = end
	return true
}

func (p *parser) literal(c rune) *patternNode {
	s := newSet(span{c, c})
	if p.mods.fold {
		s = p.fold().close(s)
	}
	return p.unit(s)
}

func (p *parser) unit(s *set) *patternNode { return &patternNode{kind: nodeUnit, set: s} }

func (p *parser) fold() folding {
	if p.folding == nil {
		p.folding = newFolding()
	}
	return p.folding
}

// isWord reports whether c is one of \w.
func isWord(c rune) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// count finds the groups that capture: references may point forward. A name may be
// given twice in alternatives of which only one can match.
func (p *parser) count() error {
	defer func() { p.pos = 0 }()
	type scope struct{ now, all map[string]bool } // names of the alternative, and of those before it
	fresh := func() scope { return scope{map[string]bool{}, map[string]bool{}} }
	open := []scope{fresh()}
	inClass := false
	for p.pos < len(p.src) {
		top := &open[len(open)-1]
		switch c := p.next(); {
		case c == '\\':
			p.pos++
		case inClass:
			inClass = c != ']'
		case c == '[':
			inClass = true
		case c == '|':
			for name := range top.now {
				top.all[name] = true
			}
			top.now = map[string]bool{}
		case c == ')' && len(open) > 1:
			inner := open[len(open)-1]
			open = open[:len(open)-1]
			for _, names := range []map[string]bool{inner.now, inner.all} {
				for name := range names {
					open[len(open)-1].now[name] = true
				}
			}
		case c != '(':
		case !p.skip("?"):
			p.groups++
			open = append(open, fresh())
		case p.skip("<=") || p.skip("<!"), !p.skip("<"):
			open = append(open, fresh())
		default:
			p.groups++
			name, ok := p.name()
			if !ok {
				return errInvalidName
			}
			if slices.ContainsFunc(open, func(s scope) bool { return s.now[name] }) {
				return errDoubleName
			}
			if p.names == nil {
				p.names = make(map[string][]int)
			}
			p.names[name] = append(p.names[name], p.groups)
			top.now[name] = true
			open = append(open, fresh())
		}
	}
	return nil
}

// name reads a group's name up to its '>'.
func (p *parser) name() (string, bool) {
	n := slices.Index(p.src[min(p.pos, len(p.src)):], '>')
	if n <= 0 || '0' <= p.src[p.pos] && p.src[p.pos] <= '9' {
		return "", false
	}
	name := p.src[p.pos : p.pos+n]
	if slices.ContainsFunc(name, func(c rune) bool { return c < 0x80 && c != '$' && !isWord(c) }) {
		return "", false
	}
	p.pos += n + 1
	return fromUnits(name), true
}

// parenthesis reads a group of any kind, after its parenthesis.
func (p *parser) parenthesis() (n *patternNode, repeatable bool, err error) {
	mods := p.mods
	n = &patternNode{}
	switch {
	case !p.skip("?"):
		p.group++
		n = &patternNode{kind: nodeCapture, groups: []int{p.group}}
	case p.skip(":"):
		n.kind = nodeSequence
	case p.skip("="):
		n.kind = nodeLook
	case p.skip("!"):
		n.kind, n.negated = nodeLook, true
	case p.skip("<="):
		n.kind, n.lookbehind = nodeLook, true
	case p.skip("<!"):
		n.kind, n.lookbehind, n.negated = nodeLook, true, true
	case p.skip("<"):
		p.name()
		p.group++
		n = &patternNode{kind: nodeCapture, groups: []int{p.group}}
	case p.modify():
		n.kind = nodeSequence
	default:
		return nil, false, errInvalidGroup
	}
	body, err := p.disjunction()
	if err != nil {
		return nil, false, err
	}
	if p.mods = mods; !p.skip(")") {
		return nil, false, errUnterminatedGroup
	}
	n.nodes = []*patternNode{body}
	return n, !n.lookbehind, nil
}

// modify reads the modifiers of (?ims-ims: and turns them on and off.
func (p *parser) modify() bool {
	end := slices.Index(p.src[p.pos:], ':')
	if end < 1 {
		return false
	}
	mods, on, seen := p.mods, true, ""
	for _, c := range p.src[p.pos : p.pos+end] {
		if strings.ContainsRune(seen, c) {
			return false
		}
		seen += string(c)
		switch c {
		case '-':
			on = false
		case 'i':
			mods.fold = on
		case 'm':
			mods.lines = on
		case 's':
			mods.dotAll = on
		default:
			return false
		}
	}
	if seen == "-" {
		return false
	}
	p.mods, p.pos = mods, p.pos+end+1
	return true
}

// quantified reads a quantifier that follows n, whose groups come after before.
func (p *parser) quantified(n *patternNode, repeatable bool, before int) (*patternNode, error) {
	if p.pos == len(p.src) {
		return n, nil
	}
	low, high := 0, -1
	switch c := p.src[p.pos]; c {
	case '*':
	case '+':
		low = 1
	case '?':
		high = 1
	case '{':
		p.pos++
		var ok bool
		var err error
		if low, high, ok, err = p.counts(); err != nil || !ok {
			p.pos-- // a literal
			return n, err
		}
		p.pos--
	default:
		return n, nil
	}
	if !repeatable {
		return nil, errNothingToRepeat
	}
	p.pos++
	lazy := p.skip("?")
	return &patternNode{kind: nodeRepeat, nodes: []*patternNode{n}, min: low, max: high, lazy: lazy, first: before + 1, last: p.group + 1}, nil
}

// counts reads what follows the brace of a quantifier, if it is one.
func (p *parser) counts() (low, high int, ok bool, err error) {
	end := slices.Index(p.src[p.pos:], '}')
	if end < 0 {
		return 0, 0, false, nil
	}
	from, to, comma := strings.Cut(string(p.src[p.pos:p.pos+end]), ",")
	if from == "" || digits(from) < len(from) || digits(to) < len(to) {
		return 0, 0, false, nil
	}
	p.pos += end + 1
	low, high = repeats(from), -1
	switch {
	case !comma:
		high = low
	case to != "":
		if high = repeats(to); low > high {
			return 0, 0, false, errQuantifierOrder
		}
	}
	return low, high, true, nil
}

// repeats reads a number of repetitions; nothing is repeated more often.
func repeats(digits string) int {
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return 1<<31 - 1
	}
	return int(n)
}

// escape reads what follows a backslash outside a class.
func (p *parser) escape() (n *patternNode, repeatable bool, err error) {
	if p.pos == len(p.src) {
		return nil, false, errTrailingBackslash
	}
	switch c := p.src[p.pos]; {
	case c == 'b', c == 'B':
		p.pos++
		return &patternNode{kind: nodeWordEdge, negated: c == 'B'}, false, nil
	case strings.ContainsRune("dDwWsS", c):
		p.pos++
		return p.unit(newSet(classOf(c)...)), true, nil
	case c == 'k' && p.names != nil:
		p.pos++
		n, err := p.namedReference()
		return n, true, err
	case '1' <= c && c <= '9':
		if n := p.numbered(); n != nil {
			return n, true, nil
		}
	}
	return p.literal(p.character()), true, nil
}

func (p *parser) namedReference() (*patternNode, error) {
	if !p.skip("<") {
		return nil, errInvalidReference
	}
	name, ok := p.name()
	if !ok {
		return nil, errInvalidReference
	}
	if p.names[name] == nil {
		return nil, errUnknownReference
	}
	return &patternNode{kind: nodeReference, groups: p.names[name], fold: p.mods.fold}, nil
}

// numbered reads a back reference, nil if there is no group of that number.
func (p *parser) numbered() *patternNode {
	end := p.pos
	for end < len(p.src) && '0' <= p.src[end] && p.src[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(string(p.src[p.pos:end]))
	if err != nil || n > p.groups {
		return nil
	}
	p.pos = end
	return &patternNode{kind: nodeReference, groups: []int{n}, fold: p.mods.fold}
}

// character reads an escape that stands for one code unit, after its backslash.
func (p *parser) character() rune {
	c := p.next()
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
		return p.hex(2, c)
	case 'u':
		return p.hex(4, c)
	case 'c':
		if p.pos < len(p.src) && 'a' <= p.src[p.pos]|0x20 && p.src[p.pos]|0x20 <= 'z' {
			return p.next() & 31
		}
		p.pos--
		return '\\'
	case '0', '1', '2', '3', '4', '5', '6', '7':
		p.pos--
		return p.octal()
	}
	return c
}

// hex reads n digits; without them the escape stands for its letter.
func (p *parser) hex(n int, letter rune) rune {
	r, ok := hex(string(p.src[p.pos:min(p.pos+n, len(p.src))]), n)
	if !ok {
		return letter
	}
	p.pos += n
	return r
}

// octal reads up to three digits that make at most 0377.
func (p *parser) octal() rune {
	var r rune
	for n := 0; n < 3 && p.pos < len(p.src) && '0' <= p.src[p.pos] && p.src[p.pos] <= '7' && r*8 <= 0o377; n++ {
		r = r*8 + p.next() - '0'
	}
	return r
}
