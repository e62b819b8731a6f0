package cmdutil

import (
	"fmt"
	"math"

	"github.com/dustin/go-humanize"
)

// ParseSize reads the size that a flag has, in bytes.
func ParseSize(flag, text string) (int64, error) {
	size, err := humanize.ParseBytes(text)
	if err != nil || size == 0 || size > math.MaxInt64 {
		return 0, Usage(fmt.Errorf("--%s %q is not a size; give one such as 16MiB", flag, text))
	}
	return int64(size), nil
}

// MaxParallel is more than any server is faster with.
const MaxParallel = 64
