package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	lib "modernc.org/sqlite/lib"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// busyTimeout bounds the wait for a writer that has the file to itself.
const busyTimeout = 10 * time.Second

// session is a connection within a read transaction.
type session struct {
	*conn
	from string // what is read, to stand behind FROM
	all  string // a statement for all of it
	args []schema.Value
}

// within opens the file, begins a transaction, and calls do.
func within(ctx context.Context, req sdk.ReadRequest, do func(context.Context, *session) error) error {
	s := &session{}
	if err := s.address(req); err != nil {
		return err
	}
	path := req.Config.Text("path", "")
	if info, err := os.Stat(path); err != nil {
		return pathError(path, err)
	} else if info.IsDir() {
		return &sdk.Error{Setting: "path", Message: path + " is a folder", Hint: "name the database file in it"}
	}
	var err error
	if s.conn, err = open(path); err != nil {
		return readError(ctx, req.Config, err)
	}
	defer s.close()
	release := s.watch(ctx)
	defer release()
	if err = s.begin(ctx); err == nil {
		err = do(ctx, s)
	}
	return readError(ctx, req.Config, err)
}

// begin starts the transaction and takes its snapshot, which waits for a writer that has locked the file.
func (s *session) begin(ctx context.Context) error {
	for _, sql := range []string{"PRAGMA query_only = on", "PRAGMA trusted_schema = off", "BEGIN"} {
		if _, err := s.rows(sql); err != nil {
			return err
		}
	}
	for start := time.Now(); ; {
		_, err := s.rows("SELECT 1 FROM sqlite_schema LIMIT 1")
		var f *failure
		if !errors.As(err, &f) || f.code != lib.SQLITE_BUSY || time.Since(start) > busyTimeout {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// address writes what the settings name as SQL. A query stands alone in s.all, so that SQLite's words on its syntax
// fit what the author wrote.
func (s *session) address(req sdk.ReadRequest) error {
	cfg := req.Config
	var err error
	if cfg.Has("table") {
		s.from, err = sqlread.Table(cfg, `"`, 2)
		s.all = "SELECT * FROM " + s.from
		return err
	}
	loc, err := req.Location()
	if err != nil {
		return err
	}
	s.all, s.args, err = sqlread.Query(cfg, func(i int, _ schema.Value) string { return "?" + strconv.Itoa(i) })
	s.from = "(" + s.all + ") AS q"
	for i, v := range s.args {
		s.args[i] = argument(v, loc)
	}
	return err
}

// argument is a parameter as SQLite has values: integers, reals and texts.
func argument(v schema.Value, loc *time.Location) schema.Value {
	if v.Null {
		return v
	}
	switch v.Type.Kind {
	case schema.Integer, schema.Boolean, schema.Float:
		return v
	case schema.Decimal, schema.Percent:
		return number(v)
	case schema.Date:
		return schema.Text(sqlread.DayText(v.Int))
	case schema.Timestamp:
		return schema.Text(v.Time().In(loc).Format("2006-01-02 15:04:05.999999"))
	}
	return schema.Text(v.Text)
}

func pathError(path string, err error) error {
	e := &sdk.Error{Setting: "path", Message: fmt.Sprintf("cannot read %s", path), Err: errors.Unwrap(err)}
	if errors.Is(err, os.ErrNotExist) {
		e.Message, e.Err, e.Hint = fmt.Sprintf("there is no file %s", path), nil, "a relative path counts from the rule file"
	}
	return e
}

// readError words an error of SQLite for the author of a rule. Others stay as they are.
func readError(ctx context.Context, cfg schema.Config, err error) error {
	var ours *sdk.Error
	var f *failure
	if errors.As(err, &ours) || !errors.As(err, &f) {
		return err
	}
	path := cfg.Text("path", "")
	switch f.code {
	case lib.SQLITE_INTERRUPT:
		if ctx.Err() != nil {
			return ctx.Err()
		}
	case lib.SQLITE_NOTADB:
		return &sdk.Error{Setting: "path", Message: path + " is not an SQLite database", Hint: "check the path; an encrypted database cannot be read"}
	case lib.SQLITE_CORRUPT:
		return &sdk.Error{Setting: "path", Message: path + " is damaged: " + f.text, Hint: "run PRAGMA integrity_check on it"}
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return &sdk.Error{Setting: "path", Message: fmt.Sprintf("%s is locked by a writer, after %v of waiting", path, busyTimeout), Temporary: true}
	case lib.SQLITE_CANTOPEN, lib.SQLITE_PERM, lib.SQLITE_READONLY, lib.SQLITE_IOERR, lib.SQLITE_FULL, lib.SQLITE_NOLFS, lib.SQLITE_AUTH:
		return &sdk.Error{Setting: "path", Message: fmt.Sprintf("cannot read %s: %s", path, f.text),
			Hint: "check the rights on the file; a database in WAL mode also needs its -wal and -shm files, or a folder that can be written"}
	}
	if cfg.Has("table") {
		return &sdk.Error{Setting: "table", Message: fmt.Sprintf("cannot read %s: %s", sqlread.Origin(cfg), f.text)}
	}
	return &sdk.Error{Setting: "query", Message: "the query fails: " + f.text}
}
