package js

import (
	"fmt"
	"strings"
)

// class writes a character class, behind its bracket.
func (t *translator) class() error {
	negated := t.skip("^")
	var items strings.Builder
	for {
		if t.pos == len(t.src) {
			return errUnterminatedClass
		}
		if t.skip("]") {
			break
		}
		if err := t.classItem(&items); err != nil {
			return err
		}
	}
	switch {
	case items.Len() > 0 && negated:
		t.out.WriteString("[^" + items.String() + "]")
	case items.Len() > 0:
		t.out.WriteString("[" + items.String() + "]")
	case negated:
		t.out.WriteString(`[\s\S]`)
	default:
		t.out.WriteString(`(?:(?!))`)
	}
	return nil
}

// classItem writes a character, a class escape or a range. A hyphen beside a
// class escape stands for itself.
func (t *translator) classItem(items *strings.Builder) error {
	from, set, err := t.classAtom()
	if err != nil {
		return err
	}
	if t.pos+1 >= len(t.src) || t.src[t.pos] != '-' || t.src[t.pos+1] == ']' {
		writeAtom(items, from, set)
		return nil
	}
	t.pos++
	to, set2, err := t.classAtom()
	switch {
	case err != nil:
		return err
	case set != "" || set2 != "":
		writeAtom(items, from, set)
		writeAtom(items, '-', "")
		writeAtom(items, to, set2)
	case from > to:
		return errClassOrder
	default:
		fmt.Fprintf(items, `\u%04x-\u%04x`, from, to)
	}
	return nil
}

func writeAtom(items *strings.Builder, c rune, set string) {
	if set != "" {
		items.WriteString(set)
		return
	}
	fmt.Fprintf(items, `\u%04x`, c)
}

// classAtom reads a code unit, or a class escape such as \d.
func (t *translator) classAtom() (c rune, set string, err error) {
	if c = t.next(); c != '\\' {
		return c, "", nil
	}
	if t.pos == len(t.src) {
		return 0, "", errTrailingBackslash
	}
	switch c = t.src[t.pos]; {
	case c == 'b':
		t.pos++
		return '\b', "", nil
	case strings.ContainsRune("dDwWsS", c):
		t.pos++
		return 0, `\` + string(c), nil
	case c == 'c' && t.pos+1 < len(t.src) && (t.src[t.pos+1] == '_' || '0' <= t.src[t.pos+1] && t.src[t.pos+1] <= '9'):
		t.pos += 2
		return t.src[t.pos-1] & 31, "", nil
	}
	return t.character(), "", nil
}
