package main

import (
	"context"
	"errors"
	"flag"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flowctl/flowctl/internal/modeltest"
	"github.com/flowctl/flowctl/internal/server"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

func TestMain(m *testing.M) {
	// Most tests wait for processes that wait for each other; -parallel N still counts.
	if err := flag.Set("test.parallel", strconv.Itoa(3*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"flowctl": main, "terminal": terminalMain})
}

// TestScript runs the real main against the real server. Besides testscript's own
// commands a script has:
//
//	exits CODE flowctl ARGS...   run a program that must exit with CODE
//	server [NAME]                start our server on a new database; sets
//	                             FLOWCTL_SERVER and FLOWCTL_TOKEN (its admin's)
//	upstream [-front-end] [-import-fixed]
//	                             start a backend that behaves like the real one; sets
//	                             the same
//	fault TIMES METHOD PATH      let the upstream fail the next requests whose path
//	                             ends so
//	post PATH FILE [HEADER]...   send a request to that server past flowctl
//	requests [METHOD...]         print what the upstream was asked so far
//	answers STATUS TYPE FILE     start a server that has one answer to everything
//	hangs                        start a server that never answers; makes the file
//	                             "arrived" when it is asked
//	trouble KIND ...             spoil what is sent to that server, see scriptTrouble
//	await FILE PATTERN           wait until the file matches; named groups set
//	                             variables
//	certificate                  write cert.pem and key.pem for 127.0.0.1
//	model                        start an OpenAI-compatible server, see modeltest;
//	                             sets MODEL_URL
//	asked                        print what that server was asked so far
//	newer FILE                   make a SQLite database that of a newer flowctl
//	adminless FILE               make a SQLite database without an admin
//
// and the program "terminal DIALOGUE PROGRAM ARGS...", see terminalMain.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup:               setupScript,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"adminless":   scriptAdminless,
			"answers":     scriptAnswers,
			"asked":       scriptAsked,
			"await":       scriptAwait,
			"certificate": scriptCertificate,
			"exits":       scriptExits,
			"fault":       scriptFault,
			"hangs":       scriptHangs,
			"model":       scriptModel,
			"post":        scriptPost,
			"newer":       scriptNewer,
			"requests":    scriptRequests,
			"server":      scriptServer,
			"meanwhile":   scriptMeanwhile,
			"trouble":     scriptTrouble,
			"upstream":    scriptUpstream,
		},
	})
}

// setupScript sets up for a script an empty home of its own and no keyring.
func setupScript(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	env.Setenv("HOME", home)
	env.Setenv("FLOWCTL_NO_KEYRING", "1")
	env.Values[backendKey{}] = new(*clienttest.Backend)
	env.Values[modelsKey{}] = new(*modeltest.Server)
	examples, err := filepath.Abs(filepath.Join("..", "..", "examples"))
	if err != nil {
		return err
	}
	env.Setenv("EXAMPLES", examples)
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"} {
		env.Setenv(name, "")
	}
	return os.Mkdir(home, 0o700)
}

func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%s: %v", args[1], err)
		}
		code = exit.ExitCode()
	}
	if code != want {
		ts.Fatalf("%v: exit code %d, want %d", args[1:], code, want)
	}
}

func scriptServer(ts *testscript.TestScript, _ bool, args []string) {
	name := "server"
	if len(args) > 0 {
		name = args[0]
	}
	ctx := context.Background()
	st, err := store.Open(ctx, ts.MkAbs(name+".db"))
	ts.Check(err)
	ts.Defer(func() { _ = st.Close() })
	admin, err := server.EnsureAdmin(ctx, st)
	ts.Check(err)
	secret, _, err := server.NewKey(ctx, st, admin.ID, "test")
	ts.Check(err)
	web := httptest.NewServer(server.New(st, server.Options{}))
	ts.Defer(web.Close)
	ts.Setenv("FLOWCTL_SERVER", web.URL)
	ts.Setenv("FLOWCTL_TOKEN", secret)
}
