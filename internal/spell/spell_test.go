package spell

import "testing"

func TestDidYouMean(t *testing.T) {
	for _, c := range []struct{ wrong, want string }{
		{"gpt-4", "gpt-4o"}, {"GPT-4O", "gpt-4o"}, {"lama3", "llama3"}, {"claude", ""}, {"", ""},
	} {
		want := ""
		if c.want != "" {
			want = `; did you mean "` + c.want + `"?`
		}
		if got := DidYouMean(c.wrong, []string{"gpt-4o", "llama3"}); got != want {
			t.Errorf("%s: %q, want %q", c.wrong, got, want)
		}
	}
}
