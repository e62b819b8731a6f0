package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/zalando/go-keyring"
)

// keyringService is the name under which the system's keyring shows our tokens.
const keyringService = "flowctl"

// readToken gives the stored token of a profile, "" if there is none.
func readToken(profile string) (string, error) {
	tokens, path, err := tokenFile()
	if err != nil {
		return "", err
	}
	if token := tokens[profile]; token != "" {
		return token, nil
	}
	if path == "" || os.Getenv("FLOWCTL_NO_KEYRING") != "" {
		return "", nil
	}
	token, err := keyring.Get(keyringService, profile)
	if err != nil {
		return "", nil //nolint:nilerr // no keyring and no entry are alike: not signed in
	}
	return token, nil
}

// saveToken stores the token of a profile in the system's keyring, or in a file
// that the user alone can read where there is no keyring. It tells where.
func saveToken(profile, token string) (where string, err error) {
	if os.Getenv("FLOWCTL_NO_KEYRING") == "" && keyring.Set(keyringService, profile, token) == nil {
		return "the system keyring", dropFromFile(profile)
	}
	tokens, path, err := tokenFile()
	if err != nil {
		return "", err
	}
	tokens[profile] = token
	return path, writeTokens(path, tokens)
}

// dropToken forgets the token of a profile everywhere.
func dropToken(profile string) error {
	if os.Getenv("FLOWCTL_NO_KEYRING") == "" {
		_ = keyring.Delete(keyringService, profile) // none there, or no keyring: as wanted
	}
	return dropFromFile(profile)
}

func dropFromFile(profile string) error {
	tokens, path, err := tokenFile()
	if err != nil || tokens[profile] == "" {
		return err
	}
	delete(tokens, profile)
	return writeTokens(path, tokens)
}

// tokenFile reads the tokens that are kept without a keyring, by profile.
func tokenFile() (tokens map[string]string, path string, err error) {
	config, err := configPath()
	if err != nil {
		return nil, "", err
	}
	path = filepath.Join(filepath.Dir(config), "tokens.json")
	tokens = map[string]string{}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return tokens, path, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &tokens)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the tokens in %s: %w; mend or remove the file and sign in again", path, err)
	}
	return tokens, path, nil
}

func writeTokens(path string, tokens map[string]string) error {
	raw, err := json.MarshalIndent(tokens, "", "  ")
	if err != nil {
		return fmt.Errorf("encode tokens: %w", err)
	}
	return writeFile(path, append(raw, '\n'), 0o600)
}
