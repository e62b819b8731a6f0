package cmdutil

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/zalando/go-keyring"
)

func TestTokens(t *testing.T) {
	tests := []struct {
		name    string
		keyring func()
		off     string // FLOWCTL_NO_KEYRING
		inFile  bool
	}{
		{name: "keyring", keyring: keyring.MockInit},
		{name: "keyring that fails", keyring: func() { keyring.MockInitWithError(errors.New("locked")) }, inFile: true},
		{name: "keyring switched off", keyring: keyring.MockInit, off: "1", inFile: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "tokens.json")
			t.Setenv("FLOWCTL_CONFIG", filepath.Join(dir, "config.yaml"))
			t.Setenv("FLOWCTL_NO_KEYRING", tt.off)
			tt.keyring()

			wantToken(t, "work", "")
			where, err := SaveToken("work", "sk-1")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(file); (err == nil) != tt.inFile {
				t.Errorf("file of tokens: %v, want it there: %v", err, tt.inFile)
			}
			if (where == file) != tt.inFile {
				t.Errorf("said to be in %s", where)
			}
			if _, err := SaveToken("home", "sk-2"); err != nil {
				t.Fatal(err)
			}
			wantToken(t, "work", "sk-1")
			wantToken(t, "home", "sk-2")
			if err := DropToken("work"); err != nil {
				t.Fatal(err)
			}
			wantToken(t, "work", "")
			wantToken(t, "home", "sk-2")
			if err := DropToken("nobody"); err != nil {
				t.Errorf("dropping no token: %v", err)
			}
		})
	}
}

// A token that once went to the file, when there was no keyring, must not outlive
// the one that went to the keyring later.
func TestTokenMovesToKeyring(t *testing.T) {
	t.Setenv("FLOWCTL_CONFIG", filepath.Join(t.TempDir(), "config.yaml"))
	t.Setenv("FLOWCTL_NO_KEYRING", "1")
	if _, err := SaveToken("work", "sk-old"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("FLOWCTL_NO_KEYRING", "")
	keyring.MockInit()
	if _, err := SaveToken("work", "sk-new"); err != nil {
		t.Fatal(err)
	}
	wantToken(t, "work", "sk-new")
	if err := DropToken("work"); err != nil {
		t.Fatal(err)
	}
	wantToken(t, "work", "")
}

func wantToken(t *testing.T, profile, want string) {
	t.Helper()
	if got, err := ReadToken(profile); got != want || err != nil {
		t.Errorf("token of %s: %q, %v; want %q", profile, got, err, want)
	}
}
