package output

import (
	"bytes"
	stdjson "encoding/json"
	"fmt"
	"io"

	"github.com/itchyny/gojq"
)

// runJQ sends raw through a jq program and writes each result on a line of its
// own: texts as they are, anything else as compact JSON.
func runJQ(w io.Writer, program string, raw []byte) error {
	query, err := gojq.Parse(program)
	if err != nil {
		return fmt.Errorf("parse --jq: %w", err)
	}
	code, err := gojq.Compile(query, gojq.WithEnvironLoader(func() []string { return nil }))
	if err != nil {
		return fmt.Errorf("compile --jq: %w", err)
	}
	value, err := decode(raw)
	if err != nil {
		return err
	}
	results := code.Run(value)
	for {
		result, ok := results.Next()
		if !ok {
			return nil
		}
		if err, ok := result.(error); ok {
			return fmt.Errorf("run --jq: %w", err)
		}
		line, err := jqLine(result)
		if err != nil {
			return err
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
}

func jqLine(result any) ([]byte, error) {
	if s, ok := result.(string); ok {
		return []byte(s), nil
	}
	line, err := gojq.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("encode the result of --jq: %w", err)
	}
	return line, nil
}

// decode gives raw as plain Go values, numbers as they are spelt.
func decode(raw []byte) (any, error) {
	d := stdjson.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("decode output: %w", err)
	}
	return v, nil
}
