package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/store"
)

// busyServer is a server process to which flows are written all the time.
type busyServer struct {
	db  string
	cmd *exec.Cmd

	mu    sync.Mutex
	acked []string // ids of flows whose creation was answered
}

func startBusyServer(t *testing.T) *busyServer {
	t.Helper()
	s := &busyServer{db: filepath.Join(t.TempDir(), "flows.db")}
	s.cmd = exec.CommandContext(t.Context(), "flowctl", "server", "--db", s.db, "--listen", "127.0.0.1:0", "--quota-flows", "0")
	stdout, err := s.cmd.StdoutPipe()
	must(t, err)
	stderr, err := s.cmd.StderrPipe()
	must(t, err)
	must(t, s.cmd.Start())
	key, err := bufio.NewReader(stdout).ReadString('\n')
	must(t, err)
	log := bufio.NewReader(stderr)
	var url []string
	for url == nil {
		line, err := log.ReadString('\n')
		must(t, err)
		url = regexp.MustCompile(`msg=listening url=(\S+)`).FindStringSubmatch(line)
	}
	go func() { _, _ = log.WriteTo(new(strings.Builder)) }()
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() { s.write(url[1], strings.TrimSpace(key)) })
	}
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // ends the writers
		writers.Wait()
		_ = s.cmd.Wait()
	})
	return s
}

// write creates flows until the server is gone.
func (s *busyServer) write(url, key string) {
	for n := 0; ; n++ {
		body := fmt.Sprintf(`{"name":"Flow","nodes":[{"id":"a","type":"input","data":{"value":"%d%s"}}],"edges":[]}`, n, strings.Repeat("x", 5000))
		req, err := http.NewRequest(http.MethodPost, url+"/api/v1/flows/create", strings.NewReader(body))
		if err != nil {
			panic(err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return
		}
		var made struct{ ID string }
		err = json.NewDecoder(res.Body).Decode(&made)
		_ = res.Body.Close()
		if err == nil && made.ID != "" {
			s.mu.Lock()
			s.acked = append(s.acked, made.ID)
			s.mu.Unlock()
		}
	}
}

// written waits for n answers and returns the ids of all so far.
func (s *busyServer) written(t *testing.T, n int) []string {
	t.Helper()
	for range 1000 {
		s.mu.Lock()
		ids := s.acked[:len(s.acked):len(s.acked)]
		s.mu.Unlock()
		if len(ids) >= n {
			return ids
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("the server did not create %d flows", n)
	return nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// runKilled runs flowctl and kills it after a time, unless that is 0.
func runKilled(t *testing.T, after time.Duration, args ...string) (err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "flowctl", args...)
	cmd.Env = append(os.Environ(), "FLOWCTL_NO_KEYRING=1", "HOME="+t.TempDir())
	var said strings.Builder
	cmd.Stderr = &said
	must(t, cmd.Start())
	if after > 0 {
		time.Sleep(after)
		_ = cmd.Process.Kill()
	}
	if err = cmd.Wait(); err != nil && after == 0 {
		t.Fatalf("%v: %s", args, said.String())
	}
	return err
}

// checkRestored restores a backup to a new database, in which there must be the flows ids.
func checkRestored(t *testing.T, backup string, ids []string) {
	t.Helper()
	db := filepath.Join(t.TempDir(), "restored.db")
	must(t, runKilled(t, 0, "server", "restore", backup, "--db", db))
	st, err := store.OpenExisting(context.Background(), db)
	must(t, err)
	defer func() { must(t, st.Close()) }()
	for _, id := range ids {
		if _, err := st.Flow(t.Context(), id); err != nil {
			t.Fatalf("flow %s was acknowledged before the backup: %v", id, err)
		}
	}
}

// TestBackupKilled backs up a database that a server writes to, and kills the backup at
// random moments: it is whole then or not there.
func TestBackupKilled(t *testing.T) {
	t.Parallel()
	s, dir := startBusyServer(t), t.TempDir()
	s.written(t, 300)
	begin, file := time.Now(), filepath.Join(dir, "whole")
	ids := s.written(t, 0)
	must(t, runKilled(t, 0, "server", "backup", file, "--db", s.db))
	took := time.Since(begin)
	checkRestored(t, file, ids)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup has mode %v, %v", info.Mode(), err)
	}
	for round := range 8 {
		ids := s.written(t, 0)
		file := filepath.Join(dir, fmt.Sprint(round))
		killed := runKilled(t, 1+rand.N(took), "server", "backup", file, "--db", s.db)
		switch _, err := os.Stat(file); {
		case err == nil:
			checkRestored(t, file, ids)
		case !errors.Is(err, fs.ErrNotExist) || killed == nil:
			t.Error(err)
		}
	}

	// The server is killed while its database is backed up.
	ids = s.written(t, 0)
	cmd := exec.CommandContext(t.Context(), "flowctl", "server", "backup", filepath.Join(dir, "last"), "--db", s.db)
	must(t, cmd.Start())
	time.Sleep(rand.N(took))
	must(t, s.cmd.Process.Kill())
	must(t, cmd.Wait())
	checkRestored(t, filepath.Join(dir, "last"), ids)
}

// TestRestoreKilled kills restores over a database at random moments: it is the one from
// before then, or that of the backup.
func TestRestoreKilled(t *testing.T) {
	t.Parallel()
	s, dir := startBusyServer(t), t.TempDir()
	s.written(t, 600)
	file, db := filepath.Join(dir, "backup"), filepath.Join(dir, "flows.db")
	must(t, runKilled(t, 0, "server", "backup", file, "--db", s.db))
	must(t, s.cmd.Process.Kill())
	first := s.written(t, 0)[0]
	prepare := func() {
		t.Helper()
		st, err := store.Open(t.Context(), db)
		must(t, err)
		_ = st.DeleteFlow(t.Context(), "mine", true, nil)
		must(t, st.CreateFlow(t.Context(), &store.Flow{ID: "mine", UserID: "ann"}))
		must(t, st.Close())
	}
	prepare()
	begin := time.Now()
	must(t, runKilled(t, 0, "server", "restore", file, "--db", db, "--force"))
	took := time.Since(begin)
	for range 10 {
		prepare() // with both
		killed := runKilled(t, 1+rand.N(took), "server", "restore", file, "--db", db, "--force")
		st, err := store.OpenExisting(t.Context(), db)
		must(t, err)
		_, errMine := st.Flow(t.Context(), "mine")
		_, errFirst := st.Flow(t.Context(), first)
		if errFirst != nil || errMine != nil && !errors.Is(errMine, store.ErrNotFound) || errMine == nil && killed == nil {
			t.Errorf("killed: %v; mine: %v, of the backup: %v", killed, errMine, errFirst)
		}
		must(t, st.Close())
	}

	// Where there was no database, there is the whole one or none.
	for range 6 {
		db := filepath.Join(t.TempDir(), "new.db")
		killed := runKilled(t, 1+rand.N(took), "server", "restore", file, "--db", db)
		st, err := store.OpenExisting(t.Context(), db)
		if errors.Is(err, fs.ErrNotExist) && killed != nil {
			continue
		}
		must(t, err)
		_, err = st.Flow(t.Context(), first)
		must(t, errors.Join(err, st.Close()))
	}
}
