package engine

import (
	"strings"
	"sync"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// DefaultMemory is how many bytes a run holds at most unless [Limits] say
// otherwise: 256 MiB.
const DefaultMemory = 256 << 20

// Budget bounds the bytes in use: by a run or, as the parent of the runs' budgets, by all
// runs together. Bytes are counted before they are allocated: the results of the nodes,
// values that are built on the way to one, and the run's record. A nil Budget has no bound.
// A Budget is safe for concurrent use.
type Budget struct {
	limit  int64
	parent *Budget

	reserve, small int64 // see Reserve

	mu   sync.Mutex
	used int64
	most int64
}

// NewBudget returns a budget of limit bytes, unlimited if negative. Its bytes also count in
// parent, if that is not nil.
func NewBudget(limit int64, parent *Budget) *Budget {
	return &Budget{limit: limit, parent: parent}
}

// Reserve keeps the last bytes of the budget for children that have taken no more than small
// bytes. It must be called before anything is taken.
func (b *Budget) Reserve(bytes, small int64) { b.reserve, b.small = bytes, small }

// Take takes n bytes. Beyond the limit it takes nothing and the error is a
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

// Give returns n bytes to the budget.
func (b *Budget) Give(n int64) {
	for at := b; at != nil && n > 0; at = at.parent {
		at.giveOwn(n)
	}
}

// Close returns all bytes. Whoever made the budget of a run calls it when the run's result is
// not used any more.
func (b *Budget) Close() {
	if b != nil {
		b.Give(b.Used())
	}
}

// Used returns the number of bytes in use.
func (b *Budget) Used() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// Most returns the largest number of bytes that were in use.
func (b *Budget) Most() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.most
}

// count takes n bytes if the budget has them for a child that then has taken child bytes.
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

// Take takes n bytes until the node is done. If the budget does not have them the node fails,
// whatever its executor does with the error.
func (c *Call) Take(n int) error {
	if c.full == nil {
		c.full = c.memory.Take(int64(n))
	}
	if c.full == nil {
		c.taken += int64(n)
	}
	return c.full
}

// done returns the bytes of the node to the budget.
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

// texts returns the values as texts.
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

// Parse reads JSON. It takes the bytes for the values first, by counting the characters after
// which a value may begin.
func (c *Call) Parse(text string) (js.Value, error) {
	if err := c.Take(valuesIn(text)); err != nil {
		return nil, err
	}
	return c.semantics.Parse(text)
}

// valuesIn returns about how many bytes the values in a list or in JSON need at most.
func valuesIn(text string) int {
	const each = 64 // a value, its place in a list that grows, and an object's key
	n := 1
	for _, mark := range []string{",", "[", "{", "\n"} {
		n += strings.Count(text, mark)
	}
	return n*each + len(text)
}

// unitsOf returns how many bytes a text needs in the form that regular expressions work on.
func unitsOf(text string) int { return 4 * len(text) }

// TextBuilder builds a text from parts, within the limits of a result and of memory.
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

// memoryOf returns about how many bytes a value needs in memory.
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

// keep takes the bytes of a new result of n and returns those of the one before. In the scope
// of the flow a result counts several times, see answered.
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

// keepError takes the bytes of the text of an error, which may contain a whole value.
func (r *run) keepError(err error) error {
	return r.memory.Take((1 + answered) * int64(len(err.Error())))
}

// release returns the bytes of the scope of a round that is over.
func (r *run) release(s *Scope) {
	for i := range s.made {
		r.memory.Give(s.made[i].counted)
		s.made[i].counted = 0
	}
}

// answered is how many copies of a result there are after the run: the value, its JSON in the
// [Result], the record, and what is printed or sent.
const answered = 4
