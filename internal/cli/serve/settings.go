package serve

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/server"
)

// devInfo is what 'flowctl server --dev' prints when it is ready.
type devInfo struct {
	URL  string `json:"url"`
	Key  string `json:"key"`
	User string `json:"user"` // the admin's e-mail
}

// parseDays reads a time such as 30d or 12h; a day has 24 hours.
func parseDays(s string) (time.Duration, error) {
	if n, err := strconv.ParseUint(strings.TrimSuffix(s, "d"), 10, 16); err == nil && strings.HasSuffix(s, "d") {
		return time.Duration(n) * 24 * time.Hour, nil
	}
	return time.ParseDuration(s)
}

// settings turns the flags into what the server takes.
func (o *serverOptions) settings() (server.Options, error) {
	size, err := cmdutil.ParseSize("max-body", o.maxBody)
	if err != nil {
		return server.Options{}, err
	}
	memory, err := cmdutil.ParseSize("total-memory", o.totalMemory)
	if err != nil {
		return server.Options{}, err
	}
	quota, err := humanize.ParseBytes(o.quotaBytes)
	switch {
	case err != nil || quota > math.MaxInt64:
		return server.Options{}, cmdutil.Usage(fmt.Errorf("--quota-bytes %q is not a size; give one such as 1GiB, or 0 for any", o.quotaBytes))
	case o.keepVersions < 0:
		return server.Options{}, cmdutil.Usage(fmt.Errorf("--keep-versions is %d; give 1 or more, or 0 for all", o.keepVersions))
	case o.keepAudit < 0:
		return server.Options{}, cmdutil.Usage(fmt.Errorf("--keep-audit is %d; give 1 or more, or 0 for all", o.keepAudit))
	case o.quotaFlows < 0:
		return server.Options{}, cmdutil.Usage(fmt.Errorf("--quota-flows is %d; give 1 or more, or 0 for any number", o.quotaFlows))
	}
	keepDeleted, err := parseDays(o.keepDeleted)
	if err != nil || keepDeleted < 0 {
		return server.Options{}, cmdutil.Usage(fmt.Errorf("--keep-deleted %q is not a time; give one such as 30d or 12h, or 0 for ever", o.keepDeleted))
	}
	for _, origin := range o.corsOrigins {
		if err := checkOrigin(origin); err != nil {
			return server.Options{}, err
		}
	}
	proxies, err := server.ParseProxies(o.proxies)
	if err != nil {
		return server.Options{}, cmdutil.Usage(fmt.Errorf("--trusted-proxy: %w", err))
	}
	log := o.logger()
	opts := server.Options{
		MaxBody: size,
		Memory:  memory,
		// 0 is the default there.
		KeepAudit:    cmp.Or(o.keepAudit, -1),
		KeepVersions: cmp.Or(o.keepVersions, -1),
		KeepDeleted:  cmp.Or(keepDeleted, -1),
		Quotas:       server.Quotas{Flows: o.quotaFlows, Bytes: int64(quota)},
		CORSOrigins:  o.corsOrigins,
		Proxies:      proxies,
		Logger:       log,
		Version:      cmdutil.ReleaseVersion(),
		Compat:       server.Compat(o.compat),
	}
	return opts, o.runs.apply(&opts)
}

// checkOrigin refuses what no browser sends as an origin, and would never match.
func checkOrigin(origin string) error {
	u, err := url.Parse(origin)
	if origin == "*" || err == nil && u.Host != "" && origin == u.Scheme+"://"+u.Host {
		return nil
	}
	return cmdutil.Usage(fmt.Errorf("--cors-origin %q is not an origin; give scheme and host alone, such as https://flows.example.com", origin))
}

// checkAddress refuses what is not an address to listen on, on any machine.
func checkAddress(ctx context.Context, address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = net.DefaultResolver.LookupPort(ctx, "tcp", port)
	}
	if err != nil {
		return cmdutil.Usage(fmt.Errorf("%q is not an address to listen on; give one such as 127.0.0.1:8080 with --listen", address))
	}
	return nil
}

// logger returns the log on stderr.
func (o *serverOptions) logger() *slog.Logger {
	level := map[string]slog.Level{"debug": slog.LevelDebug, "warn": slog.LevelWarn, "error": slog.LevelError}[o.logLevel]
	switch {
	case o.app.Flags.Debug:
		level = slog.LevelDebug
	case o.app.Flags.Quiet:
		level = max(level, slog.LevelWarn)
	}
	opts := &slog.HandlerOptions{Level: level}
	if o.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(o.app.Err, opts))
	}
	return slog.New(slog.NewTextHandler(o.app.Err, opts))
}

// checkTLS finds what is wrong with the certificate before anything is done.
func (o *serverOptions) checkTLS() error {
	switch {
	case o.certFile == "" && o.keyFile == "":
		return nil
	case o.certFile == "" || o.keyFile == "":
		return cmdutil.Usage(errors.New("--tls-cert and --tls-key go together; give both"))
	}
	if _, err := tls.LoadX509KeyPair(o.certFile, o.keyFile); err != nil {
		return fmt.Errorf("load the certificate %s with the key %s: %w", o.certFile, o.keyFile, err)
	}
	return nil
}

// exposed reports whether other machines reach the server without TLS.
func (o *serverOptions) exposed(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return o.certFile == "" && ok && !tcp.IP.IsLoopback()
}

// url is where the server is reached from this machine.
func (o *serverOptions) url(addr net.Addr) string {
	scheme, host := "http", addr.String()
	if o.certFile != "" {
		scheme = "https"
	}
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		host = net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	return scheme + "://" + host
}
