package js

import (
	"context"
	"errors"
	"sync/atomic"
)

// DefaultSteps is how many steps the patterns of a run may take together, which is
// up to about ten seconds of one core. A browser has no such limit and hangs. Steps
// are counted, and not time, so that a result does not depend on what else the
// machine does.
const DefaultSteps = 1 << 29

// maxChoices is how many bytes the choices that a match can go back to may take,
// as in V8 (regexp-stack.h, kMaximumStackSize).
const maxChoices = 64 << 20

// ErrSteps is what the regular expression ends with that takes the last step of its run.
var ErrSteps = errors.New("the regular expressions of the run take too long, counted together; make this one simpler, for example by removing nested repetitions, or the texts shorter")

// errChoices is what one ends with that would have to go back too far.
var errChoices = errors.New("the regular expression needs too much memory on this text; make it simpler, or the text shorter")

// Steps counts the steps that the patterns of a run take. It may be used side by
// side.
type Steps struct {
	ctx  context.Context // ends matching
	left atomic.Int64
}

// NewSteps returns a count of at most limit steps, which also ends with ctx.
func NewSteps(ctx context.Context, limit int64) *Steps {
	s := &Steps{ctx: ctx}
	s.left.Store(limit)
	return s
}

// take counts n steps.
func (s *Steps) take(n int64) error {
	if s.left.Add(-n) < 0 {
		return ErrSteps
	}
	return s.ctx.Err()
}

// choiceKind is what a match does when it goes back to a [choice].
type choiceKind int32

const (
	choicePlain choiceKind = iota // go on at pc
	choiceFewer                   // a repeat matches one unit less, as far as left
	choiceMore                    // a lazy repeat matches one unit more, left times, -1 for no bound
	choiceRound                   // a lazy loop has one more round
)

// choice is a place that a match goes back to.
type choice struct {
	kind    choiceKind
	pc, pos int32
	trail   int32 // how much of the trail was there
	left    int32
}

// change is a capture or register before it was changed.
type change struct{ index, old int32 }

const (
	choiceSize = 20
	changeSize = 8
)

// machine runs a program on a text.
type machine struct {
	*program
	steps *Steps
	text  []rune
	state []int32 // captures, then registers

	choices []choice
	trail   []change
	spent   int64 // steps not yet counted
	groups  []int // of the last match
}

func newMachine(p *program, steps *Steps, text []rune) *machine {
	return &machine{program: p, steps: steps, text: text, state: make([]int32, p.captures+p.registers)}
}

// match finds the first match at or after a position: where its groups begin and
// end, nil if there is none. The next call changes them.
func (m *machine) match(start int) ([]int, error) {
	for ; start <= len(m.text); start++ {
		if m.first != nil {
			from := start
			for start < len(m.text) && !m.first.has(m.text[start]) {
				start++
			}
			m.spent += int64(start-from) / 4
			if start == len(m.text) {
				break
			}
		}
		for i := range m.captures {
			m.state[i] = -1
		}
		m.choices, m.trail = m.choices[:0], m.trail[:0]
		ok, err := m.run(0, int32(start), 0) //nolint:gosec // texts are far shorter
		if err != nil {
			return nil, err
		}
		if ok {
			return m.found(), m.count()
		}
	}
	return nil, m.count()
}

// found returns the captures as begin and end of each group, -1 for those that took
// no part.
func (m *machine) found() []int {
	groups := m.groups[:0]
	for i := 0; i < m.captures; i += 2 {
		from, to := int(m.state[i]), int(m.state[i+1])
		if from < 0 || to < 0 {
			from, to = -1, -1
		}
		groups = append(groups, from, to)
	}
	m.groups = groups
	return groups
}

// count counts what has been spent.
func (m *machine) count() error {
	n := m.spent
	m.spent = 0
	return m.steps.take(n)
}

// set changes a capture or register, so that going back undoes it.
func (m *machine) set(index int, value int32) {
	if m.state[index] == value {
		return
	}
	if len(m.choices) > 0 {
		m.trail = append(m.trail, change{int32(index), m.state[index]}) //nolint:gosec // an index of the state
	}
	m.state[index] = value
}

// undo takes changes back until so many are left.
func (m *machine) undo(left int) {
	for i := len(m.trail) - 1; i >= left; i-- {
		m.state[m.trail[i].index] = m.trail[i].old
	}
	m.trail = m.trail[:left]
}

func (m *machine) choose(kind choiceKind, pc int, pos, left int32) {
	m.choices = append(m.choices, choice{kind, int32(pc), pos, int32(len(m.trail)), left}) //nolint:gosec // see maxChoices
}

// run runs the program at pc with the choices above base to go back to, and reports
// whether it came to an opMatch.
func (m *machine) run(pc int, pos int32, base int) (bool, error) {
	for {
		if m.spent++; m.spent >= 1<<14 {
			if err := m.count(); err != nil {
				return false, err
			}
			if len(m.choices)*choiceSize+len(m.trail)*changeSize > maxChoices {
				return false, errChoices
			}
		}
		in := &m.code[pc]
		ok := true
		switch pc++; in.op {
		case opMatch:
			return true, nil
		case opUnit:
			pos, ok = m.unit(in, pos)
		case opSplit:
			m.choose(choicePlain, in.y, pos, 0)
			pc = in.x
		case opJump:
			pc = in.x
		case opSave:
			m.set(in.x, pos)
		case opLineStart:
			ok = pos == 0 || in.x == 1 && isLineEnd(m.text[pos-1])
		case opLineEnd:
			ok = int(pos) == len(m.text) || in.x == 1 && isLineEnd(m.text[pos])
		case opWordEdge:
			ok = m.isWordEdge(int(pos)) == (in.x == 0)
		case opReference:
			pos, ok = m.reference(in, pos)
		case opLook:
			var err error
			if ok, err = m.look(in, pc, pos); err != nil {
				return false, err
			}
			pc = in.y
		case opRepeat:
			pos, ok = m.repeatGreedy(in, pc, pos)
		case opRepeatLazy:
			pos, ok = m.repeatLazy(in, pc, pos)
		case opEnter:
			m.set(m.captures+in.loop.rounds, 0)
		case opLoop:
			pc = m.loop(in, pc, pos)
		case opRound:
			pc, ok = m.round(in, pc, pos)
		}
		if !ok {
			if pc, pos, ok = m.back(base); !ok {
				return false, nil
			}
		}
	}
}

// back goes to the last choice above base, if there is one.
func (m *machine) back(base int) (pc int, pos int32, ok bool) {
	for len(m.choices) > base {
		last := &m.choices[len(m.choices)-1]
		m.undo(int(last.trail))
		pc, pos = int(last.pc), last.pos
		switch last.kind {
		case choicePlain:
			m.choices = m.choices[:len(m.choices)-1]
		case choiceFewer:
			switch {
			case pos == last.left:
				m.choices = m.choices[:len(m.choices)-1]
			case pos > last.left:
				last.pos--
			default:
				last.pos++
			}
		case choiceMore:
			if pos, ok = m.unit(&m.code[pc-1], pos); !ok {
				m.choices = m.choices[:len(m.choices)-1]
				continue
			}
			last.pos = pos
			if last.left--; last.left == 0 {
				m.choices = m.choices[:len(m.choices)-1]
			}
		case choiceRound:
			m.choices = m.choices[:len(m.choices)-1]
			m.begin(m.code[pc-1].loop, pos)
		}
		return pc, pos, true
	}
	return 0, 0, false
}

// unit reads a unit of the instruction's set.
func (m *machine) unit(in *instruction, pos int32) (int32, bool) {
	if in.back {
		return pos - 1, pos > 0 && in.set.has(m.text[pos-1])
	}
	return pos + 1, int(pos) < len(m.text) && in.set.has(m.text[pos])
}

// reach returns how far units of the set reach from pos, at most so many, -1 for no
// bound.
func (m *machine) reach(in *instruction, pos int32, most int) int32 {
	end := pos
	if in.back {
		low := int32(0)
		if most >= 0 && int(pos) > most {
			low = pos - int32(most) //nolint:gosec // see repeats
		}
		for end > low && in.set.has(m.text[end-1]) {
			end--
		}
		m.spent += int64(pos-end) / 4
		return end
	}
	high := int32(len(m.text)) //nolint:gosec // texts are far shorter
	if most >= 0 && int(high-pos) > most {
		high = pos + int32(most) //nolint:gosec // see repeats
	}
	for end < high && in.set.has(m.text[end]) {
		end++
	}
	m.spent += int64(end-pos) / 4
	return end
}

func (m *machine) repeatGreedy(in *instruction, pc int, pos int32) (int32, bool) {
	end, step := m.reach(in, pos, in.y), int32(1)
	if in.back {
		step = -1
	}
	switch read := int((end - pos) * step); {
	case read < in.x:
		return pos, false
	case read > in.x:
		m.choose(choiceFewer, pc, end-step, pos+step*int32(in.x)) //nolint:gosec // no more than read
	}
	return end, true
}

func (m *machine) repeatLazy(in *instruction, pc int, pos int32) (int32, bool) {
	end := m.reach(in, pos, in.x)
	if int(max(end-pos, pos-end)) < in.x {
		return pos, false
	}
	if left := in.y - in.x; left != 0 {
		m.choose(choiceMore, pc, end, int32(max(left, -1))) //nolint:gosec // see repeats
	}
	return end, true
}

// loop decides on one more round of a loop.
func (m *machine) loop(in *instruction, pc int, pos int32) int {
	l := in.loop
	switch rounds := int(m.state[m.captures+l.rounds]); {
	case l.max >= 0 && rounds >= l.max:
		return in.y
	case rounds < l.min:
	case l.lazy:
		m.choose(choiceRound, pc, pos, 0)
		return in.y
	default:
		m.choose(choicePlain, in.y, pos, 0)
	}
	m.begin(l, pos)
	return pc
}

// begin begins a round: what its groups held before is forgotten.
func (m *machine) begin(l *loop, pos int32) {
	m.set(m.captures+l.start, pos)
	for i := l.first; i < l.last; i++ {
		m.set(i, -1)
	}
}

// round ends a round of a loop. One that matched nothing does not count beyond
// those that have to be.
func (m *machine) round(in *instruction, pc int, pos int32) (int, bool) {
	l := in.loop
	rounds := m.state[m.captures+l.rounds]
	if int(rounds) >= l.min && m.state[m.captures+l.start] == pos {
		return pc, false
	}
	m.set(m.captures+l.rounds, rounds+1)
	return in.x, true
}

// look runs the body of a look at pc. What it matched is not gone back into.
func (m *machine) look(in *instruction, pc int, pos int32) (bool, error) {
	base, left := len(m.choices), len(m.trail)
	m.choose(choicePlain, pc, pos, 0) // so that changes are on the trail
	ok, err := m.run(pc, pos, base+1)
	if err != nil {
		return false, err
	}
	m.choices = m.choices[:base]
	if !ok || in.x == 1 {
		m.undo(left)
	} else if base == 0 {
		m.trail = m.trail[:0]
	}
	return ok == (in.x == 0), nil
}

// reference reads what one of the groups holds; a group that took no part holds
// nothing.
func (m *machine) reference(in *instruction, pos int32) (int32, bool) {
	for _, g := range in.more {
		from, to := m.state[2*g], m.state[2*g+1]
		if from < 0 || to < 0 {
			continue
		}
		n := to - from
		at := pos
		if in.back {
			at = pos - n
		}
		if at < 0 || int(at+n) > len(m.text) {
			return pos, false
		}
		m.spent += int64(n) / 4
		for i := range n {
			a, b := m.text[from+i], m.text[at+i]
			if a != b && (in.x == 0 || canonical(a) != canonical(b)) {
				return pos, false
			}
		}
		if in.back {
			return at, true
		}
		return at + n, true
	}
	return pos, true
}

func (m *machine) isWordEdge(pos int) bool {
	before := pos > 0 && isWord(m.text[pos-1])
	after := pos < len(m.text) && isWord(m.text[pos])
	return before != after
}

func isLineEnd(c rune) bool { return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029 }
