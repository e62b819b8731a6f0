package serve

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/server"
	"github.com/flowctl/flowctl/internal/store"
)

type serverOptions struct {
	database
	runs                runSettings
	listen              string
	certFile, keyFile   string
	corsOrigins         []string
	hosts, proxies      []string
	maxBody             string
	compat              string
	totalMemory         string
	quotaFlows          int64
	quotaBytes          string
	keepVersions        int
	keepAudit           int
	keepDeleted         string
	dev                 bool
	logLevel, logFormat string
}

const serverHelp = `Serves the flows API, for flowctl, its Go client and the browser's editor.
Without flags it serves the flows of this machine to this machine.

On an empty database the first start creates an admin and prints the API key on
stdout, this once. 'flowctl server user' and 'flowctl server key' make more,
also while the server runs. --dev serves an empty, temporary database, and
prints url, key and user as a line of JSON.

With --model-url or --backend-url the server runs flows, too. Web search nodes
fetch pages only of the hosts in --allow-host. The API is described at /docs.

'flowctl help serving' explains runs, keys, certificates and signals.`

func newServerCmd(a *cmdutil.App) *cobra.Command {
	o := &serverOptions{database: database{app: a}}
	cmd := &cobra.Command{
		Use:        "server",
		SuggestFor: []string{"serve", "daemon"},
		Short:      "Serve flows to others",
		Long:       serverHelp,
		Example: `  flowctl server
  flowctl server --listen :8443 --tls-cert cert.pem --tls-key key.pem
  flowctl server --host flows.example.com --trusted-proxy 127.0.0.1
  flowctl server --model-url http://localhost:11434 --max-runs 4
  flowctl server --backend-url https://ai.example.com --backend-key-file key.txt
  FLOWCTL_DB=postgres://db.example.com/flowctl flowctl server --log-format json
  flowctl server --dev`,
		Args:              cobra.NoArgs,
		PersistentPreRunE: withoutServer,
		RunE:              o.run,
	}
	hideServerFlags(cmd)
	cmd.PersistentFlags().StringVar(&o.dbFlag, "db", "",
		"`database`: the path of a SQLite file, or a postgres:// URL (FLOWCTL_DB; default the local store)")
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "", "`address` to listen on (FLOWCTL_LISTEN; default 127.0.0.1:8080, with --dev 127.0.0.1:0)")
	f.StringVar(&o.certFile, "tls-cert", "", "PEM `file` with the certificate, and those between it and the root")
	f.StringVar(&o.keyFile, "tls-key", "", "PEM `file` with the certificate's key")
	f.StringArrayVar(&o.corsOrigins, "cors-origin", nil, "allow calls from pages of this `origin`, such as https://flows.example.com, or * (repeatable)")
	f.StringArrayVar(&o.hosts, "host", nil,
		"on loopback, also answer requests for this host `name`, which a proxy passes on (repeatable)")
	f.StringArrayVar(&o.proxies, "trusted-proxy", nil,
		"trust X-Forwarded-For of a proxy at this `address` or network, such as 10.0.0.0/8 (repeatable)")
	cmdutil.EnumVar(cmd, &o.compat, "compat", "", "",
		"answer lists as the pages of `open-webui` want them: all that one may change, at once, with nodes and edges", string(server.OpenWebUI))
	f.StringVar(&o.maxBody, "max-body", "16MiB", "largest `size` of a request's body")
	f.StringVar(&o.totalMemory, "total-memory", "384MiB",
		"hold at most this `size` of requests, answers and runs at a time, a quarter of it for one user; the process needs about twice as much")
	f.Int64Var(&o.quotaFlows, "quota-flows", 10_000, "at most `n` flows for each user who is not an admin, 0 for any number")
	f.StringVar(&o.quotaBytes, "quota-bytes", "1GiB", "at most this `size` of flows and executions for each of them, 0 for any")
	f.IntVar(&o.keepVersions, "keep-versions", server.DefaultKeepVersions, "keep the newest `n` versions of each flow, and those with a label, 0 for all")
	f.IntVar(&o.keepAudit, "keep-audit", server.DefaultKeepAudit, "keep the newest `n` entries of the audit log, 0 for all")
	f.StringVar(&o.keepDeleted, "keep-deleted", "30d", "let deleted flows be restored for this `time`, such as 30d or 12h, 0 for ever")
	f.BoolVar(&o.dev, "dev", false, "serve a temporary database on a free port, and print how to reach it")
	cmdutil.EnumVar(cmd, &o.logLevel, "log-level", "", "info", "debug, info, warn or error", "debug", "info", "warn", "error")
	cmdutil.EnumVar(cmd, &o.logFormat, "log-format", "", "text", "text or json", "text", "json")
	o.runs.register(cmd)
	cmd.AddCommand(newServerUserCmd(&o.database), newServerGroupCmd(&o.database), newServerKeyCmd(&o.database), newServerMigrateCmd(&o.database),
		newBackupCmd(&o.database), newRestoreCmd(&o.database), newCheckCmd(&o.database), newAuditCmd(&o.database))
	return cmd
}

// run serves until it is told to stop. It listens first: what comes after may
// make an admin, which must not happen for a server that cannot start.
func (o *serverOptions) run(cmd *cobra.Command, _ []string) error {
	ctx := cmd.Context()
	if o.dev && o.dbFlag != "" {
		return cmdutil.Usage(errors.New("--dev brings its own database; leave out --db"))
	}
	var err error
	if o.runs.roots, err = o.app.Roots(cmdutil.Target{}); err != nil {
		return err
	}
	opts, err := o.settings()
	if err != nil {
		return err
	}
	if err := o.checkTLS(); err != nil {
		return err
	}
	if err := checkAddress(ctx, o.address()); err != nil {
		return err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", o.address())
	if err != nil {
		return fmt.Errorf("%w; choose another address with --listen", err)
	}
	defer func() { _ = ln.Close() }() // once more, after Serve has
	st, err := o.openStore(ctx)
	if err != nil {
		return err
	}
	if ok, err := st.HasSearchIndex(ctx); err != nil {
		return err
	} else if !ok {
		opts.Logger.Warn("searches read the names of all flows, for the extension pg_trgm is missing; an administrator of Postgres makes it, and the index: " + store.MakeSearchIndex)
	}
	if err := o.announce(ctx, st, ln.Addr(), opts.Logger); err != nil {
		return err
	}
	defer o.runs.check(ctx, opts.Logger)()
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(2 * opts.Memory) // garbage is collected in time
	}
	return server.New(st, opts).Serve(ctx, ln, server.ServeOptions{CertFile: o.certFile, KeyFile: o.keyFile, Hosts: o.names()})
}

func (o *serverOptions) openStore(ctx context.Context) (*store.Store, error) {
	if !o.dev {
		return o.open(ctx)
	}
	dir, err := os.MkdirTemp("", "flowctl-dev-")
	if err != nil {
		return nil, fmt.Errorf("make a temporary database: %w", err)
	}
	o.app.Closers = append(o.app.Closers, func() error { return os.RemoveAll(dir) })
	return o.openFile(ctx, dir)
}

// announce reports that the server is ready, and how to get in if nobody can yet.
func (o *serverOptions) announce(ctx context.Context, st *store.Store, addr net.Addr, log *slog.Logger) error {
	url := o.url(addr)
	key, admin, err := firstKey(ctx, st)
	switch {
	case err != nil:
		return err
	case o.dev:
		err = json.NewEncoder(o.app.Out).Encode(devInfo{URL: url, Key: key, User: admin.Email})
	case admin == nil:
		log.Warn("no user is an admin; make one with 'flowctl server user add EMAIL --role admin'")
	case key != "":
		log.Warn("first start: the API key of the admin is on stdout, this once", "user", admin.Email)
		_, err = fmt.Fprintln(o.app.Out, key)
	}
	if err != nil {
		return fmt.Errorf("print the key of the admin: %w; make another with 'flowctl server key add %s'", err, admin.Email)
	}
	if o.exposed(addr) {
		log.Warn("others on the network can read keys and flows; add --tls-cert and --tls-key, or put a proxy with TLS in front", "address", addr.String())
	}
	log.Info("listening", "url", url, "version", cmdutil.ReleaseVersion())
	return nil
}

// firstKey returns a key for the oldest admin if nothing lets anybody in yet, else
// "". admin is nil when none of the users is one.
func firstKey(ctx context.Context, st *store.Store) (key string, admin *store.User, err error) {
	admin, err = server.EnsureAdmin(ctx, st)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil, nil
	}
	if err == nil {
		key, err = server.FirstKey(ctx, st, admin)
	}
	return key, admin, err
}

// names are those by which a server on loopback is asked for: what it listens on may
// be one.
func (o *serverOptions) names() []string {
	host, _, _ := net.SplitHostPort(o.address()) // it was checked
	return append(o.hosts, host)
}

func (o *serverOptions) address() string {
	standard := "127.0.0.1:8080"
	if o.dev {
		standard = "127.0.0.1:0"
	}
	return cmp.Or(o.listen, os.Getenv("FLOWCTL_LISTEN"), standard)
}
