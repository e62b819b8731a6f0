package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/internal/limits"
	"github.com/flowctl/flowctl/internal/rawjson"
)

// parser reads values and collects their faults.
type parser struct{ faults []fault }

func (p *parser) fault(kind, msg string, loc []any, input []byte) {
	switch n := len(p.faults); {
	case n < maxFaults:
		p.faults = append(p.faults, fault{kind: kind, loc: loc, msg: msg, input: input})
	case n == maxFaults:
		p.faults = append(p.faults, fault{kind: "too_many_errors", loc: loc, msg: "There are more faults, which are left out"})
	}
}

// text reads a string that a database can store: without lone surrogates and NUL.
func (p *parser) text(raw []byte, loc []any) *string {
	if raw[0] != '"' {
		p.fault("string_type", "Input should be a valid string", loc, raw)
		return nil
	}
	s := rawjson.Text(raw)
	switch {
	case rawjson.HasLoneSurrogate(raw):
		p.fault("string_unicode", "Input should be a valid string without lone surrogates", loc, raw)
		return nil
	case strings.ContainsRune(s, 0):
		p.fault("string_unicode", "Input should be a valid string without NUL characters", loc, raw)
		return nil
	}
	return &s
}

// most adds a fault if something has more than limit bytes.
func (p *parser) most(kind, what string, loc []any, has, limit int) {
	if has > limit {
		p.fault(kind, fmt.Sprintf("%s should have at most %s, not %d bytes", what, byteSize(int64(limit)), has), loc, nil)
	}
}

// integer reads a whole number from least to most. kind is the kind of the fault if it is not
// one, and input is text as JSON.
func (p *parser) integer(text, kind string, loc []any, input []byte, least, most int64) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	switch outside := errors.Is(err, strconv.ErrRange); {
	case err != nil && !outside:
		p.fault(kind, "Input should be a valid integer", loc, input)
	case n < least:
		p.fault("greater_than_equal", "Input should be greater than or equal to "+strconv.FormatInt(least, 10), loc, input)
	case n > most, outside:
		p.fault("less_than_equal", "Input should be less than or equal to "+strconv.FormatInt(most, 10), loc, input)
	}
	return n
}

// number reads a parameter of the query, a number from 1 to most.
func (p *parser) number(params url.Values, name string, most int) int {
	text := params.Get(name)
	return int(p.integer(text, "int_parsing", []any{"query", name}, rawjson.AppendString(nil, text), 1, int64(most)))
}

func (p *parser) name(raw []byte, loc []any) *string {
	s := p.text(raw, loc)
	p.most("string_too_long", "String", loc, textSize(s), limits.Name)
	if s != nil && strings.TrimSpace(*s) == "" {
		p.fault("string_too_short", "String should have at least 1 character that is not blank", loc, raw)
	}
	return s
}

// objects reads an array of objects.
func (p *parser) objects(raw []byte, loc []any) []byte {
	if raw[0] != '[' {
		p.fault("list_type", "Input should be a valid list", loc, raw)
		return nil
	}
	rawjson.Each(raw, func(i int, elem json.RawMessage) {
		if elem[0] != '{' {
			p.fault("dict_type", "Input should be a valid dictionary", at(loc, i), elem)
		}
	})
	return raw
}

// object reads an object; null stands for an empty one.
func (p *parser) object(raw []byte, loc []any) []byte {
	switch {
	case isNull(raw):
		return []byte("{}")
	case raw[0] != '{':
		p.fault("dict_type", "Input should be a valid dictionary", loc, raw)
	}
	return raw
}

// at is loc with one more step, in memory of its own.
func at(loc []any, step any) []any { return append(loc[:len(loc):len(loc)], step) }
