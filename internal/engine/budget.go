package engine

import (
	"strings"
	"sync"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// DefaultMemory is how many bytes a run holds at most unless [Limits] say
// otherwise: 256 MiB.
const DefaultMemory = 256 << 20

// Budget bounds the bytes that are held at a time: by a run, or, as the parent of
// the runs' budgets, by all of them together. What is counted is close to what is
// allocated, and counted before it is: the results of the nodes, what is built on
// the way to one, and the answer that the run's record is. The nil Budget has no
// bound. A Budget may be used side by side.
type Budget struct {
	limit  int64
	parent *Budget

	reserve, small int64 // see Reserve

	mu   sync.Mutex
	used int64
	most int64
}

// NewBudget returns a budget of limit bytes, none if it is negative, whose bytes
// are taken from the parent too, unless that is nil.
func NewBudget(limit int64, parent *Budget) *Budget {
	return &Budget{limit: limit, parent: parent}
}

// Reserve keeps the last bytes of the budget for those of its children that hold no
// more than small. It is called before anything is taken.
func (b *Budget) Reserve(bytes, small int64) { b.reserve, b.small = bytes, small }

// Take counts n bytes more. Beyond the limit nothing is counted and the error is a
// *[LimitError]: [LimitMemory], or [LimitSharedMemory] if it is the parent's.
func (b *Budget) Take(n int64) error {
	if b == nil || n <= 0 {
		return nil
	}
	if !b.count(n, 0) {
		return &LimitError{Limit: LimitMemory, Max: b.limit}
	}
	for at, child := b.parent, b; at != nil; at, child = at.parent, at {
		if at.count(n, child.Used()) {
			continue
		}
		for taken := b; taken != at; taken = taken.parent {
			taken.giveOwn(n)
		}
		return &LimitError{Limit: LimitSharedMemory, Max: at.limit}
	}
	return nil
}

// Give takes n bytes back that were counted.
func (b *Budget) Give(n int64) {
	for at := b; at != nil && n > 0; at = at.parent {
		at.giveOwn(n)
	}
}

// Close returns all that is counted. The maker of the budget of a run calls it
// when nothing refers to the run's result any more.
func (b *Budget) Close() {
	if b != nil {
		b.Give(b.Used())
	}
}

// Used is how many bytes are counted now.
func (b *Budget) Used() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// Most is how many bytes were counted when they were most.
func (b *Budget) Most() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.most
}

// count counts n bytes more if the budget has them left for a child that then holds
// so many.
func (b *Budget) count(n, child int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	left := b.limit - b.used
	if child > b.small {
		left -= b.reserve
	}
	if b.limit >= 0 && n > left {
		return false
	}
	b.used += n
	b.most = max(b.most, b.used)
	return true
}

func (b *Budget) giveOwn(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
}

// Take counts bytes that are held until the node is done. A node that cannot have
// them fails, whatever its executor makes of the error.
func (c *Call) Take(n int) error {
	if c.full == nil {
		c.full = c.memory.Take(int64(n))
	}
	if c.full == nil {
		c.taken += int64(n)
	}
	return c.full
}

// done returns what the node held.
func (c *Call) done() {
	c.memory.Give(c.taken)
	c.taken = 0
}

// Text is js.Text(v), counted before it is made.
func (c *Call) Text(v js.Value) (string, error) {
	if s, ok := js.AsString(v); ok {
		return s, nil
	}
	if err := c.Take(size(v)); err != nil {
		return "", err
	}
	return js.Text(v), nil
}

// texts are the values as texts.
func (c *Call) texts(values []js.Value) ([]string, error) {
	texts := make([]string, len(values))
	for i, v := range values {
		var err error
		if texts[i], err = c.Text(v); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// Join is strings.Join, within the limits.
func (c *Call) Join(texts []string, separator string) (string, error) {
	if len(texts) == 1 {
		return texts[0], nil
	}
	size := len(separator) * max(len(texts)-1, 0)
	for _, text := range texts {
		size += len(text)
	}
	if err := c.budget.fits(size); err != nil {
		return "", err
	}
	if err := c.Take(size); err != nil {
		return "", err
	}
	return strings.Join(texts, separator), nil
}

// Parse reads JSON. What it takes is counted before: every value begins after
// one of the characters that are looked for.
func (c *Call) Parse(text string) (js.Value, error) {
	if err := c.Take(valuesIn(text)); err != nil {
		return nil, err
	}
	return c.semantics.Parse(text)
}

// valuesIn is about how many bytes the values of a list or of JSON take at most
// while they are read.
func valuesIn(text string) int {
	const each = 64 // a value, its place in a list that grows, and an object's key
	n := 1
	for _, mark := range []string{",", "[", "{", "\n"} {
		n += strings.Count(text, mark)
	}
	return n*each + len(text)
}

// unitsOf is how many bytes a text takes as what regular expressions work on.
func unitsOf(text string) int { return 4 * len(text) }

// TextBuilder gathers the parts of a text, within the limits of a result and of
// memory, before it is made.
type TextBuilder struct {
	Call  *Call
	parts []string
	size  int
}

// Add adds a part.
func (b *TextBuilder) Add(s string) error {
	const part = 32 // a string's header, in a list that grows
	b.size += len(s)
	if err := b.Call.budget.fits(b.size); err != nil {
		return err
	}
	b.parts = append(b.parts, s)
	return b.Call.Take(part + len(s))
}

func (b *TextBuilder) String() string { return strings.Join(b.parts, "") }

// memoryOf is about how many bytes a value takes in memory.
func memoryOf(v js.Value) int64 {
	const value, member = 16, 32 // an interface; a key and an interface
	switch v := v.(type) {
	case js.Array:
		total := int64(24)
		for _, item := range v {
			total += value + memoryOf(item)
		}
		return total
	case js.Object:
		total := int64(24)
		for _, m := range v {
			total += member + memoryOf(m.Value)
		}
		return total
	case js.Number:
		return int64(value + len(v))
	}
	s, _ := js.AsString(v)
	return int64(value + len(s))
}

// keep counts the value that becomes the result of n in place of the one before.
// In the scope of the flow it is part of the answer, too.
func (r *run) keep(s *Scope, n *Node, value js.Value) error {
	o, bytes := s.of(n), memoryOf(value)
	if s.home(n) == r.scope {
		bytes += answered * int64(js.SizeJSON(value))
	}
	if err := r.memory.Take(bytes); err != nil {
		return err
	}
	r.memory.Give(o.counted)
	o.counted = bytes
	return nil
}

// keepError counts the text of an error, which may hold the whole of a text.
func (r *run) keepError(err error) error {
	return r.memory.Take((1 + answered) * int64(len(err.Error())))
}

// release returns what the scope of a round that is over holds.
func (r *run) release(s *Scope) {
	for i := range s.made {
		r.memory.Give(s.made[i].counted)
		s.made[i].counted = 0
	}
}

// answered is how many copies of a result there are after the run: as JSON in its
// [Result], in the record made of it, and in what is printed or sent.
const answered = 4
