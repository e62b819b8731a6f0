package js

import (
	"slices"
	"unicode"
)

// span is a range of UTF-16 code units, both ends included.
type span struct{ low, high rune }

// lastUnit is the largest UTF-16 code unit.
const lastUnit = 0xFFFF

// set is a set of code units.
type set struct {
	ascii [2]uint64
	spans []span // sorted, apart
}

func newSet(spans ...span) *set {
	slices.SortFunc(spans, func(a, b span) int { return int(a.low - b.low) })
	s := &set{}
	for _, r := range spans {
		if n := len(s.spans); n > 0 && r.low <= s.spans[n-1].high+1 {
			s.spans[n-1].high = max(s.spans[n-1].high, r.high)
			continue
		}
		s.spans = append(s.spans, r)
	}
	for _, r := range s.spans {
		for c := r.low; c <= min(r.high, 127); c++ {
			s.ascii[c>>6] |= 1 << (c & 63)
		}
	}
	return s
}

func (s *set) has(c rune) bool {
	if c < 128 {
		return s.ascii[c>>6]&(1<<(c&63)) != 0
	}
	_, ok := slices.BinarySearchFunc(s.spans, c, func(r span, c rune) int {
		switch {
		case r.high < c:
			return -1
		case r.low > c:
			return 1
		}
		return 0
	})
	return ok
}

// others returns the set of all other code units.
func (s *set) others() *set {
	var spans []span
	next := rune(0)
	for _, r := range s.spans {
		if r.low > next {
			spans = append(spans, span{next, r.low - 1})
		}
		next = r.high + 1
	}
	if next <= lastUnit {
		spans = append(spans, span{next, lastUnit})
	}
	return newSet(spans...)
}

// The sets that escapes and the dot stand for.
func digitSpans() []span { return []span{{'0', '9'}} }
func wordSpans() []span  { return []span{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}} }
func lineSpans() []span  { return []span{{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}} }

func spaceSpans() []span {
	return []span{
		{'\t', '\r'}, {' ', ' '}, {0xA0, 0xA0}, {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029},
		{0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF},
	}
}

// classOf returns the spans of \d, \D, \w, \W, \s or \S.
func classOf(letter rune) []span {
	switch letter {
	case 'd':
		return digitSpans()
	case 'w':
		return wordSpans()
	case 's':
		return spaceSpans()
	case 'D':
		return newSet(digitSpans()...).others().spans
	case 'W':
		return newSet(wordSpans()...).others().spans
	}
	return newSet(spaceSpans()...).others().spans
}

// folding knows which code units are the same where case does not count.
type folding map[rune][]rune // by canonical unit, all that have it

// canonical is ECMAScript's Canonicalize of a code unit without the flags u and v:
// its upper case, if that is one unit and does not make ASCII of something else.
func canonical(c rune) rune {
	if unicode.ToUpper(c) == c && c < 0x80 || 0xD800 <= c && c <= 0xDFFF {
		return c
	}
	upper := toUnits(ToUpper(string(c)))
	if len(upper) != 1 || c >= 0x80 && upper[0] < 0x80 {
		return c
	}
	return upper[0]
}

func newFolding() folding {
	f := make(folding)
	for c := rune(0); c <= lastUnit; c++ {
		if unicode.ToUpper(c) != c || unicode.ToLower(c) != c {
			to := canonical(c)
			f[to] = append(f[to], c)
		}
	}
	return f
}

// close returns s with all that differs from its units in case only.
func (f folding) close(s *set) *set {
	spans := slices.Clone(s.spans)
	for to, all := range f {
		if s.has(to) || slices.ContainsFunc(all, s.has) {
			spans = append(spans, span{to, to})
			for _, c := range all {
				spans = append(spans, span{c, c})
			}
		}
	}
	return newSet(spans...)
}
