package js

import "slices"

// opcode is what an instruction of a [program] does.
type opcode uint8

const (
	opMatch     opcode = iota
	opUnit             // one unit of the set
	opSplit            // go on at x, and if that fails at y
	opJump             // go on at x
	opSave             // position into capture x
	opClear            // captures x to y-1 took no part
	opLineStart        // x is 1 for every line
	opLineEnd
	opWordEdge  // x is 1 where there must be none
	opReference // what one of the groups has matched; x is 1 where case does not count
	opLook      // what begins at pc+1 and ends with opMatch must match (x 0) or not (x 1); go on at y
	opRepeat    // as many units of the set as there are, x to y (-1 for no bound)
	opRepeatLazy
	opEnter // a loop begins: register x is 0
	opLoop  // one more round of the loop, or go on at y
	opRound // a round of the loop has ended: back to x
)

// instruction is a step of a program.
type instruction struct {
	op   opcode
	back bool // of those that read: to the left, in a lookbehind
	x, y int
	set  *set
	more []int // groups of a reference
	loop *loop
}

// loop is a repeat of what is more than one unit. Its registers are the number of
// rounds and the position where the last one began.
type loop struct {
	rounds, start int // registers
	min, max      int
	lazy          bool
	first, last   int // captures to clear
}

// program is a pattern in instructions for a [machine].
type program struct {
	code      []instruction
	captures  int  // how many positions are saved
	registers int  // of the loops
	first     *set // the units that a match can begin with; nil for any, and none at all
}

// assemble makes the program of a pattern.
func assemble(n *patternNode, groups int) *program {
	p := &program{captures: 2 * (groups + 1)}
	p.emit(instruction{op: opSave, x: 0})
	p.add(n, false)
	p.emit(instruction{op: opSave, x: 1})
	p.emit(instruction{op: opMatch})
	if first, empty := firstUnits(n); !empty {
		p.first = first
	}
	return p
}

func (p *program) emit(i instruction) int {
	p.code = append(p.code, i)
	return len(p.code) - 1
}

// add appends the instructions of a node, which are read to the left in a
// lookbehind.
func (p *program) add(n *patternNode, back bool) {
	switch n.kind {
	case nodeUnit:
		p.emit(instruction{op: opUnit, set: n.set, back: back})
	case nodeSequence:
		nodes := n.nodes
		if back {
			nodes = slices.Clone(nodes)
			slices.Reverse(nodes)
		}
		for _, m := range nodes {
			p.add(m, back)
		}
	case nodeAlternatives:
		p.alternatives(n.nodes, back)
	case nodeCapture:
		from, to := 2*n.groups[0], 2*n.groups[0]+1
		if back {
			from, to = to, from
		}
		p.emit(instruction{op: opSave, x: from})
		p.add(n.nodes[0], back)
		p.emit(instruction{op: opSave, x: to})
	case nodeReference:
		p.emit(instruction{op: opReference, x: flag(n.fold), more: n.groups, back: back})
	case nodeLineStart:
		p.emit(instruction{op: opLineStart, x: flag(n.lines)})
	case nodeLineEnd:
		p.emit(instruction{op: opLineEnd, x: flag(n.lines)})
	case nodeWordEdge:
		p.emit(instruction{op: opWordEdge, x: flag(n.negated)})
	case nodeLook:
		at := p.emit(instruction{op: opLook, x: flag(n.negated)})
		p.add(n.nodes[0], n.lookbehind)
		p.emit(instruction{op: opMatch})
		p.code[at].y = len(p.code)
	case nodeRepeat:
		p.repeat(n, back)
	}
}

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

func (p *program) alternatives(nodes []*patternNode, back bool) {
	var ends []int
	for i, n := range nodes {
		if i == len(nodes)-1 {
			p.add(n, back)
			break
		}
		split := p.emit(instruction{op: opSplit})
		p.code[split].x = len(p.code)
		p.add(n, back)
		ends = append(ends, p.emit(instruction{op: opJump}))
		p.code[split].y = len(p.code)
	}
	for _, end := range ends {
		p.code[end].x = len(p.code)
	}
}

func (p *program) repeat(n *patternNode, back bool) {
	body := n.nodes[0]
	for body.kind == nodeSequence && len(body.nodes) == 1 { // (?:x)
		body = body.nodes[0]
	}
	if body.kind == nodeUnit {
		op := opRepeat
		if n.lazy {
			op = opRepeatLazy
		}
		p.emit(instruction{op: op, set: body.set, x: n.min, y: n.max, back: back})
		return
	}
	l := &loop{rounds: p.registers, start: p.registers + 1, min: n.min, max: n.max, lazy: n.lazy, first: 2 * n.first, last: 2 * n.last}
	p.registers += 2
	p.emit(instruction{op: opEnter, loop: l})
	at := p.emit(instruction{op: opLoop, loop: l})
	p.add(body, back)
	p.emit(instruction{op: opRound, loop: l, x: at})
	p.code[at].y = len(p.code)
}

// firstUnits returns the units that a match of n can begin with, nil for any; empty
// reports whether it may match nothing.
func firstUnits(n *patternNode) (first *set, empty bool) {
	switch n.kind {
	case nodeUnit:
		return n.set, false
	case nodeCapture:
		return firstUnits(n.nodes[0])
	case nodeAlternatives:
		return unite(n.nodes, true)
	case nodeSequence:
		return unite(n.nodes, false)
	case nodeRepeat:
		first, empty = firstUnits(n.nodes[0])
		return first, empty || n.min == 0
	case nodeReference, nodeLineStart, nodeLineEnd, nodeWordEdge, nodeLook:
	}
	return nil, true
}

// unite is firstUnits of alternatives, or of a sequence.
func unite(nodes []*patternNode, alternatives bool) (*set, bool) {
	var spans []span
	anyEmpty := len(nodes) == 0
	for _, n := range nodes {
		s, empty := firstUnits(n)
		if s != nil {
			spans = append(spans, s.spans...)
		}
		switch {
		case empty && s == nil, empty && alternatives:
			anyEmpty = true
			if s == nil {
				return nil, true
			}
		case s == nil:
			return nil, false
		case !empty && !alternatives:
			return newSet(spans...), false
		}
	}
	if !alternatives {
		return newSet(spans...), true
	}
	return newSet(spans...), anyEmpty
}
