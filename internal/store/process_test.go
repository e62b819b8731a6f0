package store

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// The environment that makes the test binary play another process.
const (
	childRole = "FLOWCTL_STORE_TEST_ROLE"
	childDSN  = "FLOWCTL_STORE_TEST_DSN"
)

func childRoles() map[string]func(context.Context, *Store) error {
	return map[string]func(context.Context, *Store) error{
		"some":    func(ctx context.Context, s *Store) error { return createMany(ctx, s, 25) },
		"forever": func(ctx context.Context, s *Store) error { return createMany(ctx, s, 1<<40) },
		"visit":   visit,
	}
}

func TestMain(m *testing.M) {
	role, ok := childRoles()[os.Getenv(childRole)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := playChild(role); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func playChild(role func(context.Context, *Store) error) error {
	ctx := context.Background()
	s, err := Open(ctx, os.Getenv(childDSN))
	if err != nil {
		return err
	}
	if err := role(ctx, s); err != nil {
		return err
	}
	return s.Close()
}

// child starts another process on the database.
func child(t *testing.T, role, dsn string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe")
	if self, err := os.Executable(); err == nil {
		cmd.Path = self
	}
	cmd.Env = append(os.Environ(), childRole+"="+role, childDSN+"="+dsn)
	cmd.Stderr = os.Stderr
	return cmd
}

// createMany makes flows from four sides, n from each, and prints the id of each
// when it has been acknowledged.
func createMany(ctx context.Context, s *Store, n int) error {
	var wg sync.WaitGroup
	errs := make(chan error, 4)
	for range 4 {
		wg.Go(func() {
			for range n {
				f := benchFlow("ann", "x")
				if err := s.CreateFlow(ctx, f); err != nil {
					errs <- err
					return
				}
				fmt.Println(f.ID)
				if _, err := s.ListFlows(ctx, ListQuery{UserID: "ann", Limit: 3}); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// visit opens the database again and again, as commands do: the last one to leave
// folds the log of SQLite into the file while others come.
func visit(ctx context.Context, s *Store) error {
	for range 25 {
		other, err := Open(ctx, os.Getenv(childDSN))
		if err != nil {
			return err
		}
		f := benchFlow("ann", "x")
		if err := other.CreateFlow(ctx, f); err != nil {
			return err
		}
		fmt.Println(f.ID)
		if err := other.Close(); err != nil {
			return err
		}
		if err := s.Close(); err != nil {
			return err
		}
	}
	return nil
}

// testProcesses lets several processes make the database and write to it at once.
func testProcesses(t *testing.T, dsn string) {
	roles := []string{"some", "some", "visit", "visit"}
	outputs := make([][]byte, len(roles))
	var wg sync.WaitGroup
	for i, role := range roles {
		cmd := child(t, role, dsn)
		wg.Go(func() {
			var err error
			if outputs[i], err = cmd.Output(); err != nil {
				t.Errorf("%s: %v: %s", role, err, outputs[i])
			}
		})
	}
	wg.Wait()
	s := openStore(t, dsn)
	ids := strings.Fields(string(slicesJoin(outputs)))
	if len(ids) != 2*4*25+2*25 {
		t.Errorf("%d flows were made", len(ids))
	}
	checkAcknowledged(t, s, ids)
	if page, err := s.ListFlows(t.Context(), ListQuery{UserID: "ann", Limit: 1}); err != nil || page.Total != int64(len(ids)) {
		t.Errorf("the total is %v, %v; want %d", page, err, len(ids))
	}
}

func slicesJoin(parts [][]byte) []byte {
	var all []byte
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func checkAcknowledged(t *testing.T, s *Store, ids []string) {
	t.Helper()
	for _, id := range ids {
		f, err := s.Flow(t.Context(), id)
		if err != nil {
			t.Errorf("acknowledged flow %s: %v", id, err)
		} else if want := benchFlow("ann", "x"); string(f.Nodes) != string(want.Nodes) {
			t.Errorf("flow %s has nodes %.100q", id, f.Nodes)
		}
	}
}

// testKilled kills a process in the middle of its writing, a few times over.
func testKilled(t *testing.T, dsn string) {
	var ids []string
	for round := range 3 {
		cmd := child(t, "forever", dsn)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		lines := bufio.NewReader(out)
		for n := 0; ; n++ {
			line, err := lines.ReadString('\n')
			if err == io.EOF {
				break
			}
			must(t, err)
			ids = append(ids, strings.TrimSpace(line))
			if n == 150+37*round {
				must(t, cmd.Process.Kill())
			}
		}
		_ = cmd.Wait() // it was killed
	}
	if len(ids) < 450 {
		t.Fatalf("%d flows were acknowledged", len(ids))
	}
	s := openStore(t, dsn)
	checkAcknowledged(t, s, ids)
	if _, ok := s.db.(*sqliteDB); ok {
		if n := number(t, s, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"); n != 0 {
			t.Errorf("the file has %d faults", n)
		}
	}
	page, err := s.ListFlows(t.Context(), ListQuery{UserID: "ann", Limit: 1})
	must(t, err)
	if n := number(t, s, "SELECT count(*) FROM flow"); page.Total != n {
		t.Errorf("the total is %d, want %d", page.Total, n)
	}
}

// asNobody plays a role as a user without any rights, if this process may choose
// one, and returns what it says.
func asNobody(t *testing.T, role, dsn string) string {
	t.Helper()
	cmd := child(t, role, dsn)
	if os.Geteuid() == 0 {
		// The test binary lies in a folder of root's alone.
		dir, err := os.MkdirTemp("", "flowctl") //nolint:usetesting // a t.TempDir lies in a folder of root's
		must(t, err)
		t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
		must(t, os.Chmod(dir, 0o755))
		binary, err := os.ReadFile(cmd.Path)
		must(t, err)
		cmd.Path = filepath.Join(dir, "store.test")
		must(t, os.WriteFile(cmd.Path, binary, 0o755))
		must(t, os.Chmod(filepath.Dir(filepath.Dir(dsn)), 0o755)) // of t.TempDir
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		cmd.Dir = "/"
	}
	out, err := cmd.Output()
	if err == nil {
		t.Errorf("it succeeded: %s", out)
	}
	return fmt.Sprintf("%s%v", out, err)
}
