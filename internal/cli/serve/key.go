package serve

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/server"
)

func newServerKeyCmd(d *database) *cobra.Command {
	return cmdutil.Group(&cobra.Command{
		Use:   "key",
		Short: "Manage API keys",
		Long: `The keys are those of the database in --db, whether or not a server runs on it.
Sessions, the keys of a sign-in with a password, are listed, too.`,
	}, newKeyAddCmd(d), newKeyListCmd(d), newKeyRevokeCmd(d))
}

// addedKey is what `flowctl server key add -o json` prints. The key is shown this
// once.
type addedKey struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"` // the user's
	Key   string `json:"key"`

	ExpiresAt int64 `json:"expires_at"` // epoch seconds, 0 for never
}

func newKeyAddCmd(d *database) *cobra.Command {
	var out cmdutil.OutputFlags
	var name, expires string
	cmd := &cobra.Command{
		Use:   "add EMAIL",
		Short: "Create another API key for a user, and print it",
		Long: `The key is printed on stdout, this once. With --expires it is valid for so many
days or hours, or until the end of a day (UTC).`,
		Example: `  flowctl server key add ann@example.com --name laptop
  flowctl server key add ci@example.com --name pipeline --expires 90d
  flowctl server key add guest@example.com --expires 2030-12-31`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var until time.Time // zero for never
			if cmd.Flags().Changed("expires") {
				var err error
				if until, err = parseExpiry(expires, time.Now()); err != nil {
					return cmdutil.Usage(err)
				}
			}
			return d.addKey(cmd.Context(), out, args[0], name, until)
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "what the key is for")
	cmd.Flags().StringVar(&expires, "expires", "", "when it ends: a `time` such as 90d, 12h or 2030-12-31 (default never)")
	out.Register(cmd)
	return cmd
}

// parseExpiry reads --expires.
func parseExpiry(s string, now time.Time) (until time.Time, err error) {
	if day, err := time.ParseInLocation(time.DateOnly, s, time.UTC); err == nil {
		until = day.AddDate(0, 0, 1)
	} else if n, err := strconv.Atoi(strings.TrimSuffix(s, "d")); err == nil && strings.HasSuffix(s, "d") {
		until = now.AddDate(0, 0, n)
	} else if d, err := time.ParseDuration(s); err == nil {
		until = now.Add(d)
	} else {
		return until, fmt.Errorf("--expires %q is not a time; give one such as 90d, 12h or 2030-12-31", s)
	}
	if !until.After(now) || until.Year() > 9999 {
		return until, fmt.Errorf("--expires %s does not lie ahead; give a time such as 90d, 12h or 2030-12-31", s)
	}
	return until, nil
}

func (d *database) addKey(ctx context.Context, out cmdutil.OutputFlags, email, name string, until time.Time) error {
	p, err := d.app.Printer(out)
	if err != nil {
		return err
	}
	st, u, err := d.account(ctx, email)
	if err != nil {
		return err
	}
	var ends string
	var expires int64
	if !until.IsZero() {
		ends, expires = ", good until "+until.UTC().Format(time.RFC3339), until.Unix()
	}
	secret, key, err := server.NewKeyUntil(ctx, st, u.ID, name, expires)
	if err != nil {
		return err
	}
	if p.ForPeople() {
		d.app.Note("Made a key for %s%s, shown this once:", u.Email, ends)
	}
	return printKey(d.app, p, u.Email, secret, addedKey{ID: key.ID, Name: key.Name, Email: u.Email, Key: secret, ExpiresAt: key.ExpiresAt})
}
