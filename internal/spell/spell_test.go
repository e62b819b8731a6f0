package spell

import (
	"os"
	"path/filepath"
	"testing"
)

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

// Of a long name one word may be given, with a slip of the finger.
func TestCloseWords(t *testing.T) {
	names := []string{"Route a customer's message", "Research a topic on the web"}
	for wrong, want := range map[string]string{
		"Reserch": names[1], "topic on teh": names[1], "Rouet": names[0], "mesage": names[0], "Rxxxx": "", "a": "", "zzz": "", //nolint:misspell // that is the point
	} {
		if got := Close(wrong, names); got != want {
			t.Errorf("%s: %q, want %q", wrong, got, want)
		}
	}
}

// A colleague of somebody is not meant only because both are of one company.
func TestCloseEmails(t *testing.T) {
	known := []string{"ann@example.org", "joanna@example.org"}
	for wrong, want := range map[string]string{
		"ann@exmaple.org": known[0], "anm@example.org": known[0], "jonna@example.org": known[1], "cyd@example.org": "",
	} {
		if got := Close(wrong, known); got != want {
			t.Errorf("%s: %q, want %q", wrong, got, want)
		}
	}
}

func TestPath(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, dir := range []string{"flows/deep", ".hidden"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile("flows/deep/review.json", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for wrong, want := range map[string]string{
		"flws": "flows", "flows/dep": "flows/deep", "flws/deep": "", "flows/deep/reveiw.json": "flows/deep/review.json", "./Flows": "flows", "nothing": "", "xx/deep": "", ".hiden": "", "/no/such": "",
	} {
		if got := Path(filepath.FromSlash(wrong)); got != filepath.FromSlash(want) {
			t.Errorf("%s: %q, want %q", wrong, got, want)
		}
	}
}
