package output

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/itchyny/gojq"
)

func compileJQ(program string) (*gojq.Code, error) {
	query, err := gojq.Parse(program)
	if err != nil {
		if strings.Contains(err.Error(), "unexpected EOF") {
			return nil, fmt.Errorf("--jq %q is not complete: something is missing at its end, such as a bracket", program)
		}
		return nil, fmt.Errorf("parse --jq: %w", err)
	}
	code, err := gojq.Compile(query, gojq.WithEnvironLoader(os.Environ))
	if err != nil {
		return nil, fmt.Errorf("compile --jq: %w", err)
	}
	return code, nil
}

// runJQ sends raw through a jq program and writes each result on a line of its
// own: texts as they are, anything else as compact JSON.
func runJQ(w io.Writer, code *gojq.Code, raw []byte) error {
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
			var halt *gojq.HaltError
			if errors.As(err, &halt) && halt.Value() == nil {
				return nil
			}
			return fmt.Errorf("run --jq: %w", err)
		}
		line := []byte(nil)
		if text, ok := result.(string); ok {
			line = []byte(text)
		} else if line, err = gojq.Marshal(result); err != nil {
			return fmt.Errorf("encode the result of --jq: %w", err)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
}

// decode returns raw as plain Go values, numbers as they are spelt.
func decode(raw []byte) (any, error) {
	d := stdjson.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("decode output: %w", err)
	}
	return v, nil
}
