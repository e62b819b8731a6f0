package cmdutil

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/flowctl/flowctl/internal/server"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/client"
)

// localMaxBody is the largest flow that the embedded store takes, in bytes: a
// flow file's own limit, and room for its wrapper.
const localMaxBody = 65 << 20

// LocalPath is the path of the embedded store.
func LocalPath() (string, error) {
	dir, err := dataDir()
	return filepath.Join(dir, "flowctl.db"), err
}

// LocalDB is LocalPath, in a folder that is made if need be, readable by the user
// alone.
func LocalDB() (string, error) {
	path, err := LocalPath()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("make the data folder: %w; set FLOWCTL_DATA to a folder that can be written", err)
	}
	return path, nil
}

// connectLocal returns a client of the server in this process, over the embedded
// store, without a socket.
func (a *App) connectLocal(ctx context.Context, opts []client.Option) (*client.Client, error) {
	path, err := LocalDB()
	if err != nil {
		return nil, err
	}
	st, err := store.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	a.Closers = append(a.Closers, st.Close)
	admin, err := server.EnsureAdmin(ctx, st)
	if errors.Is(err, store.ErrNotFound) {
		return nil, errors.New("none of the local store's users is an admin; make one with 'flowctl server user add EMAIL --role admin'")
	}
	if err != nil {
		return nil, err
	}
	s := server.New(st, server.Options{MaxBody: localMaxBody, Version: ReleaseVersion()})
	return client.New("http://local.flowctl", append(opts, client.WithTransport(s.Transport(*admin)))...)
}
