package js

import "strings"

// class reads a character class, after its bracket.
func (p *parser) class() (*patternNode, error) {
	negated := p.skip("^")
	var spans []span
	for {
		if p.pos == len(p.src) {
			return nil, errUnterminatedClass
		}
		if p.skip("]") {
			break
		}
		more, err := p.classItem()
		if err != nil {
			return nil, err
		}
		spans = append(spans, more...)
	}
	s := newSet(spans...)
	if p.mods.fold {
		s = p.fold().close(s)
	}
	if negated {
		s = s.others()
	}
	return p.unit(s), nil
}

// classItem reads a character, a class escape or a range. A hyphen next to a class
// escape stands for itself.
func (p *parser) classItem() ([]span, error) {
	from, single, err := p.classAtom()
	if err != nil {
		return nil, err
	}
	if p.pos+1 >= len(p.src) || p.src[p.pos] != '-' || p.src[p.pos+1] == ']' {
		return from, nil
	}
	p.pos++
	to, singleToo, err := p.classAtom()
	switch {
	case err != nil:
		return nil, err
	case !single || !singleToo:
		return append(append(from, span{'-', '-'}), to...), nil
	case from[0].low > to[0].low:
		return nil, errClassOrder
	}
	return []span{{from[0].low, to[0].low}}, nil
}

// classAtom reads a code unit, or a class escape such as \d, which is not single.
func (p *parser) classAtom() (spans []span, single bool, err error) {
	one := func(c rune) ([]span, bool, error) { return []span{{c, c}}, true, nil }
	c := p.next()
	if c != '\\' {
		return one(c)
	}
	if p.pos == len(p.src) {
		return nil, false, errTrailingBackslash
	}
	switch c = p.src[p.pos]; {
	case c == 'b':
		p.pos++
		return one('\b')
	case strings.ContainsRune("dDwWsS", c):
		p.pos++
		return classOf(c), false, nil
	case c == 'c' && p.pos+1 < len(p.src) && (p.src[p.pos+1] == '_' || '0' <= p.src[p.pos+1] && p.src[p.pos+1] <= '9'):
		p.pos += 2
		return one(p.src[p.pos-1] & 31)
	}
	return one(p.character())
}
