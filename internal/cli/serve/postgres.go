package serve

import (
	"net/url"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
)

// pgDump returns the command line of pg_dump that backs up a Postgres database to a
// file ("-" is standard output), without the password. ok is false for other databases.
func pgDump(dsn, file string) (line string, ok bool) {
	args := []string{"pg_dump", "--format=custom"}
	if file != "-" {
		args = append(args, "--file="+file)
	}
	return postgresLine(dsn, args)
}

// pgRestore is [pgDump] for the way back with pg_restore.
func pgRestore(dsn, file string) (line string, ok bool) {
	args := []string{"pg_restore", "--clean", "--if-exists", "--single-transaction"}
	line, ok = postgresLine(dsn, args)
	if file != "-" {
		line += " " + output.ShellQuote(file)
	}
	return line, ok
}

func postgresLine(dsn string, args []string) (line string, ok bool) {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return "", false
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	if schema := query.Get("search_path"); schema != "" {
		args = append(args, "--schema="+schema)
	}
	for name := range query {
		switch { // libpq refuses what it does not know
		case strings.HasPrefix(name, "ssl") && name != "sslpassword", name == "host", name == "port", name == "user", name == "dbname":
		default:
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	args = append(args, "--dbname="+u.String())
	for i, arg := range args {
		args[i] = output.ShellQuote(arg)
	}
	return strings.Join(args, " "), true
}
