package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/store"
)

var errFirstUser = errors.New("the first user of a database must be an admin; add one with --role admin first")

// openFor opens the database for a user of that role. The first one, who makes the
// database if need be, is an admin: nobody else could manage it, and the local store
// works as its admin.
func (o *userAddOptions) openFor(ctx context.Context, role store.Role) (*store.Store, error) {
	if role == store.RoleAdmin {
		if err := o.checkFolder(); err != nil {
			return nil, err
		}
		return o.open(ctx)
	}
	st, err := o.existing(ctx)
	if absent := (missingDatabase{}); errors.As(err, &absent) {
		if err := o.checkFolder(); err != nil {
			return nil, err
		}
		return nil, cmdutil.Usage(fmt.Errorf("there is no database %s; check --db and FLOWCTL_DB: %w", absent.path, errFirstUser))
	}
	if err != nil {
		return nil, err
	}
	users, err := st.Users(ctx)
	if err == nil && len(users) == 0 {
		err = cmdutil.Usage(errFirstUser)
	}
	return st, err
}

// checkFolder refuses a database in a folder that is missing: the name of it may be
// mistyped. That of the local store is made.
func (o *userAddOptions) checkFolder() error {
	dsn := o.named()
	if dsn == "" || strings.Contains(dsn, "://") {
		return nil
	}
	dir := filepath.Dir(dsn)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no folder %s for the database; create it, or check --db and FLOWCTL_DB", dir)
	}
	return nil
}
