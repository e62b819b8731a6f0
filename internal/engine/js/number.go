package js

import (
	"math"
	"strconv"
	"strings"
)

// FromFloat is the number f in JavaScript's spelling.
func FromFloat(f float64) Number { return Number(formatNumber(f)) }

// FromInt is the number n.
func FromInt(n int) Number { return Number(strconv.Itoa(n)) }

// formatNumber spells f as ECMAScript's Number::toString does: the shortest
// digits that read back as f, without an exponent from 1e-6 to below 1e21.
func formatNumber(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		return "0" // -0 too
	case f < 0:
		return "-" + formatNumber(-f)
	}
	if f >= 1e-6 && f < 1e21 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	s := strconv.FormatFloat(f, 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(s, "e")
	return mantissa + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0")
}

// ToNumber is Number(v).
func ToNumber(v Value) float64 {
	switch v := v.(type) {
	case Null:
		return 0
	case Bool:
		if v {
			return 1
		}
		return 0
	case Number:
		f, err := strconv.ParseFloat(string(v), 64)
		if err != nil && !math.IsInf(f, 0) {
			return math.NaN()
		}
		return f
	case String, File, Array:
		return textToNumber(ToString(v))
	}
	return math.NaN()
}

func textToNumber(s string) float64 {
	s = Trim(s)
	if s == "" {
		return 0
	}
	if len(s) > 2 && s[0] == '0' {
		if base := map[byte]int{'x': 16, 'o': 8, 'b': 2}[s[1]|0x20]; base != 0 {
			return digitsToNumber(s[2:], base)
		}
	}
	if n := numberPrefix(s); n == len(s) {
		return ToNumber(Number(s))
	}
	return math.NaN()
}

func digitsToNumber(s string, base int) float64 {
	f := 0.0
	for i := range len(s) {
		d, err := strconv.ParseUint(s[i:i+1], base, 8)
		if err != nil {
			return math.NaN()
		}
		f = f*float64(base) + float64(d)
	}
	return f
}

// ParseFloat is parseFloat(s): the number that s starts with, NaN without one.
func ParseFloat(s string) float64 {
	s = strings.TrimLeftFunc(s, isSpace)
	n := numberPrefix(s)
	if n == 0 {
		return math.NaN()
	}
	return ToNumber(Number(s[:n]))
}

// numberPrefix is the length of the decimal number that s starts with, 0 if it
// starts with none.
func numberPrefix(s string) int {
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	if strings.HasPrefix(s[i:], "Infinity") {
		return i + len("Infinity")
	}
	whole := digits(s[i:])
	i += whole
	fraction := 0
	if i < len(s) && s[i] == '.' {
		if fraction = digits(s[i+1:]); whole+fraction > 0 {
			i += 1 + fraction
		}
	}
	if whole+fraction == 0 {
		return 0
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		e := i + 1
		if e < len(s) && (s[e] == '+' || s[e] == '-') {
			e++
		}
		if n := digits(s[e:]); n > 0 {
			i = e + n
		}
	}
	return i
}

func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}
