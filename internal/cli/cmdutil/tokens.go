package cmdutil

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/flowctl/flowctl/internal/parallel"
)

const (
	// keyringService is the name under which the system's keyring shows our tokens.
	keyringService = "flowctl"
	// keyringTimeout is how long the keyring may take. A locked one may wait for
	// a password that nobody is there to type.
	keyringTimeout = 10 * time.Second
)

var errNoKeyring = errors.New("no keyring")

// ReadToken returns the stored token of a profile, "" if there is none.
func ReadToken(profile string) (string, error) {
	tokens, _, err := tokenFile()
	if err != nil {
		return "", err
	}
	if token := tokens[profile]; token != "" {
		return token, nil
	}
	token, err := useKeyring(func() (string, error) { return keyring.Get(keyringService, profile) })
	if err != nil {
		return "", nil //nolint:nilerr // no keyring and no entry are alike: not signed in
	}
	return token, nil
}

// storedToken is [ReadToken], with a warning if other accounts of the machine can read the
// file.
func (a *App) storedToken(profile string) (string, error) {
	token, err := ReadToken(profile)
	if err != nil || token == "" || a.warnedTokens || runtime.GOOS == "windows" { // which has no such modes
		return token, err
	}
	tokens, path, err := tokenFile()
	if err != nil || tokens[profile] == "" {
		return token, err
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		a.warnedTokens = true
		a.Warn("others on this machine can read or change the tokens in %s (mode %04o); run 'chmod 600 %s', and sign in again if somebody may have", path, info.Mode().Perm(), path)
	}
	return token, nil
}

// SaveToken stores the token of a profile in the system's keyring or, if there is none, in a
// file that only the user can read. It returns where, for messages.
func SaveToken(profile, token string) (where string, err error) {
	_, err = useKeyring(func() (string, error) { return "", keyring.Set(keyringService, profile, token) })
	if err == nil {
		return "the system keyring", writeToken(profile, "")
	}
	_, path, err := tokenFile()
	if err != nil {
		return "", err
	}
	return path, writeToken(profile, token)
}

// DropToken deletes the token of a profile from the keyring and the file.
func DropToken(profile string) error {
	// Deleting fails alike without a keyring, without an entry, and when the
	// keyring refuses. Only the last leaves something to be read.
	_, err := useKeyring(func() (string, error) { return "", keyring.Delete(keyringService, profile) })
	if err != nil {
		if _, still := useKeyring(func() (string, error) { return keyring.Get(keyringService, profile) }); still == nil {
			return fmt.Errorf("remove the token of %s from the system keyring: %w; remove it there", profile, err)
		}
	}
	return writeToken(profile, "")
}

// useKeyring runs call, which uses the system's keyring, for at most keyringTimeout. It is an
// error if FLOWCTL_NO_KEYRING is set.
func useKeyring(call func() (string, error)) (string, error) {
	if os.Getenv("FLOWCTL_NO_KEYRING") != "" {
		return "", errNoKeyring
	}
	ctx, cancel := context.WithTimeout(context.Background(), keyringTimeout)
	defer cancel()
	return parallel.Wait(ctx, call)
}

// tokenFile returns the tokens in the file that is used without a keyring, by profile, and
// its path.
func tokenFile() (tokens map[string]string, path string, err error) {
	config, err := configPath()
	if err != nil {
		return nil, "", err
	}
	path = filepath.Join(filepath.Dir(config), "tokens.json")
	tokens = map[string]string{}
	raw, err := os.ReadFile(path) //nolint:gosec // next to the configuration, which the user names
	if errors.Is(err, fs.ErrNotExist) {
		return tokens, path, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &tokens)
	}
	if err == nil && tokens == nil {
		err = errors.New("it holds null")
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the tokens in %s: %w; fix or remove the file and sign in again", path, err)
	}
	return tokens, path, nil
}

// writeToken sets the token of a profile in the file, one process at a time; "" removes it. A
// file that would not change is not written.
func writeToken(profile, token string) error {
	tokens, path, err := tokenFile()
	if err != nil || tokens[profile] == token {
		return err
	}
	unlock, err := lockFile(path)
	if err != nil {
		return fmt.Errorf("write the tokens in %s: %w", path, err)
	}
	defer unlock()
	if tokens, _, err = tokenFile(); err != nil { // again, now that nobody else writes
		return err
	}
	tokens[profile] = token
	if token == "" {
		delete(tokens, profile)
	}
	raw, err := json.MarshalIndent(tokens, "", "  ")
	if err != nil {
		return fmt.Errorf("encode tokens: %w", err)
	}
	return replacePrivate(path, append(raw, '\n'))
}
