package engine

import "fmt"

// says makes an error in the words of the browser's executor, capitals and all.
func says(format string, args ...any) error { return fmt.Errorf(format, args...) }

// worded makes an error that each reading words in its own way. Both formats take
// the same arguments.
func (r Rules) worded(browser, standard string, args ...any) error {
	if r.Errors {
		return fmt.Errorf(standard, args...)
	}
	return says(browser, args...)
}
